/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the motor's tests do again and again: waiting for a move, and beginning
 * from a known state.
 */
#ifndef MOTOR_H
#define MOTOR_H

#include <stdbool.h>

/* Waits; false after the time. */
bool motor_rests(int milliseconds);
bool motor_passes(long position, int milliseconds);

/* Back to where a projector starts: no fault, not homed, rotor away from the switch. */
void motor_reset(void);

/* motor_reset(), then homed at position 0. */
void motor_homed(void);

#endif /* MOTOR_H */
