/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the motor's tests do again and again: attributes, the virtual board's
 * knobs, waiting for the end of a move.
 */
#ifndef MOTOR_H
#define MOTOR_H

#include <stdbool.h>

#define PAGE_BYTES	4096

/*
 * Set by motor_init() from the command line: the class device's directory, the
 * board's directory in debugfs, and the class device's number.
 */
extern const char *motor_class;
extern const char *motor_board;
extern int motor_unit;

void motor_init(int argc, char **argv);

/* Attributes; a read that fails gives NULL and errno, a write that fails gives -errno. */
const char *motor_read(const char *attribute);
int motor_write(const char *attribute, const char *text);
int motor_open(const char *attribute, int flags);
long motor_number(const char *attribute);
double motor_metric(const char *attribute, const char *series);

/* Knobs of the virtual board */
long board_number(const char *knob);
void board_write(const char *knob, const char *text);
void board_set(const char *knob, long value);

/* Waits; false after the time. */
bool motor_rests(int milliseconds);
bool motor_passes(long position, int milliseconds);
long long now_ms(void);

/* Back to where a projector starts: no fault, not homed, rotor away from the switch. */
void motor_reset(void);

/* motor_reset(), then homed at position 0. */
void motor_homed(void);

#endif /* MOTOR_H */
