// How a group that is filled from another calendar is told to a person.

import { language, t } from './i18n/index.js';

/** @typedef {import('./state.js').Subscription} Subscription */

const countries = new Intl.DisplayNames([language], { type: 'region' });

/** @param {string} url of a calendar on the web, or `holidays:` with a country */
export const addressText = (url) => (url.startsWith('holidays:') ? t.holidaysOf(countries.of(url.slice(9)) ?? url) : url);

/** What the last attempt to read it failed by. Only who made the group is told the cause. @param {Subscription} subscription */
export const problemText = ({ url, problem }) => t.notRead(url && problem ? problem : '');
