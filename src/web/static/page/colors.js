// The colours of calendars. A colour that somebody chooses gives the hue; how light it is follows the theme, so that every
// colour can be read in each of them. What greys it is kept, up to how strong the page's own colours are.

import { el } from './dom.js';
import { t } from './i18n/index.js';

/** @typedef {keyof typeof PALETTE} ColorName */

/** The colours that are offered. */
const PALETTE = /** @type {const} */ ({
  red: '#d50000', orange: '#e8710a', yellow: '#c29800', olive: '#7a8a00', green: '#0b8043', teal: '#009688',
  cyan: '#0091b3', blue: '#1a73e8', indigo: '#4b53c9', purple: '#8e24aa', pink: '#d81b60', grey: '#757575',
});

/** The chroma of the page's own colours. */
const FULL = 0.15;
/** Below it, a colour is a grey. */
const LEAST = 0.02;

/** The hue and the part of the full chroma that a colour has, in OKLCH. @param {string} hex `#rrggbb` @returns {{hue: number, chroma: number}} */
function hueOf(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const c = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  const chroma = Math.hypot(a, c);
  const hue = (Math.atan2(c, a) * 180) / Math.PI;
  return { hue: Math.round(hue + (hue < 0 ? 360 : 0)), chroma: chroma < LEAST ? 0 : Math.round(Math.min(1, chroma / FULL) * 100) / 100 };
}

/** The rules of the colours that are in use: the page's policy forbids styles that are written into it. @type {CSSStyleSheet | undefined} */
let sheet;
/** @type {Set<string>} */
const known = new Set();

/** The class of a colour. @param {string} hex `#rrggbb` */
export function classOfColor(hex) {
  const name = `tint-${hex.slice(1)}`;
  if (!known.has(name)) {
    known.add(name);
    if (!sheet) {
      sheet = new CSSStyleSheet();
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    }
    const { hue, chroma } = hueOf(hex);
    sheet.insertRule(`.${name}.${name} { --h: ${hue}; --c: ${chroma}; }`);
  }
  return name;
}

/**
 * Choices of a colour, one beside the other.
 * @param {string} name of the group of radio buttons @param {string | null} chosen a colour, or null for none
 * @param {string} none what it is without one @param {(color: string | null) => void} change
 */
export function swatches(name, chosen, none, change) {
  /** @type {[string | null, string][]} */
  const offered = [[null, none], ...Object.entries(PALETTE).map(([word, hex]) => /** @type {[string, string]} */ ([hex, t.colors[/** @type {ColorName} */ (word)]]))];
  if (chosen && !offered.some(([hex]) => hex === chosen)) offered.push([chosen, chosen]);
  return offered.map(([hex, label]) => el('label.swatch', { title: label },
    el('input', { type: 'radio', name, value: hex ?? '', checked: hex === chosen, 'aria-label': label, onchange: () => change(hex) }),
    hex ? el(`span.${classOfColor(hex)}`, { 'aria-hidden': 'true' }) : el('span.none', { 'aria-hidden': 'true' })));
}
