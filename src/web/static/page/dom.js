// Small help with elements. Nothing here or elsewhere makes HTML from a string: texts of people's go in
// as text nodes.

import { w } from './words.js';

/** @param {string} id @returns {any} the element, of whatever type */
export const byId = (id) => document.getElementById(id) ?? fail(id);

/** @param {string} id @returns {never} */
function fail(id) {
  throw new Error(`no element ${id}`);
}

/**
 * @param {string} tag with classes: `li.hit`
 * @param {Record<string, any>} [attributes] `on…` are listeners; `null` and `false` are left out
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {any}
 */
export function el(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(' ');
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value !== null && value !== false && value !== undefined) {
      element.setAttribute(key, value === true ? '' : String(value));
    }
  }
  element.append(...children.filter((child) => child || child === '').map((child) => child || ''));
  return element;
}

/** One of the icons at the end of index.html. @param {string} name */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** Fills in what index.html marks with data-w (text), data-w-label and data-w-placeholder. */
export function fillWords() {
  const texts = /** @type {Record<string, any>} */ (w);
  for (const element of document.querySelectorAll('[data-w], [data-w-label], [data-w-placeholder]')) {
    const { w: text, wLabel: label, wPlaceholder: placeholder } = /** @type {HTMLElement} */ (element).dataset;
    if (text) element.textContent = texts[text];
    if (label) {
      element.setAttribute('aria-label', texts[label]);
      if (element.matches('button, a')) element.setAttribute('title', texts[label]);
    }
    if (placeholder) element.setAttribute('placeholder', texts[placeholder]);
  }
}

/** Opens a dialog: the browser keeps the focus in it, closes it on Escape, and puts the focus back.
 * @param {HTMLDialogElement} dialog @param {HTMLElement} [focus] what to focus, else the first that can be */
export function open(dialog, focus) {
  if (!dialog.open) dialog.showModal();
  focus?.focus();
}

/** Closes on a click on the backdrop, and by every button of the class `close`. */
export function prepareDialogs() {
  for (const dialog of document.querySelectorAll('dialog')) {
    let pressed = false;
    dialog.addEventListener('pointerdown', (event) => { pressed = event.target === dialog; });
    dialog.addEventListener('click', (event) => {
      const target = /** @type {Element} */ (event.target);
      // Both ends of the press are asked, so that a text dragged out of a field closes nothing.
      if ((target === dialog && pressed) || target.closest('.close')) dialog.close();
    });
  }
}

/** Says something to a screen reader. @param {string} text */
export function say(text) {
  byId('live').textContent = text;
}
