// The devices in the dialog of the account: programs that have a password of their own in place of the user's. It is
// loaded when that dialog is first opened.

import { call } from '../api.js';
import { announce, byId, el, on } from '../dom.js';
import { formatShortDate } from '../format.js';
import { errorMessage, t } from '../i18n/index.js';
import { state } from '../state.js';
import { canBeSeen } from '../text.js';
import { fromApi } from '../time.js';
import { pressTwice } from './press-twice.js';

/** @typedef {{id: number, name: string, scope: 'all' | 'read', created: string, used: string | null, from?: string}} Device */

/** Counts the openings: an answer that comes late must not show in the next. */
let opening = 0;

on('device-form', 'submit', () => void make());
on('device-copy', 'click', () => void copy());
on('account', 'close', hide);

/** Shows the devices of whoever is signed in. */
export function showDevices() {
  opening += 1;
  hide();
  byId('device-form').reset();
  byId('devices').replaceChildren();
  byId('devices-error').textContent = byId('device-error').textContent = '';
  void list();
}

/** The password is shown only once. */
function hide() {
  byId('device-made').hidden = true;
  byId('device-password').value = '';
}

/** @param {any} error */
const messageOf = (error) => (error.kind === 'notOwner' ? t.devicesNeedSignIn : errorMessage(error));

async function list() {
  const current = opening;
  try {
    const { data } = await call('GET', '/user/app-password');
    if (current !== opening) return;
    byId('devices').replaceChildren(...data.map(row));
    byId('devices-error').textContent = '';
  } catch (error) {
    if (current === opening) byId('devices-error').textContent = messageOf(error);
  }
}

/** @param {Device} device */
function row({ id, name, scope, used, from }) {
  const about = [scope === 'read' ? t.deviceReads : t.deviceChanges, used ? t.deviceUsed(formatShortDate(fromApi(used)), from) : t.deviceUnused];
  const end = el('button.danger', { type: 'button', 'aria-describedby': `device-${id}`, onclick: () => pressTwice(end, () => void remove(id, end)) }, t.endDevice);
  return el('li', {},
    el('div', {}, el('p', { id: `device-${id}` }, name), el('p.hint', {}, about.join(' · '))), end);
}

/** Ends a device's password. One that is already gone counts as ended. @param {number} id @param {HTMLButtonElement} button */
async function remove(id, button) {
  const current = opening;
  button.disabled = true;
  try {
    await call('DELETE', `/user/app-password/${id}`).catch((error) => { if (error.kind !== 'notFound') throw error; });
    announce(t.deviceEnded);
  } catch (error) {
    button.disabled = false;
    if (current === opening) byId('devices-error').textContent = messageOf(error);
    return;
  }
  if (current !== opening) return;
  button.closest('li')?.remove();
  byId('device-name').focus();
}

async function make() {
  const current = opening;
  const name = byId('device-name').value.trim();
  const error = byId('device-error');
  error.textContent = !canBeSeen(name) || [...name].length > 128 ? t.groupNameInvalid : '';
  if (error.textContent) return;
  const button = byId('device-form').querySelector('.actions button');
  button.disabled = true;
  try {
    const { data } = await call('POST', '/user/app-password', { body: { name, scope: byId('device-scope').value } });
    if (current !== opening || !byId('account').open) return;
    byId('device-form').reset();
    show(data.password);
    await list();
  } catch (/** @type {any} */ failure) {
    if (current !== opening) return;
    // It may have been made, with a password that nobody has: it can be seen in the list, and ended.
    if (failure.retryable) void list();
    error.textContent = failure.kind === 'offline' ? t.deviceUnknown : failure.kind === 'invalid' ? t.devicesFull : messageOf(failure);
  } finally {
    button.disabled = false;
  }
}

/** @param {string} password */
function show(password) {
  const field = byId('device-password');
  field.value = password;
  byId('device-copy').textContent = t.copy;
  const user = state.user?.useremail ?? '';
  byId('device-server').value = `${base()}dav/`;
  byId('device-user').value = user;
  byId('device-plain').hidden = isSecureContext;
  byId('device-link').href = `davx5://${encodeURIComponent(user)}@${base().replace(/^[a-z]+:\/\//, '')}dav/`;
  byId('device-made').hidden = false;
  field.focus();
  field.select();
  announce(t.deviceOnce);
}

/** The address of this page, without its state. */
const base = () => new URL('.', location.href.split('#')[0]).href;

async function copy() {
  const field = byId('device-password');
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Without HTTPS there is no clipboard; what is selected can be copied as ever.
    field.focus();
    field.select();
    if (!document.execCommand('copy')) return;
  }
  byId('device-copy').textContent = t.copied;
  announce(t.copied);
}
