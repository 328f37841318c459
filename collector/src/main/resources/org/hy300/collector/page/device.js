// SPDX-License-Identifier: Apache-2.0
// The page of one projector: its changing values, its events, its latest frame, and its controls.

import { ask } from './api.js';
import { charts } from './charts.js';
import { controls } from './controls.js';
import { attribute, el, text } from './dom.js';
import { Facts } from './facts.js';
import { ago, clock, exact, words } from './format.js';
import { follow } from './sse.js';

const AGES_MS = 5_000;
const EVENTS = 20;

/** Creates the page; `state` and `connection` as in fleet.js. Returns {element, open, close}. */
export function device(name, back, state, connection) {
  let facts = null;
  let live = false;
  let stop = () => {};
  let picture = null;
  const graphs = charts();
  const orders = controls(name);

  const badge = el('span', { class: 'badge' }, 'asking');
  const about = el('dl', { class: 'about' });
  const tags = el('p', { class: 'tags' });
  const offline = el('p', { class: 'banner', role: 'status', hidden: true });
  const faults = el('p', { class: 'banner bad', role: 'alert', hidden: true });
  const lists = { motor: el('dl'), input: el('dl'), mips: el('dl') };
  const events = el('ol', { class: 'events' });
  const noEvents = el('p', { class: 'help' }, 'No events since the collector started.');
  const frame = el('img', { alt: '', hidden: true });
  const frameTime = el('figcaption', { class: 'help' }, 'No snapshot yet.');
  const values = el('div', { class: 'values' });
  const allValues = el('details', { class: 'card wide', toggle: () => showValues() },
    el('summary', {}, el('h2', {}, 'All values'), el('span', { class: 'help' })), values);

  function card(title, kind, ...content) {
    const id = `card-${kind}`;
    return el('section', { class: `card ${kind}`, 'aria-labelledby': id }, el('h2', { id }, title), ...content);
  }
  const cards = {
    motor: card('Keystone motor', 'motor', ...orders.motor, lists.motor),
    input: card('HDMI input', 'input', lists.input, ...orders.input, el('figure', { class: 'snapshot' }, frame, frameTime)),
    mips: card('Co-processor', 'mips', lists.mips, ...orders.mips),
  };
  const charted = card('Since you opened this page', 'charted', graphs.element);
  const element = el('div', { class: 'projector' },
    el('a', { class: 'back', href: back }, '← All projectors'),
    el('div', { class: 'title' }, el('h1', { tabindex: -1 }, name), badge, tags),
    offline, faults, about,
    el('div', { class: 'cards' },
      el('div', { class: 'column' }, cards.motor, card('Replies', 'answers', ...orders.replies)),
      el('div', { class: 'column' }, cards.input, card('Events', 'happened', noEvents, events), cards.mips)),
    charted,
    allValues);

  function define(list, pairs) {
    const wanted = pairs.filter(([, value]) => value !== null && value !== undefined && value !== '');
    while (list.children.length > wanted.length) {
      list.lastChild.remove();
    }
    wanted.forEach(([title, value], at) => {
      if (!list.children[at]) {
        list.append(el('div', {}, el('dt'), el('dd')));
      }
      text(list.children[at].firstChild, title);
      text(list.children[at].lastChild, value);
    });
  }

  function show(saying) {
    facts = new Facts(saying);
    text(badge, saying.online ? 'Online' : 'Offline');
    attribute(badge, 'class', `badge ${saying.online ? 'on' : 'off'}`);
    element.classList.toggle('off', !saying.online);
    const labels = Object.entries(saying.labels ?? {}).map(([label, value]) => `${label}=${value}`);
    // Reuses the links, because one of them may have the focus.
    if (tags.dataset.labels !== labels.join('\n')) {
      tags.dataset.labels = labels.join('\n');
      tags.replaceChildren(...labels.map((label) => el('a', {
        class: 'tag', href: `#/?q=${encodeURIComponent(label)}`, title: 'Show all with this label',
      }, label)));
    }
    age();
    const wrong = saying.faults.join('; ');
    text(faults, wrong ? `Fault: ${wrong}` : '');
    faults.hidden = wrong === '';
    const has = { motor: facts.hasMotor, input: facts.hasInput, mips: facts.hasMips };
    for (const [kind, one] of Object.entries(cards)) {
      // The parts of an offline projector are unknown, so the last ones remain.
      one.hidden = saying.online && !has[kind];
      one.classList.toggle('old', !saying.online);
    }
    if (saying.online) {
      define(lists.motor, has.motor ? facts.motor() : []);
      define(lists.input, has.input ? facts.input() : []);
      define(lists.mips, has.mips ? facts.mips() : []);
    }
    orders.take(facts, live);
    graphs.take(facts);
    showValues();
  }

  function age() {
    if (!facts) {
      return;
    }
    const saying = facts.device;
    define(about, [
      ['Model', saying.model], ['Kernel', saying.kernel], ['Agent', saying.agent_version],
      ['Last seen', ago(saying.last_seen)],
    ]);
    attribute(about, 'title', exact(saying.last_seen));
    text(offline, saying.online ? '' : `This projector is offline; last seen at ${exact(saying.last_seen)}.`);
    offline.hidden = saying.online;
    element.querySelectorAll('time[data-ago]').forEach((time) => text(time, ago(time.dateTime)));
  }

  function showValues() {
    text(allValues.querySelector('summary .help'), facts?.device.online ? `${facts.series.length} series` : 'none while it is offline');
    if (!allValues.open || !facts) {
      return;
    }
    const groups = facts.bySubsystem();
    const shape = facts.series.map((each) => each.name).join('\n');
    if (values.dataset.shape !== shape) {
      values.dataset.shape = shape;
      values.replaceChildren(...[...groups].map(([subsystem, series]) => el('table', {},
        el('caption', {}, subsystem),
        el('tbody', {}, ...series.map((each) => el('tr', {},
          el('th', { scope: 'row', title: each.name }, each.title, each.labels ? el('span', { class: 'tag' }, each.labels) : null),
          el('td', {})))))));
    }
    const cells = values.querySelectorAll('td');
    [...groups.values()].flat().forEach((each, at) => text(cells[at], each.value));
  }

  function happened(event) {
    noEvents.hidden = true;
    const data = Object.entries(event.data ?? {}).map(([key, value]) => `${words(key)} ${typeof value === 'object' ? JSON.stringify(value) : words(value)}`).join(', ');
    const bad = /fault|fail|error|lost|gap/.test(event.event);
    events.prepend(el('li', { class: bad ? 'bad' : '' },
      el('span', { class: 'event-name' }, words(event.event)), el('span', { class: 'data' }, data),
      el('time', { datetime: event.time, title: exact(event.time), 'data-ago': true }, ago(event.time))));
    while (events.children.length > EVENTS) {
      events.lastChild.remove();
    }
  }

  async function snapshot({ time }) {
    try {
      const response = await ask(`api/v1/devices/${encodeURIComponent(name)}/snapshot`);
      if (!response.ok) {
        return;
      }
      const url = URL.createObjectURL(await response.blob());
      if (picture) {
        URL.revokeObjectURL(picture);
      }
      picture = url;
      frame.src = url;
      frame.alt = `HDMI picture of ${name} at ${exact(time)}`;
      frame.hidden = false;
      frameTime.replaceChildren('Taken ', el('time', { datetime: time, title: exact(time), 'data-ago': true }, ago(time)));
    } catch {
      // The connection is lost, which the top shows; the stream reports the frame again after reconnecting.
    }
  }

  const timer = setInterval(age, AGES_MS);
  return {
    element,
    open() {
      orders.take(null, false);
      stop = follow(`api/v1/devices/${encodeURIComponent(name)}/live`, {
        device: show,
        event: happened,
        snapshot,
        collector(event) {
          clock(event.time);
          connection(event.broker_connected);
        },
        removed: () => gone(`“${name}” has been forgotten: its retained messages were cleared.`),
      }, (now) => {
        if (now.gone) {
          gone(now.gone);
          return;
        }
        state(now);
        if (now.live) {
          // The stream starts with the last events.
          events.replaceChildren();
        }
      });
    },
    /** Takes a change of the connection. */
    connected(now) {
      live = now;
      orders.take(facts, live);
    },
    close() {
      stop();
      clearInterval(timer);
      graphs.close();
      orders.close();
      if (picture) {
        URL.revokeObjectURL(picture);
      }
    },
  };

  function gone(why) {
    stop();
    text(badge, 'Unknown');
    attribute(badge, 'class', 'badge off');
    text(offline, why);
    offline.hidden = false;
    state({ gone: why });
  }
}
