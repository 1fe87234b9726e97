// Calls to the API: the token, the envelope, and what a refusal means.

/** @typedef {'offline' | 'unavailable' | 'limited' | 'refused' | 'token' | 'owner' | 'missing' | 'changed'
 *   | 'invalid' | 'taken' | 'fault'} Kind what went wrong, by what a person can do about it */

export class Refusal extends Error {
  /** @param {Kind} kind @param {{detail?: string, retryAfter?: number, request?: string}} [more] */
  constructor(kind, more = {}) {
    super(more.detail ?? kind);
    this.kind = kind;
    this.detail = more.detail ?? '';
    /** Seconds to wait. */
    this.retryAfter = more.retryAfter ?? 0;
    /** The request's id, under which the server's log says more. */
    this.request = more.request ?? '';
  }

  /** Whether the same again can go better. */
  get passing() {
    return this.kind === 'offline' || this.kind === 'unavailable' || this.kind === 'fault';
  }
}

/** @type {Record<number, Kind>} */
const KINDS = {
  20010: 'taken', 40000: 'invalid', 40001: 'invalid', 40100: 'refused', 40101: 'token', 40400: 'missing',
  41200: 'changed', 41300: 'invalid', 42900: 'limited', 50300: 'unavailable',
};

// A server that says nothing for so long is as good as gone.
const PATIENCE = 30_000;

let token = '';
let under = 0;
/** @type {(under: boolean) => void} */
let onPending = () => {};
let onTokenRefused = () => {};

export const setToken = (/** @type {string} */ value) => { token = value; };

/** @param {{pending: (under: boolean) => void, tokenRefused: () => void}} handlers */
export function listen(handlers) {
  onPending = handlers.pending;
  onTokenRefused = handlers.tokenRefused;
}

/**
 * @param {string} method
 * @param {string} path below `/api/v1`
 * @param {{query?: Record<string, string>, body?: object, as?: string, ifMatch?: string | null,
 *   signal?: AbortSignal}} [more] `as`: another token than that of who is signed in
 * @returns {Promise<{data: any, etag: string | null, id: number}>} `id`: of what was made, from `Location`
 */
export async function call(method, path, more = {}) {
  const query = more.query ? '?' + new URLSearchParams(more.query) : '';
  /** @type {Record<string, string>} */
  const headers = {};
  const used = more.as ?? token;
  if (used) headers['X-calendar-access-token'] = used;
  if (more.body) headers['Content-Type'] = 'application/json';
  if (more.ifMatch) headers['If-Match'] = more.ifMatch;
  const patience = AbortSignal.timeout(PATIENCE);
  const signal = more.signal ? eitherOf(more.signal, patience) : patience;
  if (++under === 1) onPending(true);
  try {
    const answer = await fetch(`/api/v1${path}${query}`, {
      method, headers, body: more.body && JSON.stringify(more.body), signal, cache: 'no-store',
    }).catch((error) => { throw more.signal?.aborted ? error : new Refusal('offline'); });
    const text = await answer.text().catch(() => { throw new Refusal('offline'); });
    return { ...read(answer, text, used), etag: answer.headers.get('ETag') };
  } finally {
    if (--under === 0) onPending(false);
  }
}

/** @param {Response} answer @param {string} text @param {string} used */
function read(answer, text, used) {
  let envelope;
  try {
    envelope = JSON.parse(text);
  } catch {
    // A proxy's page, where the server behind it is gone.
    throw new Refusal(answer.status >= 502 ? 'unavailable' : 'fault');
  }
  const { code, message, detail } = envelope.meta ?? {};
  if (code === 20000) {
    const id = Number(answer.headers.get('Location')?.split('/').pop());
    return { data: envelope.data, id };
  }
  const kind = message === 'UNAUTHORIZED REQUEST' ? 'owner'
    : code === 40102 ? 'token'
    : KINDS[code] ?? (answer.status >= 502 ? 'unavailable' : 'fault');
  if (kind === 'token' && used === token && token) onTokenRefused();
  throw new Refusal(kind, {
    detail,
    retryAfter: Number(answer.headers.get('Retry-After')) || undefined,
    request: answer.headers.get('X-Request-Id') ?? undefined,
  });
}

/** AbortSignal.any, which browsers of 2023 lack. @param {AbortSignal[]} signals */
function eitherOf(...signals) {
  const either = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) either.abort();
    signal.addEventListener('abort', () => either.abort(), { once: true });
  }
  return either.signal;
}
