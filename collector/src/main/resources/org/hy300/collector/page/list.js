// SPDX-License-Identifier: Apache-2.0
// The list of the fleet. Only visible rows are in the document, so ten thousand scroll like ten.

import { attribute, el, text } from './dom.js';
import * as fleet from './fleet.js';
import { EVERYTHING, ORDERS, SHOWN, compare, fits, format, merge } from './filter.js';
import { ago, exact, words } from './format.js';

/** Rows that are kept above and below the visible ones. */
const MARGIN = 8;

/** Screen readers read the sentence after this time, and then no more often than a user can listen. */
const FIRST_MS = 1_000;
const SAY_MS = 5_000;
const AGES_MS = 10_000;
const SUGGESTIONS = 100;
const NUMBERS = new Intl.NumberFormat('en');

const COLUMNS = ['state', 'device', null, 'signal', 'motor', 'mips', 'faults', 'event'];

/** Creates the list; calls `choose` when the user changes the choice. Returns {element, set, close}. */
export function list(first, choose) {
  let choice = first;
  let view = [];
  let fit = fits(choice);
  let height = 0;
  let frame = 0;
  let leisure = 0;
  let heard = '';

  /** Devices whose rows have changed since the last frame. */
  const changed = new Set();
  const cells = new Map();
  const spare = [];

  const search = el('input', {
    id: 'search', type: 'search', autocomplete: 'off', spellcheck: 'false', list: 'labels',
    placeholder: 'name, fault, or label such as site=berlin', 'aria-describedby': 'aloud',
    input: () => change({ query: search.value }),
    keydown: (event) => {
      if (event.key === 'ArrowDown' || event.key === 'Enter') {
        const only = event.key === 'Enter' && view.length === 1;
        if (only) {
          location.hash = address(view[0]);
        } else if (view.length > 0 && !(event.key === 'ArrowDown' && suggestions.options.length > 0 && !search.value)) {
          event.preventDefault();
          focus(0);
        }
      }
    },
  });
  const suggestions = el('datalist', { id: 'labels' });
  const kinds = Object.entries(SHOWN).map(([name, { title }]) => {
    const input = el('input', { type: 'radio', name: 'show', value: name, id: `show-${name}`, change: () => change({ show: name }) });
    const count = el('span', { class: 'count' });
    return { name, input, count, label: el('label', { for: `show-${name}`, class: `kind ${name}` }, input, el('span', {}, title), count) };
  });
  const order = el('select', { id: 'order', change: () => turn(order.value) },
    ...Object.entries(ORDERS).map(([name, { title }]) => el('option', { value: name }, title)));
  const said = el('p', { id: 'said', class: 'said' });
  // The text that screen readers read by themselves: the sentence, after a pause; empty once it is outdated.
  const aloud = el('p', { id: 'aloud', class: 'sr', role: 'status' });
  const heads = COLUMNS.map((name) => (name
    ? el('div', { role: 'columnheader', class: `cell ${name}` },
      el('button', { type: 'button', click: () => turn(name) }, name === 'device' ? 'Projector' : name === 'motor' ? 'Motor' : ORDERS[name].title))
    : el('div', { role: 'columnheader', class: 'cell labels' }, 'Labels')));
  const head = el('div', { role: 'row', class: 'row head', 'aria-rowindex': 1 }, ...heads);
  const body = el('div', { role: 'rowgroup', class: 'body' });
  const empty = el('div', { class: 'empty', hidden: true });
  const table = el('div', { role: 'table', class: 'table', 'aria-label': 'Projectors', 'aria-colcount': COLUMNS.length },
    el('div', { role: 'rowgroup' }, head), body);
  const scroller = el('div', {
    class: 'scroller', tabindex: 0, role: 'region', 'aria-label': 'List of projectors',
    scroll: () => { frame ||= requestAnimationFrame(paint); }, keydown: move,
  }, table, empty);
  const element = el('section', { class: 'fleet', 'aria-labelledby': 'fleet-title' },
    el('h1', { id: 'fleet-title', class: 'sr' }, 'All projectors'),
    el('div', { class: 'tools' },
      el('div', { class: 'search' }, el('label', { for: 'search', class: 'sr' }, 'Search by name, fault or label'), search, suggestions),
      el('fieldset', { class: 'kinds' }, el('legend', { class: 'sr' }, 'Show'), ...kinds.map((kind) => kind.label)),
      el('div', { class: 'order' }, el('label', { for: 'order' }, 'Sort by'), order),
      said, aloud),
    scroller);

  function address(row) {
    return `#/devices/${encodeURIComponent(row.device)}`;
  }

  function change(other) {
    choice = { ...choice, ...other };
    choose(format(choice));
    scroller.scrollTop = 0;
    show();
  }

  function turn(name) {
    change({ order: name, reverse: choice.order === name && !choice.reverse });
  }

  /** Shows a choice from the address. */
  function show() {
    fit = fits(choice);
    if (search.value !== choice.query) {
      search.value = choice.query;
    }
    kinds.forEach((kind) => { kind.input.checked = kind.name === choice.show; });
    order.value = choice.order;
    COLUMNS.forEach((name, at) => {
      if (name) {
        attribute(heads[at], 'aria-sort', name !== choice.order ? 'none' : choice.reverse ? 'descending' : 'ascending');
      }
    });
    arrange();
  }

  /** Selects and sorts all rows. */
  function arrange() {
    changed.clear();
    view = [...fleet.all()].filter(fit).sort(compare(choice));
    paint();
  }

  /** Takes changes of rows: the next frame shows them. */
  function take(devices) {
    devices.forEach((device) => changed.add(device));
    frame ||= requestAnimationFrame(paint);
  }

  /** Updates the view, which stays sorted, so that a few changes do not sort ten thousand rows. */
  function settle() {
    if (changed.size > 0) {
      const order = compare(choice);
      const fresh = [...changed].map(fleet.find).filter((row) => row && fit(row)).sort(order);
      view = merge(view.filter((row) => !changed.has(row.device)), fresh, order);
      changed.clear();
    }
    body.style.height = `${view.length * height}px`;
    attribute(table, 'aria-rowcount', view.length + 1);
  }

  /** Shows one state of the fleet: its numbers, its sentence, and its visible rows. */
  function paint() {
    cancelAnimationFrame(frame);
    frame = 0;
    settle();
    tell();
    const top = Math.max(0, scroller.scrollTop - head.offsetHeight);
    const from = Math.max(0, Math.floor(top / height) - MARGIN);
    const to = Math.min(view.length, Math.ceil((top + scroller.clientHeight) / height) + MARGIN);
    const wanted = new Set();
    for (let at = from; at < to; at += 1) {
      wanted.add(view[at].device);
    }
    let kept = null;
    for (const [device, cell] of cells) {
      if (!wanted.has(device)) {
        // A row with the focus stays, or the focus would be lost.
        if (cell.element.contains(document.activeElement)) {
          kept = device;
        } else {
          release(device);
        }
      }
    }
    const seen = [];
    for (let at = from; at < to; at += 1) {
      const row = view[at];
      let cell = cells.get(row.device);
      if (!cell) {
        cell = spare.pop() ?? rowOf();
        cells.set(row.device, cell);
      }
      cell.put(row, at, height);
      seen.push(cell);
    }
    if (kept === null) {
      place(seen);
    } else {
      keep(kept, from, seen);
    }
    spare.length = Math.min(spare.length, 64);
    nothing();
  }

  function release(device) {
    const cell = cells.get(device);
    cell.element.remove();
    cells.delete(device);
    spare.push(cell);
  }

  /** Keeps the row with the focus, which is not visible; if it no longer matches, its neighbour gets the focus. */
  function keep(device, from, seen) {
    const cell = cells.get(device);
    const at = view.findIndex((row) => row.device === device);
    if (at >= 0) {
      cell.put(view[at], at, height);
      seen.splice(at < from ? 0 : seen.length, 0, cell);
      place(seen);
      return;
    }
    place(seen);
    const neighbour = view[Math.min(cell.index, view.length - 1)];
    (cells.get(neighbour?.device)?.link ?? scroller).focus({ preventScroll: true });
    release(device);
  }

  /** Puts rows into the order of the view, which Tab and screen readers follow. */
  function place(seen) {
    let at = body.firstChild;
    for (const { element: row } of seen) {
      // Moving a row would lose its focus, so the others move instead.
      while (at !== row && row.contains(document.activeElement)) {
        const other = at;
        at = at.nextSibling;
        body.append(other);
      }
      if (at === row) {
        at = at.nextSibling;
      } else {
        body.insertBefore(row, at);
      }
    }
  }

  function nothing() {
    const none = view.length === 0;
    empty.hidden = !none;
    if (none) {
      const what = !fleet.isComplete() ? 'Asking the collector …'
        : fleet.size() === 0 ? 'No projector has been seen yet. Projectors appear here when their agents connect to the broker.'
          : 'No projector matches.';
      if (empty.dataset.what !== what) {
        empty.dataset.what = what;
        empty.replaceChildren(el('p', {}, what));
        if (fleet.size() > 0 && fleet.isComplete()) {
          empty.append(el('button', { type: 'button', click: () => { change(EVERYTHING); search.focus(); } }, 'Show all'));
        }
      }
    } else {
      empty.dataset.what = '';
    }
  }

  function focus(at) {
    const to = Math.max(0, Math.min(view.length - 1, at));
    const top = to * height;
    const room = scroller.clientHeight - head.offsetHeight;
    if (top < scroller.scrollTop) {
      scroller.scrollTop = top;
    } else if (top + height > scroller.scrollTop + room) {
      scroller.scrollTop = top + height - room;
    }
    const device = view[to]?.device;
    paint();
    cells.get(device)?.link.focus({ preventScroll: true });
  }

  /** Arrow keys move between rows. */
  function move(event) {
    const link = document.activeElement;
    const cell = [...cells.values()].find((one) => one.link === link);
    if (!cell) {
      return;
    }
    const page = Math.max(1, Math.floor(scroller.clientHeight / height) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -view.length, End: view.length };
    if (Object.hasOwn(steps, event.key)) {
      event.preventDefault();
      if (event.key === 'ArrowUp' && cell.index === 0) {
        search.focus();
      } else {
        focus(cell.index + steps[event.key]);
      }
    }
  }

  function measure() {
    const now = parseFloat(getComputedStyle(scroller).getPropertyValue('--row'));
    if (now !== height) {
      const at = height ? scroller.scrollTop / height : 0;
      height = now;
      settle();
      scroller.scrollTop = at * height;
    }
    paint();
  }

  /** Shows the numbers, and the sentence about them. */
  function tell() {
    const counted = fleet.counts();
    kinds.forEach((kind) => text(kind.count, NUMBERS.format(counted[kind.name])));
    if (!fleet.isComplete()) {
      return;
    }
    // Without a filter the counts next to it show the same, so it is for screen readers only.
    said.classList.toggle('sr', view.length === counted.all);
    text(said, view.length === counted.all
      ? `${counted.all} projectors, ${counted.offline} offline, ${counted.faults} with faults`
      : `${view.length} of ${counted.all} projectors shown`);
    if (aloud.textContent !== said.textContent) {
      text(aloud, '');
    }
  }

  function say() {
    if (heard !== said.textContent) {
      heard = said.textContent;
      text(aloud, heard);
    }
    suggest();
    leisure = setTimeout(say, SAY_MS);
  }

  function suggest() {
    const labels = fleet.labels(SUGGESTIONS);
    if (labels.length !== suggestions.options.length) {
      suggestions.replaceChildren(...labels.map((label) => el('option', { value: label })));
    }
  }

  const resize = new ResizeObserver(measure);
  resize.observe(scroller);
  const quiet = fleet.listen(take);
  const ages = setInterval(() => cells.forEach((cell) => cell.age()), AGES_MS);
  leisure = setTimeout(say, FIRST_MS);
  return {
    element,
    /** Call this once it is in the document; the focus returns to the projector that was left, if any. */
    open(scrolled, left) {
      measure();
      show();
      scroller.scrollTop = scrolled;
      if (left !== null) {
        const at = view.findIndex((row) => row.device === left);
        if (at >= 0) {
          focus(at);
        } else {
          scroller.focus();
        }
      }
    },
    set(other) {
      if (format(other) !== format(choice)) {
        choice = other;
        show();
      }
    },
    scrolled: () => scroller.scrollTop,
    close() {
      quiet();
      resize.disconnect();
      clearTimeout(leisure);
      clearInterval(ages);
      cancelAnimationFrame(frame);
    },
  };
}

