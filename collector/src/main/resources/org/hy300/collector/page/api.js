// SPDX-License-Identifier: Apache-2.0
// Requests to the collector, with the user's token.

const KEY = 'hy300-token';
const ATTEMPTS = 4;
const listeners = new Set();

/** The user: name, role, and whether tokens are required; null while unknown. */
export let me = null;

/** The commands by name, from the collector's catalogue: their arguments, and the roles that they require. */
export const commands = new Map();

/** Sets a callback for when the collector no longer accepts the token. */
export function onLoggedOut(listener) {
  listeners.add(listener);
}

/** Sends a request and returns any response. */
export async function ask(path, options = {}) {
  const headers = new Headers(options.headers);
  const token = sessionStorage.getItem(KEY);
  if (token) {
    headers.set('Authorization', `Bearer ${token}`);
  }
  const response = await fetch(path, { ...options, headers, cache: 'no-store', credentials: 'omit' });
  if (response.status === 401 && me) {
    logOut('The collector no longer knows this token.');
  }
  return response;
}

/** The error in an unexpected response: {code, message}. */
export async function errorOf(response) {
  try {
    const body = await response.json();
    return body.error ?? { code: String(response.status), message: response.statusText };
  } catch {
    return { code: String(response.status), message: response.statusText || 'no reason was given' };
  }
}

/** Stores the user and the catalogue. */
async function begin(response) {
  const catalogue = await ask('api/v1/catalogue');
  if (!catalogue.ok) {
    throw new Error((await errorOf(catalogue)).message);
  }
  (await catalogue.json()).commands.forEach((command) => commands.set(command.command, command));
  me = await response.json();
}

/** Identifies the user; false if a token is needed. */
export async function identify() {
  const response = await ask('api/v1/me');
  if (response.ok) {
    await begin(response);
    return true;
  }
  if (response.status === 401) {
    return false;
  }
  throw new Error((await errorOf(response)).message);
}

/** Tries a token; returns an error message, or null. */
export async function logIn(token) {
  // Header values cannot contain other characters, so the request would fail.
  if (!/^[!-~]+$/.test(token)) {
    return 'this is no token: it has characters that no token has';
  }
  sessionStorage.setItem(KEY, token);
  me = null;
  const response = await ask('api/v1/me');
  if (response.ok) {
    await begin(response);
    return null;
  }
  sessionStorage.removeItem(KEY);
  return (await errorOf(response)).message;
}

export function logOut(why = '') {
  sessionStorage.removeItem(KEY);
  me = null;
  listeners.forEach((listener) => listener(why));
}

export function hasToken() {
  return sessionStorage.getItem(KEY) !== null;
}

/** Whether the user's role includes a role. */
export function mayDo(role) {
  const roles = ['read', 'operate', 'admin'];
  return me !== null && roles.indexOf(me.role) >= roles.indexOf(role);
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `page-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * Sends a device a command and waits for its final reply: {http, status, result, error}. If the connection breaks, it
 * repeats the request with the same key, so that the command runs once.
 */
export async function command(device, name, args = {}) {
  const id = newId();
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await ask(`api/v1/devices/${encodeURIComponent(device)}/commands/${name}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': id },
        body: JSON.stringify({ args }),
      });
      const body = await response.json();
      return { http: response.status, status: body.status ?? 'refused', result: body.result, error: body.error };
    } catch (error) {
      if (attempt === ATTEMPTS) {
        return {
          http: 0,
          status: 'unanswered',
          error: { code: 'no_connection', message: `the collector does not answer (${error.message})` },
        };
      }
      await new Promise((resolve) => setTimeout(resolve, 1000 * attempt));
    }
  }
}
