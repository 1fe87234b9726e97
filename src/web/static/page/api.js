// The only module that talks to the API. It adds the token, unwraps the envelope, turns every failure into an
// ApiError, and keeps views so that the server can confirm them with 304. What it is told to keep it gives back when
// the server cannot be reached.

import { recall, remember } from './offline.js';

/** @typedef {'offline' | 'unavailable' | 'rateLimited' | 'credentials' | 'token' | 'notOwner' | 'notFound'
 *   | 'conflict' | 'invalid' | 'tooLarge' | 'taken' | 'fault'} ErrorKind what went wrong, by what a person can do about it */

export class ApiError extends Error {
  /** @param {ErrorKind} kind @param {{detail?: string, retryAfter?: number, request?: string}} [more] */
  constructor(kind, { detail = '', retryAfter = 0, request = '' } = {}) {
    super(detail || kind);
    this.kind = kind;
    this.detail = detail;
    /** Seconds to wait. */
    this.retryAfter = retryAfter;
    /** The request's id, by which the server's log says more. */
    this.request = request;
  }

  /** Whether the same call can succeed later. */
  get retryable() {
    return this.kind === 'offline' || this.kind === 'unavailable' || this.kind === 'fault';
  }
}

/** @type {Record<number, ErrorKind>} by the envelope's code */
const KINDS = {
  20010: 'taken', 40000: 'invalid', 40001: 'invalid', 40100: 'credentials', 40101: 'token', 40102: 'token',
  40400: 'notFound', 41200: 'conflict', 41300: 'tooLarge', 42900: 'rateLimited', 50300: 'unavailable',
};

// A server that has not answered by then counts as offline.
const TIMEOUT = 30_000;

// How many views are kept: two years of months.
const MAX_VIEWS = 24;

let token = '';
/** Whether answers may be kept beyond this tab. */
let isKept = false;
let inFlight = 0;
let handlers = {
  activity: (/** @type {boolean} */ _active) => {}, tokenRejected: () => {}, reached: (/** @type {boolean} */ _reached) => {},
};

/**
 * The views last received, by URL, the most recently used last. Each is kept with its own tag, so the tag that is
 * sent always stands for the data that a 304 confirms.
 * @type {Map<string, {etag: string, data: any}>}
 */
const views = new Map();

/**
 * @param {typeof handlers} given `activity`: calls are in flight, or no more; `reached`: the server has answered, or kept
 *   answers are shown instead
 */
export function listen(given) {
  handlers = given;
}

/**
 * Sets the token for all calls. Views of another token may be another user's, so they are forgotten.
 * @param {string} value @param {boolean} mayKeep whether answers may be kept beyond this tab
 */
export function setToken(value, mayKeep) {
  if (value !== token) views.clear();
  token = value;
  isKept = mayKeep;
}

/** Keeps the answer of a call for when the server cannot be reached. @param {string} path @param {any} data */
export function keepAnswer(path, data) {
  if (isKept) void remember(token, urlOf(path), data);
}

/** @param {string} url */
function keptView(url) {
  const view = views.get(url);
  if (view) {
    views.delete(url);
    views.set(url, view);
  }
  return view;
}

/** @param {string} url @param {string} etag @param {any} data */
function keepView(url, etag, data) {
  views.delete(url);
  views.set(url, { etag, data });
  if (views.size > MAX_VIEWS) views.delete(/** @type {string} */ (views.keys().next().value));
}

/**
 * Gets a view, from memory if the server says that it is unchanged.
 * @param {string} path @param {Record<string, string>} query
 * @returns {Promise<{data: any, isRecalled: boolean}>} `isRecalled`: as for `call`
 */
export async function getView(path, query) {
  const url = urlOf(path, query);
  const kept = keptView(url);
  const sentToken = token;
  const { data, etag, notModified, isRecalled } = await call('GET', path, { query, ifNoneMatch: kept?.etag, keep: true });
  if (notModified && kept) return { data: kept.data, isRecalled };
  // The token can change while the call is in flight: then the answer must not be kept for the next user.
  if (etag && sentToken === token) keepView(url, etag, data);
  return { data, isRecalled };
}

/** Where the server is, by the address of this module: a proxy may serve it below a path of its own. */
const ROOT = new URL('../../../', import.meta.url).pathname;

/** @param {string} path below `/api/v1` @param {Record<string, string>} [query] */
const urlOf = (path, query) => `${ROOT}api/v1${path}${query ? `?${new URLSearchParams(query)}` : ''}`;

/**
 * @param {string} method
 * @param {string} path below `/api/v1`
 * @param {{query?: Record<string, string>, body?: object, as?: string, key?: string, ifNoneMatch?: string,
 *   signal?: AbortSignal, keep?: boolean}} [options] `as`: a token to use instead of the user's; `key`: the same for
 *   each repeat of a call that makes something, which then makes it once; `keep`: the answer is kept for when the
 *   server cannot be reached
 * @returns {Promise<{data: any, etag: string | null, id: number, entry: number | null, notModified: boolean,
 *   isRecalled: boolean}>} `id`: that of a new event or group, from `Location`; `entry`: what the change has left in the
 *   history; `isRecalled`: it was kept from an earlier call
 */