/** A row element, which is reused for different projectors. */
function rowOf() {
  const cell = (name, ...children) => el('div', { role: 'cell', class: `cell ${name}` }, ...children);
  const state = el('span', { class: 'badge' });
  const link = el('a', { class: 'name' });
  const model = el('span', { class: 'model' });
  const labels = cell('labels');
  const signal = el('span', { class: 'signal-text' });
  const bar = el('span', { class: 'bar', 'aria-hidden': 'true' }, el('span'));
  const motor = el('span', { class: 'number' });
  const mips = cell('mips');
  const faults = cell('faults');
  const event = el('span', { class: 'event-name' });
  const time = el('time', {});
  const signalCell = cell('signal', signal);
  const element = el('div', { role: 'row', class: 'row' },
    cell('state', state), cell('device', link, model), labels, signalCell,
    cell('motor', motor, bar), mips, faults, cell('event', event, time));
  let shown = null;

  const self = {
    element,
    link,
    index: -1,
    put(row, index, height) {
      if (self.index !== index || self.height !== height) {
        self.index = index;
        self.height = height;
        element.style.transform = `translateY(${index * height}px)`;
        attribute(element, 'aria-rowindex', index + 2);
      }
      if (row !== shown) {
        shown = row;
        fill(row);
      }
    },
    age() {
      if (shown) {
        const at = shown.online ? shown.event?.time : shown.last_seen;
        text(time, at ? (shown.online ? '' : 'seen ') + ago(at) : '');
      }
    },
  };

  function fill(row) {
    attribute(element, 'class', `row${row.online ? '' : ' off'}${row.faults.length > 0 ? ' faulty' : ''}`);
    text(state, row.online ? 'Online' : 'Offline');
    attribute(state, 'class', `badge ${row.online ? 'on' : 'off'}`);
    text(link, row.device);
    attribute(link, 'href', `#/devices/${encodeURIComponent(row.device)}`);
    text(model, row.model ?? '');
    attribute(model, 'title', row.model ?? '');
    while (labels.children.length > row.tags.length) {
      labels.lastChild.remove();
    }
    row.tags.forEach((tag, at) => text(labels.children[at] ?? labels.appendChild(el('span', { class: 'tag' })), tag));
    attribute(labels, 'title', row.tags.join(' '));
    text(signal, signalWords(row));
    attribute(signalCell, 'class', `cell signal ${row.signal?.detected ? 'good' : 'none'}`);
    text(motor, motorWords(row));
    bar.hidden = !row.motor?.homed;
    bar.firstChild.style.transform = `scaleX(${row.motor?.max ? Math.max(0, Math.min(1, row.motor.position / row.motor.max)) : 0})`;
    text(mips, row.mips ? words(row.mips) : '');
    text(faults, row.faults.join(', '));
    attribute(faults, 'title', row.faults.join(', '));
    text(event, row.event ? words(row.event.event) : '');
    const at = row.online ? row.event?.time : row.last_seen;
    attribute(time, 'datetime', at ?? null);
    attribute(time, 'title', at ? exact(at) : null);
    self.age();
  }
  return self;
}

function signalWords(row) {
  if (!row.signal) {
    return row.online ? 'no input' : '';
  }
  if (row.signal.detected) {
    return `${row.signal.width}×${row.signal.height}${row.signal.rate ? ` ${row.signal.rate} Hz` : ''}`;
  }
  return row.signal.connected ? 'no signal' : 'no cable';
}

function motorWords(row) {
  if (!row.motor) {
    return row.online ? 'no motor' : '';
  }
  if (row.motor.moving) {
    return `${row.motor.position} → moving`;
  }
  return row.motor.homed ? `${row.motor.position} of ${row.motor.max}` : 'not homed';
}
