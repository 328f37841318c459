// SPDX-License-Identifier: Apache-2.0
// Asks the collector, with the token of who has logged in.

const KEY = 'hy300-token';
const ATTEMPTS = 4;
const listeners = new Set();

/** Who asks: name, role, and whether tokens are asked for; null before that is known. */
export let me = null;

/** The commands by their names, as the collector's catalogue has them: what they take, and who may give them. */
export const commands = new Map();

/** Calls when the collector no longer knows the token. */
export function onLoggedOut(listener) {
  listeners.add(listener);
}

/** Asks; the answer may be any. */
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

/** The error of an answer that is none of the wanted ones: {code, message}. */
export async function errorOf(response) {
  try {
    const body = await response.json();
    return body.error ?? { code: String(response.status), message: response.statusText };
  } catch {
    return { code: String(response.status), message: response.statusText || 'no reason was given' };
  }
}

/** Takes who asks and what can be asked for. */
async function begin(response) {
  const catalogue = await ask('api/v1/catalogue');
  if (!catalogue.ok) {
    throw new Error((await errorOf(catalogue)).message);
  }
  (await catalogue.json()).commands.forEach((command) => commands.set(command.command, command));
  me = await response.json();
}

/** Finds out who asks; false when a token is needed. */
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

/** Tries a token; gives what is wrong with it, or null. */
export async function logIn(token) {
  // No header takes other characters, so that the collector could not be asked.
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

/** Whether the role of who asks includes a role. */
export function mayDo(role) {
  const roles = ['read', 'operate', 'admin'];
  return me !== null && roles.indexOf(me.role) >= roles.indexOf(role);
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `page-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * Gives a device a command and waits for its last word: {http, status, result, error}. When the
 * connection breaks it asks again under the same key, so that the command is executed once.
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
