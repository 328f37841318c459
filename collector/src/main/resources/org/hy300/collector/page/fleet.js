// SPDX-License-Identifier: Apache-2.0
// The fleet as the page knows it: a row for each projector, kept up to date by the collector's stream.

import { clock } from './format.js';
import { follow } from './sse.js';

/** By device. A row that changes is another object. */
const rows = new Map();
const listeners = new Set();

/** Rows that were there before the stream began anew, and have not been told of since. */
let doubtful = new Set();

/** Whether every row has been told at least once. */
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

/** Tells who listens which rows are new, which have gone, as pairs of before and after. */
function tell(changes) {
  listeners.forEach((listener) => listener(changes));
}

function remove(devices) {
  const changes = [];
  for (const device of devices) {
    const before = rows.get(device);
    if (before) {
      rows.delete(device);
      changes.push([before, null]);
    }
  }
  tell(changes);
}

const handlers = {
  reset() {
    doubtful = new Set(rows.keys());
  },
  rows(event) {
    const changes = event.rows.map((raw) => {
      const before = rows.get(raw.device) ?? null;
      const row = prepare(raw);
      rows.set(row.device, row);
      doubtful.delete(row.device);
      return [before, row];
    });
    tell(changes);
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

/** Follows the fleet; `state` as in sse.js, `connection` is told whether the broker is connected. */
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

/** Forgets everything, as when somebody else logs in. */
export function forget() {
  stop();
  rows.clear();
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

/** How many there are of each kind that can be shown alone. */
export function counts() {
  const counted = { all: rows.size, online: 0, offline: 0, faults: 0 };
  for (const row of rows.values()) {
    counted[row.online ? 'online' : 'offline'] += 1;
    counted.faults += row.faults.length > 0 ? 1 : 0;
  }
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
