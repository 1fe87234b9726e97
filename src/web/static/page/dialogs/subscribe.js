// The dialog to have the events at an address as a group. It is loaded when it is first opened.

import { newKey } from '../api.js';
import { swatches } from '../colors.js';
import { announce, byId, el, on, open } from '../dom.js';
import { loadGroups } from '../group-list.js';
import * as groups from '../groups.js';
import { errorMessage, language, t } from '../i18n/index.js';
import { notify } from '../messages.js';
import { refresh } from '../refresh.js';
import { addressText } from '../subscription.js';
import { canBeSeen } from '../text.js';
import { askBeforeClosing } from './unsaved.js';

/** The tries to make one group. What was sent may have arrived although its answer was lost. */
let attempt = { key: '', sent: '' };
let isSaving = false;

/** The colour that is chosen for everybody. @type {string | null} */
let color = null;

/** The name that was made of a choice, which another choice replaces. */
let suggested = '';

askBeforeClosing('subscribe', 'subscribe-actions', () => !isSaving && Boolean(byId('subscribe-source').value || byId('subscribe-url').value.trim()));
on('subscribe-source', 'change', choose);
on('subscribe-form', 'submit', () => void subscribe());

export function openSubscribe() {
  attempt = { key: newKey(), sent: '' };
  byId('subscribe-form').reset();
  byId('subscribe-error').textContent = '';
  suggested = '';
  color = null;
  byId('subscribe-colors').replaceChildren(...swatches('subscribe-color', color, t.noColor, (chosen) => { color = chosen; }));
  choose();
  wait(false);
  open(byId('subscribe'), byId('subscribe-url'));
  if (byId('subscribe-source-label').hidden) void offerHolidays();
}

/** Lets holidays be chosen. Without them, an address can still be typed. */
async function offerHolidays() {
  const known = (await groups.holidays().catch(() => [])).map(({ url }) => ({ url, name: addressText(url) }));
  known.sort((one, other) => one.name.localeCompare(other.name, language));
  byId('subscribe-source').replaceChildren(el('option', { value: '' }, t.anyAddress),
    ...known.map(({ url, name }) => el('option', { value: url }, name)));
  byId('subscribe-source-label').hidden = !known.length;
}

/** Shows the fields of what is chosen. */
function choose() {
  const { value, selectedOptions: [option] } = byId('subscribe-source');
  byId('subscribe-url-label').hidden = Boolean(value);
  const name = byId('subscribe-name');
  if (name.value.trim() !== suggested) return;
  suggested = value ? option.textContent : '';
  name.value = suggested;
}

/** @param {boolean} waits for the server, which reads the address */
function wait(waits) {
  isSaving = waits;
  byId('subscribe-act').textContent = waits ? t.readingAddress : t.subscribe;
  byId('subscribe-act').disabled = waits;
}

async function subscribe() {
  const source = byId('subscribe-source').value;
  const [url, name] = [source || byId('subscribe-url').value.trim(), byId('subscribe-name').value.trim()];
  const error = byId('subscribe-error');
  error.textContent = !source && !/^(https?|webcals?):\/\/[^\s/]/i.test(url) ? t.addressInvalid
    : !canBeSeen(name) || [...name].length > 128 ? t.groupNameInvalid : '';
  if (error.textContent) return;
  // What was edited between two tries is another group.
  const wanted = [url, color, name].join(' ');
  if (attempt.sent && attempt.sent !== wanted) attempt = { key: newKey(), sent: '' };
  const current = attempt;
  current.sent = wanted;
  const isShown = () => byId('subscribe').open && attempt === current;
  wait(true);
  try {
    await groups.subscribe(url, name, color, current.key);
    await loadGroups();
  } catch (/** @type {any} */ failure) {
    const text = failure.kind === 'invalid' ? t.addressRefused(failure.detail) : errorMessage(failure);
    if (!isShown()) return void notify(`${t.notSubscribed(name)} ${text}`);
    error.textContent = text;
    wait(false);
    // What was refused has not arrived.
    if (!failure.retryable) attempt = { key: newKey(), sent: '' };
    return;
  }
  if (isShown()) {
    isSaving = true;
    byId('subscribe').close();
  }
  announce(t.subscribed(name));
  void refresh();
}
