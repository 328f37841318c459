// SPDX-License-Identifier: Apache-2.0
// Follows a stream of server-sent events with fetch, since EventSource cannot send a token. Reconnects by itself.

import { ask, errorOf } from './api.js';

/** The collector sends something every 15 s. */
const SILENCE_MS = 40_000;

/** A hidden tab gives its connection back, because a browser has only six for one host. */
const HIDDEN_MS = 10_000;
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 10_000;

/** Parses a stream's text; returns a function that takes the next piece. */
export function parser(take) {
  let rest = '';
  return (piece) => {
    rest += piece;
    let from = 0;
    for (let end = rest.indexOf('\n\n', from); end >= 0; end = rest.indexOf('\n\n', from)) {
      let name = 'message';
      let data = '';
      for (const line of rest.slice(from, end).split('\n')) {
        if (line.startsWith('event: ')) {
          name = line.slice(7);
        } else if (line.startsWith('data: ')) {
          data += line.slice(6);
        }
      }
      if (data) {
        take(name, data);
      }
      from = end + 2;
    }
    rest = rest.slice(from);
  };
}

/**
 * Starts to follow.
 *
 * @param on handlers by the event's name, which get its data
 * @param state called with {live}, {lost: seconds until the next attempt, why} or {gone: why}
 * @returns a function that ends it
 */
export function follow(path, on, state) {
  let stopped = false;
  let controller = new AbortController();
  let wake = () => {};
  let hidden = 0;

  /** Whether it has ever connected: a newly started collector may not have heard from a device yet. */
  let known = false;

  const visibility = () => {
    clearTimeout(hidden);
    if (document.hidden) {
      hidden = setTimeout(() => controller.abort(), HIDDEN_MS);
    } else {
      wake();
    }
  };

  async function read() {
    controller = new AbortController();
    let silence = 0;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => controller.abort(), SILENCE_MS);
    };
    heard();
    try {
      const response = await ask(path, { signal: controller.signal });
      if (!response.ok) {
        const error = await errorOf(response);
        return { gone: (response.status === 404 && !known) || response.status === 401, why: error.message };
      }
      known = true;
      state({ live: true });
      const feed = parser((name, data) => {
        try {
          on[name]?.(JSON.parse(data));
        } catch (error) {
          // A bug of the page, for the console; the connection is fine.
          reportError(error);
        }
      });
      const decoder = new TextDecoder();
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) {
          return { heard: true, why: 'the collector has ended the stream' };
        }
        heard();
        feed(decoder.decode(value, { stream: true }));
      }
    } catch (error) {
      return { why: error.name === 'AbortError' ? 'the collector is silent' : 'the collector cannot be reached' };
    } finally {
      clearTimeout(silence);
      controller.abort();
    }
  }

  async function run() {
    let delay = FIRST_DELAY_MS;
    while (!stopped) {
      if (document.hidden) {
        await new Promise((resolve) => { wake = resolve; });
        continue;
      }
      const begun = Date.now();
      const end = await read();
      if (stopped || (document.hidden && !end.gone)) {
        continue;
      }
      if (end.gone) {
        state({ gone: end.why });
        return;
      }
      delay = Date.now() - begun > MAX_DELAY_MS ? FIRST_DELAY_MS : Math.min(MAX_DELAY_MS, delay * 2);
      state({ lost: delay / 1000, why: end.why });
      await new Promise((resolve) => {
        wake = resolve;
        setTimeout(resolve, delay);
      });
    }
  }

  document.addEventListener('visibilitychange', visibility);
  run();
  return () => {
    stopped = true;
    clearTimeout(hidden);
    document.removeEventListener('visibilitychange', visibility);
    controller.abort();
    wake();
  };
}
