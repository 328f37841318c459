// SPDX-License-Identifier: Apache-2.0
// The page's copy of the fleet: a row for each projector, updated from the collector's stream.

import { SHOWN } from './filter.js';
import { clock } from './format.js';
import { follow } from './sse.js';

/** By device. A changed row is a new object. */
const rows = new Map();
const listeners = new Set();

/** Number of rows of each kind; updated with each change of a row. */
const counted = Object.fromEntries(Object.keys(SHOWN).map((kind) => [kind, 0]));

/** Rows from before the stream was reopened that have not been sent since. */
let doubtful = new Set();

/** Whether every row has been sent at least once. */
let complete = false;
let end = null;

/** Orders p2 before p10. */
function natural(name) {
  return name.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, '0'));
}

function prepare(row) {
  row.order = natural(row.device);
  row.labels ??= {};
  row.tags = Object.entries(row.labels).map(([name, value]) => `${name}=${value}`);
  row.text = [row.device, row.model ?? '', ...row.tags, ...row.faults, row.event?.event ?? '']
    .join('\n')
    .toLowerCase();
  row.seen = Date.parse(row.last_seen);
  row.happened = row.event ? Date.parse(row.event.time) : 0;
  return row;
}

/** Stores the row of a device; null removes it. */
function put(device, row) {
  count(rows.get(device), -1);
  count(row, 1);
  if (row) {
    rows.set(device, row);
  } else {
    rows.delete(device);
  }
}

function count(row, by) {
  for (const [kind, { fits }] of Object.entries(SHOWN)) {
    counted[kind] += row && fits(row) ? by : 0;
  }
}

/** Calls the listeners with the devices whose rows have changed, appeared or gone. */
function tell(devices) {
  listeners.forEach((listener) => listener(devices));
}

function remove(devices) {
  devices.forEach((device) => put(device, null));
  tell(devices);
}

const handlers = {
  reset() {
    doubtful = new Set(rows.keys());
  },
  rows(event) {
    const devices = event.rows.map((raw) => {
      put(raw.device, prepare(raw));
      doubtful.delete(raw.device);
      return raw.device;
    });
    tell(devices);
  },
  ready() {
    complete = true;
    remove(doubtful);
    doubtful = new Set();
  },
  removed(event) {
    remove(event.devices);
  },
};

/** Follows the fleet; `state` as in sse.js, `connection` is called with whether the broker is connected. */
export function start(state, connection) {
  stop();
  end = follow('api/v1/live', {
    ...handlers,
    collector(event) {
      clock(event.time);
      connection(event.broker_connected);
    },
  }, state);
}

export function stop() {
  end?.();
  end = null;
}

/** Removes everything, for example when another user logs in. */
export function forget() {
  stop();
  [...rows.keys()].forEach((device) => put(device, null));
  complete = false;
}

export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function all() {
  return rows.values();
}

export function find(device) {
  return rows.get(device);
}

export function size() {
  return rows.size;
}

export function isComplete() {
  return complete;
}

/** Number of rows of each kind. */
export function counts() {
  return counted;
}

/** Labels of the fleet as `site=berlin`, the most frequent first. */
export function labels(most) {
  const counted = new Map();
  for (const row of rows.values()) {
    for (const tag of row.tags) {
      counted.set(tag, (counted.get(tag) ?? 0) + 1);
    }
  }
  return [...counted].sort((a, b) => b[1] - a[1]).slice(0, most).map(([tag]) => tag);
}
