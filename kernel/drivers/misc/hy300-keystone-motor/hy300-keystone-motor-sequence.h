/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keystone motor of the HY300 projector: the sequence of coil patterns,
 * without the hardware.
 */
#ifndef _HY300_KEYSTONE_MOTOR_SEQUENCE_H
#define _HY300_KEYSTONE_MOTOR_SEQUENCE_H

#include <linux/types.h>

#define HY300_MOTOR_PHASES	4

#define HY300_CLOCKWISE		1
#define HY300_COUNTERCLOCKWISE	(-1)

/**
 * hy300_motor_next_phase() - where in the table the next step is
 * @phase: where the last one was
 * @length: entries in the table
 * @direction: HY300_CLOCKWISE or HY300_COUNTERCLOCKWISE
 *
 * Return: index of the next pattern.
 */
static inline unsigned int hy300_motor_next_phase(unsigned int phase, unsigned int length,
						  int direction)
{
	return (phase + length + direction) % length;
}

/**
 * hy300_motor_bad_pattern() - look for what is no coil pattern
 * @table: the patterns
 * @length: how many
 *
 * A pattern drives at least one phase and none that does not exist.
 *
 * Return: index of the first bad one, -1 when there is none.
 */
static inline int hy300_motor_bad_pattern(const u8 *table, unsigned int length)
{
	unsigned int i;

	for (i = 0; i < length; i++) {
		if (!table[i] || table[i] >> HY300_MOTOR_PHASES)
			return i;
	}
	return -1;
}

#endif /* _HY300_KEYSTONE_MOTOR_SEQUENCE_H */
