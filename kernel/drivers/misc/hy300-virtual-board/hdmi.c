// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual board: the HDMI source and what captures it.
 */

#include <linux/device.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "board.h"

/**
 * struct virtual_hdmi - the receiver
 * @board: whose interrupt line it has
 */
struct virtual_hdmi {
	struct virtual_board *board;
};

/**
 * virtual_hdmi_tvtop_read() - a register as the bus reads it
 * @hdmi: the receiver
 * @reg: offset in bytes
 * @value: where its value goes
 *
 * Return: 0.
 */
int virtual_hdmi_tvtop_read(void *hdmi, unsigned int reg, unsigned int *value)
{
	*value = 0;
	return 0;
}

/**
 * virtual_hdmi_tvtop_write() - a register as the bus writes it
 * @hdmi: the receiver
 * @reg: offset in bytes
 * @value: its new value
 *
 * Return: 0.
 */
int virtual_hdmi_tvtop_write(void *hdmi, unsigned int reg, unsigned int value)
{
	return 0;
}

/**
 * virtual_hdmi_tvcap_read() - a register as the bus reads it
 * @hdmi: the receiver
 * @reg: offset in bytes
 * @value: where its value goes
 *
 * Return: 0.
 */
int virtual_hdmi_tvcap_read(void *hdmi, unsigned int reg, unsigned int *value)
{
	*value = 0;
	return 0;
}

/**
 * virtual_hdmi_tvcap_write() - a register as the bus writes it
 * @hdmi: the receiver
 * @reg: offset in bytes
 * @value: its new value
 *
 * Return: 0.
 */
int virtual_hdmi_tvcap_write(void *hdmi, unsigned int reg, unsigned int value)
{
	return 0;
}

/**
 * virtual_hdmi_create() - make the receiver
 * @board: the board
 * @dev: its device, which owns the receiver
 * @debugfs: where the knobs go
 *
 * Return: the receiver or an ERR_PTR.
 */
struct virtual_hdmi *virtual_hdmi_create(struct virtual_board *board, struct device *dev,
					 struct dentry *debugfs)
{
	struct virtual_hdmi *hdmi = devm_kzalloc(dev, sizeof(*hdmi), GFP_KERNEL);

	if (!hdmi)
		return ERR_PTR(-ENOMEM);
	hdmi->board = board;
	return hdmi;
}
