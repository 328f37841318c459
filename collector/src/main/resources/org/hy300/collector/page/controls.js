// SPDX-License-Identifier: Apache-2.0
// The controls of a projector: moves, capture, co-processor. Shows why a command is unavailable, and each reply.

import * as api from './api.js';
import { attribute, el, text } from './dom.js';
import { timeOfDay, words } from './format.js';

/** A position that was chosen and not sent reverts to the motor's own after this time. */
const FORGET_MS = 15_000;
const REPLIES = 6;

/** Why a command cannot be sent now; null if it can. */
function refusal(name, facts, live) {
  const { role: needed, always } = api.commands.get(name);
  if (!api.mayDo(needed)) {
    return `the token “${api.me?.name}” has the role ${api.me?.role}, and this needs ${needed}`;
  }
  // Commands that are always accepted are tried regardless, since the page's data may be old.
  if (always) {
    return null;
  }
  if (!live) {
    return 'there is no connection to the collector';
  }
  if (!facts || !facts.device.online) {
    return 'the projector is offline';
  }
  if (facts.device.commands && !facts.device.commands.includes(name)) {
    return 'the projector does not have it';
  }
  const moving = facts.is('hy300_motor_moving');
  switch (name) {
    case 'motor/move':
      return facts.fault ? 'there is a fault, which has to be cleared' : !facts.is('hy300_motor_homed') ? 'the motor has to be homed before' : null;
    case 'motor/home':
      return facts.fault ? 'there is a fault, which has to be cleared' : null;
    case 'motor/clear_fault':
      return !facts.fault ? 'there is no fault' : moving ? 'the motor moves' : null;
    case 'tvcap/start':
      return facts.is('hy300_tvcap_enabled') ? 'the input is on' : null;
    case 'tvcap/stop':
      return facts.is('hy300_tvcap_enabled') ? null : 'the input is off';
    case 'tvcap/snapshot':
      return facts.is('hy300_tvcap_signal_detected') ? null : 'there is no signal';
    default:
      return null;
  }
}