export async function call(method, path, options = {}) {
  const sentToken = options.as ?? token;
  const url = urlOf(path, options.query);
  try {
    const answer = await send(method, url, sentToken, options);
    handlers.reached(true);
    if (options.keep && isKept && sentToken === token && !answer.notModified) void remember(token, url, answer.data);
    return { ...answer, isRecalled: false };
  } catch (error) {
    const data = options.keep && error instanceof ApiError && error.retryable ? await recall(sentToken, url) : undefined;
    if (data === undefined) throw error;
    handlers.reached(false);
    return { data, etag: null, id: NaN, entry: null, notModified: false, isRecalled: true };
  }
}

/** @param {string} method @param {string} url @param {string} sentToken @param {Parameters<typeof call>[2]} options */
async function send(method, url, sentToken, { body, key, ifNoneMatch, signal } = {}) {
  /** @type {Record<string, string>} */
  const headers = { 'X-Calendar-Client': 'page' };
  if (sentToken) headers['X-calendar-access-token'] = sentToken;
  if (body) headers['Content-Type'] = 'application/json';
  if (key) headers['Idempotency-Key'] = key;
  if (ifNoneMatch) headers['If-None-Match'] = ifNoneMatch;
  const timeout = AbortSignal.timeout(TIMEOUT);
  if (++inFlight === 1) handlers.activity(true);
  try {
    const response = await fetch(url, {
      method, headers, body: body && JSON.stringify(body), signal: signal ? eitherOf(signal, timeout) : timeout,
      cache: 'no-store',
    }).catch((error) => { throw signal?.aborted ? error : new ApiError('offline'); });
    const text = await response.text().catch(() => { throw new ApiError('offline'); });
    const etag = response.headers.get('ETag');
    if (response.status === 304 && ifNoneMatch) return { data: null, etag, id: NaN, entry: null, notModified: true };
    const entry = Number(response.headers.get('X-Calendar-Entry')) || null;
    return { ...unwrap(response, text, sentToken), etag, entry, notModified: false };
  } finally {
    if (--inFlight === 0) handlers.activity(false);
  }
}

/**
 * Sends a file, which may take long. Only an XMLHttpRequest tells how much of it has been sent.
 * @param {string} path @param {Record<string, string>} query @param {Blob} file
 * @param {(part: number) => void} progress is told which part has been sent, up to 1 @param {AbortSignal} signal
 * @returns {Promise<any>} the data of the answer; rejects with `signal.reason` if that is aborted
 */
export function upload(path, query, file, progress, signal) {
  const sentToken = token;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', urlOf(path, query));
    request.setRequestHeader('X-calendar-access-token', sentToken);
    request.upload.addEventListener('progress', ({ loaded, total }) => progress(loaded / total));
    request.addEventListener('load', () => {
      const headers = { get: (/** @type {string} */ name) => request.getResponseHeader(name) };
      try {
        resolve(unwrap({ status: request.status, headers }, request.responseText, sentToken).data);
      } catch (error) {
        reject(error);
      }
    });
    request.addEventListener('error', () => reject(new ApiError('offline')));
    request.addEventListener('abort', () => reject(signal.reason));
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

/** Gets a file. @param {string} path @returns {Promise<{file: Blob, name: string}>} */
export async function download(path) {
  const sentToken = token;
  const lost = () => { throw new ApiError('offline'); };
  const response = await fetch(urlOf(path), { headers: { 'X-calendar-access-token': sentToken }, cache: 'no-store' }).catch(lost);
  if (!response.ok) unwrap(response, await response.text().catch(lost), sentToken);
  const disposition = response.headers.get('Content-Disposition') ?? '';
  // The name with any characters comes second (RFC 6266).
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  const name = encoded ? decodeURIComponent(encoded) : /filename="([^"]+)"/i.exec(disposition)?.[1];
  return { file: await response.blob().catch(lost), name: name ?? 'calendar.ics' };
}

/** @param {{status: number, headers: {get: (name: string) => string | null}}} response @param {string} text @param {string} sentToken */
function unwrap(response, text, sentToken) {
  let envelope;
  try {
    envelope = JSON.parse(text);
  } catch {
    // A proxy's own page, when the server behind it is down.
    throw new ApiError(response.status >= 502 ? 'unavailable' : response.status === 413 ? 'tooLarge' : 'fault');
  }
  const { code, message, detail } = envelope.meta ?? {};
  if (code === 20000) {
    return { data: envelope.data, id: Number(response.headers.get('Location')?.split('/').pop()) };
  }
  // 40102 means an invalid token as well as someone else's event; the message tells them apart.
  const kind = message === 'UNAUTHORIZED REQUEST' ? 'notOwner'
    : KINDS[code] ?? (response.status >= 502 ? 'unavailable' : 'fault');
  if (kind === 'token' && sentToken === token && token) handlers.tokenRejected();
  throw new ApiError(kind, {
    detail,
    retryAfter: Number(response.headers.get('Retry-After')) || 0,
    request: response.headers.get('X-Request-Id') ?? '',
  });
}

/** A key for one thing that is to be made. */
export const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** AbortSignal.any, which browsers of early 2023 lack. @param {AbortSignal[]} signals */
function eitherOf(...signals) {
  const either = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) either.abort();
    signal.addEventListener('abort', () => either.abort(), { once: true });
  }
  return either.signal;
}
