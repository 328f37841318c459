// SPDX-License-Identifier: Apache-2.0
// Small charts of a projector's changing values, since its page was opened.

import { el } from './dom.js';
import { quantity, words } from './format.js';

const MAX_POINTS = 600;
const MAX_CHARTS = 6;
const LONGEST_MS = 300_000;
const SHORTEST_MS = 60_000;
const DRAW_MS = 500;
const SAY_MS = 10_000;

/** The lines of one moment that can be drawn, as {id, title, value, family, stepped}. */
function lines(facts, rate) {
  const found = [];
  if (facts.hasMotor) {
    found.push({ id: 'motor', title: 'Motor position', family: '_steps', value: facts.number('hy300_motor_position_steps') });
  }
  if (facts.hasInput) {
    found.push({
      id: 'signal', title: 'Signal', unit: ' Hz', stepped: true,
      value: facts.is('hy300_tvcap_signal_detected') ? facts.rate : 0,
    });
    found.push({ id: 'frames', title: 'Frames captured', unit: ' /s', value: rate });
  }
  for (const family of ['hy300_board_hwmon_temp_celsius', 'hy300_board_thermal_zone_temp_celsius', 'hy300_process_cpu_percent']) {
    for (const each of facts.of(family)) {
      const what = [...each.labels.matchAll(/="([^"]*)"/g)].map(([, value]) => value).join(' ');
      found.push({ id: each.name, title: `${family.includes('cpu') ? 'CPU of' : 'Temperature'} ${words(what)}`, family, value: each.value });
    }
  }
  return found.slice(0, MAX_CHARTS);
}

/** Creates the charts; returns {element, take, close}. */
export function charts() {
  const element = el('div', { class: 'charts' });
  const begun = Date.now();
  const shown = new Map();
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  let library = null;
  let captured = null;
  let rate = 0;

  import('./chart.umd.min.js').then(() => { library = globalThis.Chart; });

  /** Frames per second, from the counter and the time between two of its values. */
  function frames(facts) {
    const count = facts.number('hy300_tvcap_frames_captured_total');
    const now = Date.now();
    if (count === undefined || !facts.is('hy300_tvcap_streaming')) {
      captured = null;
      return 0;
    }
    if (!captured || count < captured.count) {
      rate = 0;
      // The age of the first count is unknown.
      captured = { count, time: NaN };
    } else if (count > captured.count && !(now - captured.time < 900)) {
      rate = Number.isNaN(captured.time) ? 0 : (count - captured.count) / ((now - captured.time) / 1000);
      captured = { count, time: now };
    }
    return rate;
  }

  function add(line) {
    const value = el('span', { class: 'chart-value' });
    const canvas = el('canvas', { role: 'img', 'aria-label': line.title });
    const place = el('figure', { class: 'chart' },
      el('figcaption', {}, el('span', {}, line.title), value), el('div', { class: 'canvas' }, canvas));
    element.append(place);
    const chart = { ...line, points: [], value, canvas, place, drawn: null };
    shown.set(line.id, chart);
    return chart;
  }

  function show(chart, number) {
    return chart.unit ? `${Number(number.toFixed(1))}${chart.unit}` : quantity(chart.family, number);
  }

  /** Takes a projector's current values; none while it is offline. */
  function take(facts) {
    const now = Date.now();
    for (const line of facts.device.online ? lines(facts, frames(facts)) : []) {
      const chart = shown.get(line.id) ?? (shown.size < MAX_CHARTS ? add(line) : null);
      const last = chart?.points.at(-1);
      if (chart && (!last || last.y !== line.value)) {
        if (last && !Number.isNaN(last.y)) {
          // Repeats the old value just before the change, since a direct line would show a slow change.
          chart.points.push({ x: Math.max(last.x, now - DRAW_MS), y: last.y });
        }
        chart.points.push({ x: now, y: line.value });
        chart.value.textContent = show(chart, line.value);
      }
    }
    if (!facts.device.online) {
      for (const chart of shown.values()) {
        const last = chart.points.at(-1);
        if (last && !Number.isNaN(last.y)) {
          chart.points.push({ x: now, y: last.y }, { x: now, y: NaN });
          chart.value.textContent = 'offline';
        }
      }
    }
  }

  function colours() {
    const style = getComputedStyle(document.documentElement);
    return { line: style.getPropertyValue('--accent'), grid: style.getPropertyValue('--line'), text: style.getPropertyValue('--dim') };
  }

  function make(chart) {
    const colour = colours();
    return new library(chart.canvas, {
      type: 'line',
      data: { datasets: [{ data: [], borderColor: colour.line, backgroundColor: `${colour.line.trim()}22`, fill: 'origin', borderWidth: 2, pointRadius: 0, stepped: chart.stepped ? 'before' : false }] },
      options: {
        animation: false, parsing: false, normalized: true, responsive: true, maintainAspectRatio: false, events: [],
        plugins: { legend: { display: false }, tooltip: { enabled: false } },
        scales: {
          x: {
            type: 'linear', grid: { display: false }, border: { color: colour.grid },
            ticks: { color: colour.text, maxTicksLimit: 4, maxRotation: 0, callback: (value) => (value === 0 ? 'now' : `${value} s`) },
          },
          y: {
            beginAtZero: true, grace: '5%', grid: { color: colour.grid }, border: { display: false },
            ticks: { color: colour.text, maxTicksLimit: 4, precision: 0 },
          },
        },
      },
    });
  }

  function draw() {
    if (!library || document.hidden) {
      return;
    }
    const now = Date.now();
    const span = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, now - begun));
    for (const chart of shown.values()) {
      while (chart.points.length > MAX_POINTS || (chart.points.length > 1 && chart.points[1].x < now - span)) {
        chart.points.shift();
      }
      chart.drawn ??= make(chart);
      const points = chart.points.map(({ x, y }) => ({ x: Math.max(-span, x - now) / 1000, y }));
      const last = points.at(-1);
      if (last && !Number.isNaN(last.y)) {
        points.push({ x: 0, y: last.y });
      }
      chart.drawn.data.datasets[0].data = points;
      chart.drawn.options.scales.x.min = -span / 1000;
      chart.drawn.options.scales.x.max = 0;
      chart.drawn.update('none');
    }
  }

  function say() {
    for (const chart of shown.values()) {
      const values = chart.points.map((point) => point.y).filter((y) => !Number.isNaN(y));
      if (values.length > 0) {
        chart.canvas.setAttribute('aria-label',
          `${chart.title}: now ${chart.value.textContent}, lowest ${show(chart, Math.min(...values))}, highest ${show(chart, Math.max(...values))}`);
      }
    }
  }

  /** Resets the colours, which a chart reads when it is created. */
  function recolour() {
    for (const chart of shown.values()) {
      chart.drawn?.destroy();
      chart.drawn = null;
    }
    draw();
  }

  scheme.addEventListener('change', recolour);
  const timers = [setInterval(draw, DRAW_MS), setInterval(say, SAY_MS)];
  return {
    element,
    take,
    close() {
      scheme.removeEventListener('change', recolour);
      timers.forEach(clearInterval);
      shown.forEach((chart) => chart.drawn?.destroy());
    },
  };
}
