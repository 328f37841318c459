// SPDX-License-Identifier: Apache-2.0
// Starts the page: log-in, choice of view, and state of the connection.

import * as api from './api.js';
import { device } from './device.js';
import { el, text } from './dom.js';
import * as fleet from './fleet.js';
import { parse } from './filter.js';
import { list } from './list.js';

const main = document.getElementById('main');
const notice = document.getElementById('notice');
const link = document.getElementById('link');
const who = document.getElementById('who');

const RETRY_MS = 3_000;

let shown = null;
let lastList = '#/';
let lastScrolled = 0;

/** The projector whose page was left. */
let left = null;
let broker = true;
let stream = { live: false };

/** Shows a problem once and clearly, and nothing while there is none. */
function tell() {
  let wrong = '';
  if (stream.lost) {
    wrong = `The connection is lost: ${stream.why}. Values may be out of date. Reconnecting …`;
  } else if (stream.live && !broker) {
    wrong = 'The collector has lost its broker: it cannot know what the projectors are doing.';
  }
  text(notice, wrong);
  notice.hidden = wrong === '';
  document.documentElement.classList.toggle('stale', wrong !== '');
  text(link, stream.live ? 'live' : stream.lost || stream.gone ? 'not connected' : 'connecting');
  link.className = `link ${wrong || stream.gone ? 'bad' : stream.live ? 'good' : ''}`;
}

function connection(now) {
  broker = now;
  tell();
}

function streamed(now) {
  stream = now;
  shown?.connected?.(Boolean(now.live));
  tell();
}

function put(view, title) {
  shown = view;
  main.replaceChildren(view.element);
  document.title = title;
  view.open?.();
}

function leave() {
  if (shown?.scrolled) {
    lastScrolled = shown.scrolled();
  }
  shown?.close?.();
  shown = null;
  fleet.stop();
}

function showList(address) {
  const choice = parse(address);
  lastList = location.hash || '#/';
  if (shown?.set) {
    shown.set(choice);
    return;
  }
  leave();
  stream = { live: false };
  tell();
  const view = list(choice, (hash) => {
    lastList = hash;
    history.replaceState(null, '', hash);
  });
  const scrolled = lastScrolled;
  const from = left;
  left = null;
  put({ ...view, open: () => view.open(scrolled, from) }, 'hy300 fleet');
  fleet.start(streamed, connection);
}

function showDevice(name) {
  leave();
  stream = { live: false };
  tell();
  left = name;
  put(device(name, lastList, streamed, connection), `${name} · hy300 fleet`);
  main.querySelector('h1').focus();
}

function route() {
  if (!api.me) {
    return;
  }
  const hash = location.hash.replace(/^#/, '');
  const one = /^\/devices\/([^/?]+)$/.exec(hash);
  if (one) {
    try {
      showDevice(decodeURIComponent(one[1]));
      return;
    } catch (error) {
      if (!(error instanceof URIError)) {
        throw error;
      }
    }
  }
  const question = hash.indexOf('?');
  showList(question < 0 ? '' : hash.slice(question + 1));
}

function showLogIn(why) {
  leave();
  fleet.forget();
  stream = { live: false };
  tell();
  text(link, 'not logged in');
  who.hidden = true;
  const token = el('input', {
    id: 'token', type: 'password', autocomplete: 'off', spellcheck: 'false', required: true, 'aria-describedby': 'token-help token-wrong',
  });
  const wrong = el('p', { id: 'token-wrong', class: 'wrong', role: 'alert' }, why);
  const form = el('form', {
    class: 'card log-in',
    submit: async (event) => {
      event.preventDefault();
      text(wrong, '');
      try {
        const problem = await api.logIn(token.value.trim());
        if (problem) {
          text(wrong, problem);
          token.select();
        } else {
          begin();
        }
      } catch (error) {
        text(wrong, `The collector does not answer (${error.message}).`);
      }
    },
  },
  el('h1', {}, 'Log in'),
  el('label', { for: 'token' }, 'Token'),
  token,
  el('p', { id: 'token-help', class: 'help' }, 'An administrator makes one with hy300-collector token. It is kept until this tab is closed.'),
  wrong,
  el('button', { type: 'submit', class: 'primary' }, 'Log in'));
  put({ element: form }, 'Log in · hy300 fleet');
  token.focus();
}

function begin() {
  who.hidden = !api.me.tokens;
  text(document.getElementById('who-name'), `${api.me.name} (${api.me.role})`);
  route();
}

async function start() {
  try {
    if (await api.identify()) {
      begin();
    } else {
      showLogIn(api.hasToken() ? 'The collector does not know this token.' : '');
    }
  } catch (error) {
    streamed({ lost: RETRY_MS / 1000, why: `the collector does not answer (${error.message})` });
    setTimeout(start, RETRY_MS);
  }
}

document.getElementById('log-out').addEventListener('click', () => api.logOut());
api.onLoggedOut(showLogIn);
window.addEventListener('hashchange', route);
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
    const search = document.getElementById('search');
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
});
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
start();
