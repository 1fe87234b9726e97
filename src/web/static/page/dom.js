// Helpers for elements and dialogs. Nothing here or elsewhere makes HTML from a string: what people typed is only
// ever inserted as text.

/** @param {string} id @returns {any} the element, of whatever type */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no element has the id ${id}`);
  return element;
}

/**
 * Listens to an element. A form's `submit` does not leave the page.
 * @param {string} id @param {string} type @param {() => void} listener
 */
export function on(id, type, listener) {
  byId(id).addEventListener(type, (/** @type {Event} */ event) => {
    if (type === 'submit') event.preventDefault();
    listener();
  });
}

/**
 * Makes an element.
 * @param {string} tag with classes: `li.group`
 * @param {Record<string, any>} [attributes] `on…` are listeners; `null`, `undefined` and `false` are left out
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

/** Adds the icons that index.html names by data-icon. */
export function addIcons() {
  for (const element of document.querySelectorAll('[data-icon]')) {
    element.prepend(icon(/** @type {HTMLElement} */ (element).dataset.icon ?? ''));
  }
}

const narrow = matchMedia('(max-width: 719px)');
const paper = matchMedia('print');

/** Whether the page is being printed, where everything has room. */
export const isPrinted = () => paper.matches;

/** @param {() => void} changed is called before the page is printed, and after */
export const onPrint = (changed) => paper.addEventListener('change', changed);

/** Whether the page is as narrow as a phone; the style sheets draw the same line. */
export const isNarrow = () => narrow.matches;

/** Which of the two screens shows: the sign-in form or the calendar. @param {'sign-in' | 'calendar'} screen */
export function showScreen(screen) {
  document.body.dataset.screen = screen;
}

export const isOnScreen = (/** @type {'sign-in' | 'calendar'} */ screen) => document.body.dataset.screen === screen;

/**
 * Opens a dialog. The browser keeps the focus in it, closes it on Escape, and gives the focus back.
 * @param {HTMLDialogElement} dialog @param {HTMLElement} [focus] what to focus; by default the first that can be
 */
export function open(dialog, focus) {
  if (!dialog.open) dialog.showModal();
  focus?.focus();
}

/** Closes all dialogs, whatever they hold. */
export function closeDialogs() {
  for (const dialog of document.querySelectorAll('dialog')) dialog.close();
}

/** Lets every dialog close on a click on its backdrop and by its buttons of the class `close`. */
export function initDialogs() {
  for (const dialog of document.querySelectorAll('dialog')) {
    let pressedBackdrop = false;
    dialog.addEventListener('pointerdown', (event) => { pressedBackdrop = event.target === dialog; });
    dialog.addEventListener('click', (event) => {
      const target = /** @type {Element} */ (event.target);
      // Both ends of the press count, so that dragging text out of a field does not close the dialog.
      const isClosing = (target === dialog && pressedBackdrop) || target.closest('.close');
      // As the browser does for Escape: who listens may keep it open.
      if (isClosing && dialog.dispatchEvent(new Event('cancel', { cancelable: true }))) dialog.close();
    });
  }
}

/** A text of which some parts, given in order by where they stand, are elements. @param {string} text @param {[number, number][]} parts @param {(part: string) => Node | string} wrap */
export function withParts(text, parts, wrap) {
  let done = 0;
  const pieces = parts.flatMap(([from, to]) => {
    const before = text.slice(done, from);
    done = to;
    return [before, wrap(text.slice(from, to))];
  });
  return [...pieces, text.slice(done)];
}

/** Announces a text to screen readers. @param {string} text */
export function announce(text) {
  byId('live').textContent = text;
}
