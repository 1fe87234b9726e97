// The language of the page: which one it is, its texts, and how they get into index.html.

import { persistent } from '../storage.js';
import { en } from './en.js';
import { ko } from './ko.js';

const TEXTS = { en, ko };
const STORAGE_KEY = 'calendar.language';

/** The reader's own choice, else the first language of the browser that the page speaks. @returns {'en' | 'ko'} */
function preferredLanguage() {
  const supported = (/** @type {string | null} */ tag) =>
    /** @type {const} */ (['en', 'ko']).find((language) => tag?.startsWith(language));
  return supported(persistent.getItem(STORAGE_KEY)) ?? navigator.languages.map(supported).find(Boolean) ?? 'en';
}

export const language = preferredLanguage();
export const t = TEXTS[language];

/**
 * With the browser's region, since `en-GB` and `en-US` write dates and times differently: `en-DE` for the English page
 * in a German browser.
 */
export const locale = navigator.languages.find((tag) => tag.startsWith(language)) ?? withRegion();

function withRegion() {
  const { region } = new Intl.Locale(navigator.languages[0] ?? language).maximize();
  return region ? `${language}-${region}` : language;
}

/** @param {string} chosen `en` or `ko` */
export function setLanguage(chosen) {
  persistent.setItem(STORAGE_KEY, chosen);
  location.reload();
}

/** Fills in the texts that index.html names by data-text, data-label and data-placeholder. */
export function fillTexts() {
  const texts = /** @type {Record<string, any>} */ (t);
  for (const element of document.querySelectorAll('[data-text], [data-label], [data-placeholder]')) {
    const { text, label, placeholder } = /** @type {HTMLElement} */ (element).dataset;
    if (text) element.textContent = texts[text];
    if (label) {
      element.setAttribute('aria-label', texts[label]);
      if (element.matches('button, a')) element.setAttribute('title', texts[label]);
    }
    if (placeholder) element.setAttribute('placeholder', texts[placeholder]);
  }
}

/** What to tell a person about a failed call. @param {any} error an ApiError, or whatever else was thrown */
export function errorMessage(error) {
  switch (error.kind) {
    case 'offline': return t.offline;
    case 'unavailable': return t.unavailable;
    case 'rateLimited': return t.rateLimited(error.retryAfter || 60);
    case 'credentials': return t.signInRefused;
    case 'token': return t.sessionEnded;
    case 'notOwner': return t.notOwner;
    case 'notFound': return t.notFound;
    case 'conflict': return t.conflict;
    case 'tooLarge': return t.tooLarge;
    case 'invalid': return t.invalid(error.detail);
    default: return t.fault(error.request ?? '');
  }
}
