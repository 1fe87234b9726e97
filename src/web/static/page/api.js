// The only module that talks to the API. It adds the token, unwraps the envelope, turns every failure into an
// ApiError.

/** @typedef {'offline' | 'unavailable' | 'rateLimited' | 'credentials' | 'token' | 'notOwner' | 'notFound'
 *   | 'conflict' | 'invalid' | 'taken' | 'fault'} ErrorKind what went wrong, by what a person can do about it */

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
  40400: 'notFound', 41200: 'conflict', 41300: 'invalid', 42900: 'rateLimited', 50300: 'unavailable',
};

// A server that has not answered by then counts as offline.
const TIMEOUT = 30_000;

let token = '';
let inFlight = 0;
let handlers = { activity: (/** @type {boolean} */ _active) => {}, tokenRejected: () => {} };

/** @param {{activity: (active: boolean) => void, tokenRejected: () => void}} given `activity`: calls are in flight, or no more */
export function listen(given) {
  handlers = given;
}

/** Sets the token for all calls. @param {string} value */
export function setToken(value) {
  token = value;
}

/** @param {string} path below `/api/v1` @param {Record<string, string>} [query] */
const urlOf = (path, query) => `/api/v1${path}${query ? `?${new URLSearchParams(query)}` : ''}`;

/**
 * @param {string} method
 * @param {string} path below `/api/v1`
 * @param {{query?: Record<string, string>, body?: object, as?: string, ifMatch?: string | null,
 *   signal?: AbortSignal}} [options] `as`: a token to use instead of the user's
 * @returns {Promise<{data: any, etag: string | null, id: number}>} `id`: that of a new event
 *   or group, from `Location`
 */
export async function call(method, path, { query, body, as, ifMatch, signal } = {}) {
  const sentToken = as ?? token;
  /** @type {Record<string, string>} */
  const headers = {};
  if (sentToken) headers['X-calendar-access-token'] = sentToken;
  if (body) headers['Content-Type'] = 'application/json';
  if (ifMatch) headers['If-Match'] = ifMatch;
  const timeout = AbortSignal.timeout(TIMEOUT);
  if (++inFlight === 1) handlers.activity(true);
  try {
    const response = await fetch(urlOf(path, query), {
      method, headers, body: body && JSON.stringify(body), signal: signal ? eitherOf(signal, timeout) : timeout,
      cache: 'no-store',
    }).catch((error) => { throw signal?.aborted ? error : new ApiError('offline'); });
    const text = await response.text().catch(() => { throw new ApiError('offline'); });
    return { ...unwrap(response, text, sentToken), etag: response.headers.get('ETag') };
  } finally {
    if (--inFlight === 0) handlers.activity(false);
  }
}

/** @param {Response} response @param {string} text @param {string} sentToken */
function unwrap(response, text, sentToken) {
  let envelope;
  try {
    envelope = JSON.parse(text);
  } catch {
    // A proxy's own page, when the server behind it is down.
    throw new ApiError(response.status >= 502 ? 'unavailable' : 'fault');
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

/** AbortSignal.any, which browsers of early 2023 lack. @param {AbortSignal[]} signals */
function eitherOf(...signals) {
  const either = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) either.abort();
    signal.addEventListener('abort', () => either.abort(), { once: true });
  }
  return either.signal;
}
