/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Virtual board: what its parts share.
 */
#ifndef _HY300_VIRTUAL_BOARD_H
#define _HY300_VIRTUAL_BOARD_H

#include <linux/types.h>

struct dentry;
struct device;
struct virtual_motor;

/* Lines of the board's GPIO controller */
#define VIRTUAL_BOARD_LIMIT	4
#define VIRTUAL_BOARD_LINES	5

/**
 * struct virtual_motor_config - the wiring of one motor
 * @table: clockwise coil patterns as the rotor is built
 * @table_length: entries in @table
 * @limit_active_low: the closed switch pulls its line low
 */
struct virtual_motor_config {
	u8 table[16];
	unsigned int table_length;
	bool limit_active_low;
};

struct virtual_motor *virtual_motor_create(struct device *dev,
					   const struct virtual_motor_config *config,
					   struct dentry *debugfs);
void virtual_motor_set_coils(struct virtual_motor *motor, u8 pattern, u8 mask);
u8 virtual_motor_coils(struct virtual_motor *motor);
int virtual_motor_limit_level(struct virtual_motor *motor);

#endif /* _HY300_VIRTUAL_BOARD_H */
