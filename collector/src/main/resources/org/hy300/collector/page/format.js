// SPDX-License-Identifier: Apache-2.0
// Times and numbers as text.

let skew = 0;

/** Sets the collector's time, for browsers whose clock is wrong. */
export function clock(time) {
  skew = Date.parse(time) - Date.now();
}

/** The collector's time in ms. */
export function now() {
  return Date.now() + skew;
}

/** The age of a time, such as `3 min ago`. */
export function ago(time) {
  const at = Date.parse(time);
  if (!(at > 0)) {
    return 'never';
  }
  const seconds = Math.max(0, Math.round((now() - at) / 1000));
  if (seconds < 5) {
    return 'just now';
  }
  if (seconds < 60) {
    return `${seconds - (seconds % 5)} s ago`;
  }
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)} min ago`;
  }
  if (seconds < 86400) {
    return `${Math.floor(seconds / 3600)} h ago`;
  }
  return `${Math.floor(seconds / 86400)} d ago`;
}

/** The same in full, for tooltips. */
export function exact(time) {
  const at = new Date(time);
  return at.getTime() > 0 ? at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' }) : '';
}

export function timeOfDay(date) {
  return date.toLocaleTimeString(undefined, { hour12: false });
}

/** A name from a topic or a state as text: `position_reached` is `position reached`. */
export function words(name) {
  return String(name).replaceAll('_', ' ');
}

/** A number of the series, with the unit from its family's name. */
export function quantity(family, value) {
  const name = family.replace(/_total$/, '');
  if (name.endsWith('_timestamp_seconds') || name.endsWith('_start_time_seconds')) {
    // Too large for a date.
    return exact(value * 1000) || `${round(value)} s`;
  }
  if (name.endsWith('_seconds')) {
    return value !== 0 && Math.abs(value) < 1 ? `${round(value * 1000)} ms` : `${round(value)} s`;
  }
  if (name.endsWith('_bytes')) {
    return bytes(value);
  }
  const units = { _celsius: ' °C', _steps: ' steps', _percent: ' %', _pixels: ' px', _rpm: ' rpm' };
  const unit = Object.keys(units).find((end) => name.endsWith(end));
  return round(value) + (unit ? units[unit] : '');
}

function round(value) {
  return Number.isInteger(value)
    ? value.toLocaleString('en', { useGrouping: Math.abs(value) >= 10000 })
    : String(Number(value.toPrecision(4)));
}

function bytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let at = 0;
  let left = value;
  while (Math.abs(left) >= 1024 && at < units.length - 1) {
    left /= 1024;
    at += 1;
  }
  return `${round(at === 0 ? left : Number(left.toPrecision(4)))} ${units[at]}`;
}
