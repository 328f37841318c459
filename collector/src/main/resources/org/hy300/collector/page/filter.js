// SPDX-License-Identifier: Apache-2.0
// The choice of rows and their order, and its form in the page's address.

const SIGNAL = (row) => (row.signal?.detected ? 2 : row.signal?.connected ? 1 : 0);

/** Columns that rows can be sorted by; the keys are the words in the address. */
export const ORDERS = {
  device: { title: 'Name', key: (row) => row.order },
  state: { title: 'State', key: (row) => (row.online ? 1 : 0) },
  signal: { title: 'Signal', key: SIGNAL },
  motor: { title: 'Motor position', key: (row) => row.motor?.position ?? -1 },
  mips: { title: 'Co-processor', key: (row) => row.mips ?? '' },
  faults: { title: 'Faults', key: (row) => -row.faults.length },
  event: { title: 'Last event', key: (row) => -row.happened },
};

export const SHOWN = {
  all: { title: 'All', fits: () => true },
  online: { title: 'Online', fits: (row) => row.online },
  offline: { title: 'Offline', fits: (row) => !row.online },
  faults: { title: 'Faults', fits: (row) => row.faults.length > 0 },
};

/** A choice: search text, kind of rows, order, and whether that is reversed. */
export const EVERYTHING = { query: '', show: 'all', order: 'device', reverse: false };

/** Whether a row matches: it contains every word, and a word like site=berlin is one of its labels. */
export function fits(choice) {
  const parts = choice.query.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = parts.filter((part) => part.includes('='));
  const words = parts.filter((part) => !part.includes('='));
  const kind = SHOWN[choice.show].fits;
  return (row) => kind(row)
    && words.every((word) => row.text.includes(word))
    // site= matches any site; during typing, site=ber matches the beginning of one.
    && wanted.every((tag) => row.tags.some((one) => one.toLowerCase().startsWith(tag)));
}

/** Compares two rows; equal ones are ordered by name, so that no two are equal. */
export function compare(choice) {
  const of = ORDERS[choice.order].key;
  const sign = choice.reverse ? -1 : 1;
  return (a, b) => {
    const x = of(a);
    const y = of(b);
    if (x !== y) {
      return x < y ? -sign : sign;
    }
    if (a.order !== b.order) {
      return a.order < b.order ? -1 : 1;
    }
    return a.device < b.device ? -1 : a.device > b.device ? 1 : 0;
  };
}

/** Merges two sorted lists. */
export function merge(some, others, order) {
  const merged = [];
  let at = 0;
  for (const one of some) {
    while (at < others.length && order(others[at], one) < 0) {
      merged.push(others[at]);
      at += 1;
    }
    merged.push(one);
  }
  return merged.concat(others.slice(at));
}

export function parse(address) {
  const parameters = new URLSearchParams(address);
  const sort = parameters.get('sort') ?? 'device';
  const order = sort.replace(/^-/, '');
  return {
    query: parameters.get('q') ?? '',
    show: Object.hasOwn(SHOWN, parameters.get('show')) ? parameters.get('show') : 'all',
    order: Object.hasOwn(ORDERS, order) ? order : 'device',
    reverse: sort.startsWith('-'),
  };
}

export function format(choice) {
  const parameters = new URLSearchParams();
  if (choice.query) {
    parameters.set('q', choice.query);
  }
  if (choice.show !== 'all') {
    parameters.set('show', choice.show);
  }
  if (choice.order !== 'device' || choice.reverse) {
    parameters.set('sort', (choice.reverse ? '-' : '') + choice.order);
  }
  const address = parameters.toString();
  return address ? `#/?${address}` : '#/';
}
