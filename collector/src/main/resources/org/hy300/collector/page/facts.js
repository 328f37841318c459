// SPDX-License-Identifier: Apache-2.0
// A projector's series as the texts of its page.

import { quantity, words } from './format.js';

const SERIES = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** A projector's values, by family. */
export class Facts {
  constructor(device) {
    this.device = device;
    this.values = device.values ?? {};
    this.series = Object.entries(this.values).map(([name, value]) => {
      const [, family, labels = ''] = SERIES.exec(name) ?? [null, name];
      return { name, family, labels, value };
    });
  }

  /** The value of a family without labels; undefined if there is none. */
  number(family) {
    return this.values[family];
  }

  is(family) {
    return this.values[family] === 1;
  }

  has(family) {
    return this.values[family] !== undefined;
  }

  /** The current word of a state set. */
  word(family) {
    const one = this.series.find((each) => each.family === family && each.value === 1);
    return one && /="(.*)"$/.exec(one.labels)?.[1];
  }

  of(family) {
    return this.series.filter((each) => each.family === family);
  }

  get hasMotor() {
    return this.has('hy300_motor_position_steps');
  }

  get hasInput() {
    return this.has('hy300_tvcap_signal_detected');
  }

  get hasMips() {
    return this.word('hy300_mips_state') !== undefined;
  }

  get fault() {
    const fault = this.word('hy300_motor_fault');
    return fault === 'none' ? undefined : fault;
  }

  /** The state of the HDMI input's signal. */
  get signal() {
    if (!this.is('hy300_tvcap_enabled') && this.has('hy300_tvcap_enabled')) {
      return 'input is off';
    }
    if (!this.is('hy300_tvcap_signal_detected')) {
      return this.is('hy300_tvcap_hdmi_connected') ? 'no signal' : 'no cable';
    }
    const rate = this.rate;
    return `${this.number('hy300_tvcap_width_pixels')}×${this.number('hy300_tvcap_height_pixels')}${rate ? ` at ${rate} Hz` : ''}`;
  }

  /** Frame rate of the signal. */
  get rate() {
    const interval = this.number('hy300_tvcap_frame_interval_seconds') ?? 0;
    return interval > 0 ? Math.round(1 / interval) : 0;
  }

  /** Name and value of the lines in the cards. */
  motor() {
    return [
      ['State', this.fault ? `fault: ${words(this.fault)}` : this.is('hy300_motor_moving') ? 'moving'
        : this.is('hy300_motor_homed') ? 'at rest, homed' : 'at rest, not homed'],
      ['Target', this.show('hy300_motor_target_steps')],
      ['Limit switch', this.has('hy300_motor_limit_switch') ? (this.is('hy300_motor_limit_switch') ? 'closed' : 'open') : null],
      ['Moves', this.show('hy300_motor_movements_total')],
      ['Step errors', this.show('hy300_motor_step_errors_total')],
    ];
  }

  input() {
    const error = this.word('hy300_tvcap_error');
    return [
      ['Signal', this.signal],
      ['Streaming', this.is('hy300_tvcap_streaming') ? 'yes' : 'no'],
      ['Frames captured', this.show('hy300_tvcap_frames_captured_total')],
      ['Frames dropped', this.show('hy300_tvcap_frames_dropped_total')],
      ['Last error', error && error !== 'none' ? words(error) : 'none'],
    ];
  }

  mips() {
    return [
      ['State', words(this.word('hy300_mips_state'))],
      ['Firmware', this.is('hy300_mips_firmware_loaded') ? 'loaded' : 'not loaded'],
      ['Communication errors', String(this.of('hy300_mips_communication_errors_total').reduce((sum, each) => sum + each.value, 0))],
    ];
  }

  show(family) {
    return this.has(family) ? quantity(family, this.number(family)) : null;
  }

  /** All series by subsystem, the part of their name after hy300_. */
  bySubsystem() {
    const groups = new Map();
    for (const each of [...this.series].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const [, subsystem, rest] = /^hy300_([a-z0-9]+)_(.*)$/.exec(each.family) ?? [null, 'other', each.family];
      if (!groups.has(subsystem)) {
        groups.set(subsystem, []);
      }
      const labels = [...each.labels.matchAll(LABEL)].map(([, name, value]) => `${name}=${value}`).join(', ');
      groups.get(subsystem).push({ name: each.name, title: words(rest), labels, value: quantity(each.family, each.value) });
    }
    return groups;
  }
}
