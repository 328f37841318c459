/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of a class device do again and again: attributes, the virtual
 * board's knobs, time.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include <stdbool.h>

#define PAGE_BYTES	4096

/*
 * Set by device_init() from the command line: the class device's directory, the
 * board's directory in debugfs, and the class device's number.
 */
extern const char *device_class;
extern const char *device_board;
extern int device_unit;

void device_init(int argc, char **argv);

/* Files anywhere; a read that fails gives NULL and errno, a write that fails gives -errno. */
const char *file_read(const char *directory, const char *name);
int file_write(const char *directory, const char *name, const char *text);

/* Attributes, likewise; without the line feed at the end. Each read overwrites the last. */
const char *device_read(const char *attribute);
int device_write(const char *attribute, const char *text);
int device_open(const char *attribute, int flags);
long device_number(const char *attribute);
double device_metric(const char *attribute, const char *series);

/* Knobs of the virtual board */
long board_number(const char *knob);
void board_write(const char *knob, const char *text);
void board_set(const char *knob, long value);

/*
 * Lets every device sleep and wake up again: the kernel's own test facility ends the sleep when
 * all of them do.
 */
bool can_sleep(void);
int sleep_and_wake(void);

long long now_ms(void);

/*
 * How long to wait for what should take no longer than this: HY300_PATIENCE times as long, which
 * a kernel that checks all it does needs, and long enough for a machine that is slow. Nothing is
 * proven by its having taken less.
 */
int patience(int milliseconds);

#endif /* DEVICE_H */