/** Creates the controls of a device; returns {motor, input, mips, replies, take}. */
export function controls(device) {
  let facts = null;
  let live = false;
  let forget = 0;

  /** Whether the user has chosen a position and not sent it yet. */
  let held = false;

  /** The state before the slider was touched. */
  let before = { held: false, position: '' };

  /** Number of moves without a reply. */
  let under = 0;
  const buttons = [];

  const replies = el('ol', { class: 'replies', role: 'log', 'aria-label': 'Replies', 'aria-live': 'polite' });
  const none = el('p', { class: 'help' }, 'No commands from this page yet.');

  /** Sends a command, and shows its progress and result. */
  async function give(name, title, args) {
    if (refusal(name, facts, live)) {
      return;
    }
    none.hidden = true;
    const outcome = el('span', { class: 'outcome pending' }, 'under way …');
    const entry = el('li', {},
      el('time', {}, timeOfDay(new Date())), el('span', { class: 'order-name' }, title), outcome);
    replies.prepend(entry);
    while (replies.children.length > REPLIES) {
      replies.lastChild.remove();
    }
    under += name === 'motor/move' ? 1 : 0;
    const reply = await api.command(device, name, args);
    under -= name === 'motor/move' ? 1 : 0;
    const result = Object.entries(reply.result ?? {}).map(([key, value]) => `${words(key)} ${value}`).join(', ');
    const good = reply.status === 'done';
    attribute(outcome, 'class', `outcome ${good ? 'good' : reply.status === 'cancelled' ? 'warn' : 'bad'}`);
    outcome.replaceChildren(el('strong', {}, reply.status), good
      ? (result ? `: ${result}` : '')
      : `: ${reply.error?.message ?? 'no reason was given'} (${reply.error?.code ?? '?'}, HTTP ${reply.http})`);
  }

  /** A key held down repeats; only the first press counts. */
  function once(event) {
    if (event.repeat && event.key === 'Enter') {
      event.preventDefault();
    }
  }

  function button(name, kind = '') {
    const { title } = api.commands.get(name);
    const id = `do-${name.replace('/', '-')}`;
    const element = el('button', {
      id, type: 'button', class: kind, keydown: once,
      click: () => {
        if (name !== 'mips/restart' || confirm('Restart the co-processor? The picture goes dark while it boots.')) {
          give(name, title);
        }
      },
    }, title);
    buttons.push({ name, element });
    return element;
  }

  /** A line under a group that explains why some of it is unavailable. */
  function why(id, names) {
    const element = el('p', { id, class: 'why' });
    return { element, names };
  }

  const range = api.commands.get('motor/move').args.properties.position;
  // The slider only chooses a position, since a finger that scrolls the page may hit it.
  const slider = el('input', {
    id: 'position', type: 'range', min: 0, max: 0, step: 1, disabled: true, 'aria-describedby': 'why-motor position-help',
    pointerdown: () => { before = { held, position: number.value }; },
    // The browser has used the touch for something else, such as scrolling.
    pointercancel: () => { held = before.held; put(before.position); },
    keydown: (event) => {
      if (event.key === 'Enter') {
        event.preventDefault();
      }
    },
    input: () => choose(slider.value),
  });
  const number = el('input', {
    id: 'steps', type: 'number', min: 0, max: 0, step: 1, inputmode: 'numeric', required: true, disabled: true, 'aria-describedby': 'why-motor',
    input: () => choose(number.value),
  });
  // Screen readers read it on request, and not five times a second.
  const now = el('output', { class: 'position', for: 'position steps', 'aria-live': 'off' });
  const most = el('span', { class: 'most' });
  const marker = el('span', { class: 'marker', 'aria-hidden': 'true' });
  const submit = el('button', { id: 'do-motor-move', type: 'submit', class: 'primary' }, 'Move');
  buttons.push({ name: 'motor/move', element: submit });
  const form = el('form', {
    class: 'move', novalidate: true, keydown: once, focusout: forgetLater,
    submit: (event) => { event.preventDefault(); clearTimeout(forget); held = false; move(); },
  },
  el('div', { class: 'slide' },
    el('label', { for: 'position' }, 'Position'), el('div', { class: 'track' }, marker, slider),
    el('p', { id: 'position-help', class: 'help' }, 'Choose a position; the button moves the motor there.')),
  el('div', { class: 'exactly' }, el('label', { for: 'steps' }, `Exact position, in ${range['x-unit']}`), el('div', { class: 'pair' }, number, submit)));

  function choose(position) {
    held = true;
    put(position);
    forgetLater();
  }

  /** The choice stays while the user is in the form. */
  function forgetLater() {
    clearTimeout(forget);
    forget = setTimeout(() => {
      if (form.contains(document.activeElement)) {
        forgetLater();
      } else {
        held = false;
        take(null, live);
      }
    }, FORGET_MS);
  }

  /** Shows the position in slider, number and button. */
  function put(position) {
    // The slider would turn an empty value into its middle.
    slider.value = position || slider.value;
    if (number.value !== position) {
      number.value = position;
    }
    slider.style.setProperty('--part', `${slider.max > 0 ? (100 * slider.value) / slider.max : 0}%`);
    text(submit, position === '' ? 'Move' : `Move to ${position}`);
  }

  function move() {
    const position = Number(number.value);
    if (number.value === '' || !Number.isInteger(position)) {
      number.setCustomValidity(`a whole number of ${range['x-unit']}`);
      number.reportValidity();
      number.setCustomValidity('');
      return;
    }
    give('motor/move', `Move to ${position}`, { position });
  }

  const reasons = [
    why('why-motor', ['motor/move', 'motor/home', 'motor/stop', 'motor/clear_fault']),
    why('why-input', ['tvcap/start', 'tvcap/stop', 'tvcap/snapshot']),
    why('why-mips', ['mips/restart']),
  ];

  function explain({ element, names }) {
    // Groups commands that are unavailable for the same reason.
    const by = new Map();
    for (const name of names) {
      const reason = refusal(name, facts, live);
      if (reason) {
        by.set(reason, [...(by.get(reason) ?? []), api.commands.get(name).title]);
      }
    }
    text(element, [...by].map(([reason, commands]) => (commands.length === names.length
      ? `Not now: ${reason}.` : `${commands.join(', ')}: ${reason}.`)).join(' '));
  }

  function show() {
    for (const { name, element } of buttons) {
      const reason = refusal(name, facts, live);
      attribute(element, 'aria-disabled', reason ? 'true' : null);
      attribute(element, 'aria-describedby', reason ? `why-${{ motor: 'motor', tvcap: 'input', mips: 'mips' }[name.split('/')[0]]}` : null);
      attribute(element, 'title', reason ?? api.commands.get(name).summary);
    }
    const stuck = refusal('motor/move', facts, live) !== null;
    slider.disabled = stuck;
    number.disabled = stuck;
    reasons.forEach(explain);
  }

  /** Takes the device's current values, or a change of the connection. */
  function take(saying, connected) {
    facts = saying ?? facts;
    live = connected;
    if (facts?.hasMotor) {
      const max = facts.number('hy300_motor_max_position_steps') ?? 0;
      const position = facts.number('hy300_motor_position_steps');
      for (const input of [slider, number]) {
        attribute(input, 'min', range.minimum);
        attribute(input, 'max', max);
      }
      text(now, `${position}`);
      text(most, ` of ${max} ${range['x-unit']}`);
      marker.style.setProperty('--at', max > 0 ? Math.max(0, Math.min(1, position / max)) : 0);
      // The slider follows the motor, unless the user is choosing.
      if (!held && under === 0 && document.activeElement !== number) {
        put(String(Math.max(0, facts.number('hy300_motor_target_steps') ?? position)));
      }
    } else if (facts) {
      text(now, '–');
      text(most, '');
    }
    show();
  }

  return {
    motor: [
      el('p', { class: 'big' }, now, most),
      form,
      el('div', { class: 'buttons' }, button('motor/stop', 'danger'), button('motor/home'), button('motor/clear_fault')),
      reasons[0].element,
    ],
    input: [
      el('div', { class: 'buttons', role: 'group', 'aria-label': 'HDMI input' },
        button('tvcap/start'), button('tvcap/stop'), button('tvcap/snapshot')),
      reasons[1].element,
    ],
    mips: [el('div', { class: 'buttons' }, button('mips/restart')), reasons[2].element],
    replies: [none, replies],
    take,
    close: () => clearTimeout(forget),
  };
}
