// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual board: the MIPS co-processor.
 */

#include <linux/device.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "board.h"

/**
 * struct virtual_mips - the co-processor
 * @board: whose interrupt line it has
 */
struct virtual_mips {
	struct virtual_board *board;
};

/**
 * virtual_mips_read() - a register as the bus reads it
 * @mips: the co-processor
 * @reg: offset in bytes
 * @value: where its value goes
 *
 * Return: 0.
 */
int virtual_mips_read(void *mips, unsigned int reg, unsigned int *value)
{
	*value = 0;
	return 0;
}

/**
 * virtual_mips_write() - a register as the bus writes it
 * @mips: the co-processor
 * @reg: offset in bytes
 * @value: its new value
 *
 * Return: 0.
 */
int virtual_mips_write(void *mips, unsigned int reg, unsigned int value)
{
	return 0;
}

/**
 * virtual_mips_create() - make the co-processor
 * @board: the board
 * @dev: its device, which owns the co-processor
 * @debugfs: where the knobs go
 *
 * Return: the co-processor or an ERR_PTR.
 */
struct virtual_mips *virtual_mips_create(struct virtual_board *board, struct device *dev,
					 struct dentry *debugfs)
{
	struct virtual_mips *mips = devm_kzalloc(dev, sizeof(*mips), GFP_KERNEL);

	if (!mips)
		return ERR_PTR(-ENOMEM);
	mips->board = board;
	return mips;
}
