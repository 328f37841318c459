// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual board: knobs that are numbers, each within bounds, so that what is
 * written to them is never more than the model can play.
 */

#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "board.h"

/**
 * struct virtual_knob - a number that can be set
 * @value: where it is
 * @most: the largest that is taken
 */
struct virtual_knob {
	u32 *value;
	u32 most;
};

static int virtual_knob_get(void *data, u64 *value)
{
	const struct virtual_knob *knob = data;

	*value = READ_ONCE(*knob->value);
	return 0;
}

static int virtual_knob_set(void *data, u64 value)
{
	const struct virtual_knob *knob = data;

	if (value > knob->most)
		return -ERANGE;
	WRITE_ONCE(*knob->value, value);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(virtual_knob_fops, virtual_knob_get, virtual_knob_set, "%llu\n");

/**
 * virtual_board_add_knob() - let a number be set
 * @dev: the board, as long as which the knob lives
 * @name: its name
 * @debugfs: directory for it, which the caller removes; without memory it stays without this one
 * @value: the number
 * @most: the largest that is taken
 */
void virtual_board_add_knob(struct device *dev, const char *name, struct dentry *debugfs,
			    u32 *value, u32 most)
{
	struct virtual_knob *knob = devm_kzalloc(dev, sizeof(*knob), GFP_KERNEL);

	if (!knob)
		return;
	knob->value = value;
	knob->most = most;
	debugfs_create_file_unsafe(name, 0600, debugfs, knob, &virtual_knob_fops);
}
