// SPDX-License-Identifier: GPL-2.0
/*
 * MIPS co-processor of the Allwinner H713: its registers. Every access goes
 * through sunxi_mips_read() or sunxi_mips_write(), which count it.
 */

#include <linux/device.h>

#include "sunxi-mipsloader.h"

const char * const sunxi_mips_registers[SUNXI_MIPS_REGISTERS] = {
	[SUNXI_MIPS_CMD] = "cmd",
	[SUNXI_MIPS_STATUS] = "status",
	[SUNXI_MIPS_DATA] = "data",
	[SUNXI_MIPS_CONTROL] = "control",
	[SUNXI_MIPS_SHARE_ADDRESS] = "share_address",
	[SUNXI_MIPS_SHARE_SIZE] = "share_size",
	[SUNXI_MIPS_BOOT_ADDRESS] = "boot_address",
};

const char * const sunxi_mips_errors[SUNXI_MIPS_ERRORS] = {
	[SUNXI_MIPS_ERROR_REGISTER] = "register",
	[SUNXI_MIPS_ERROR_BOOT] = "boot_timeout",
	[SUNXI_MIPS_ERROR_BUSY] = "busy_timeout",
	[SUNXI_MIPS_ERROR_KEYSTONE] = "keystone_timeout",
	[SUNXI_MIPS_ERROR_POWER_DOWN] = "power_down_timeout",
	[SUNXI_MIPS_ERROR_VERIFY] = "verify",
};

/**
 * sunxi_mips_error() - count a failure to talk to the processor
 * @mips: the processor
 * @type: what failed
 */
void sunxi_mips_error(struct sunxi_mips *mips, enum sunxi_mips_error type)
{
	atomic64_inc(&mips->count.errors[type]);
}

static int sunxi_mips_accessed(struct sunxi_mips *mips, enum sunxi_mips_register reg, int ret)
{
	atomic64_inc(&mips->count.accesses[reg]);
	if (ret) {
		sunxi_mips_error(mips, SUNXI_MIPS_ERROR_REGISTER);
		dev_err_ratelimited(mips->dev, "register %s cannot be accessed (%d)\n",
				    sunxi_mips_registers[reg], ret);
		return -EIO;
	}
	return 0;
}

/**
 * sunxi_mips_read() - read a register
 * @mips: the processor
 * @reg: a register that the variant has
 * @value: where to; untouched by a failure
 *
 * Return: 0 or -EIO.
 */
int sunxi_mips_read(struct sunxi_mips *mips, enum sunxi_mips_register reg, u32 *value)
{
	return sunxi_mips_accessed(mips, reg,
				   hy300_read(mips->regmap, mips->variant->offsets[reg], value));
}

/**
 * sunxi_mips_write() - write a register
 * @mips: the processor
 * @reg: a register that the variant has
 * @value: its new content
 *
 * Return: 0 or -EIO.
 */
int sunxi_mips_write(struct sunxi_mips *mips, enum sunxi_mips_register reg, u32 value)
{
	return sunxi_mips_accessed(mips, reg,
				   hy300_write(mips->regmap, mips->variant->offsets[reg], value));
}

/**
 * sunxi_mips_event() - whether the interrupt is the processor's, which it is rid of then
 * @mips: the processor
 *
 * Return: true when it was.
 */
bool sunxi_mips_event(struct sunxi_mips *mips)
{
	u32 event = mips->variant->status_event;
	u32 status;

	if (sunxi_mips_read(mips, SUNXI_MIPS_STATUS, &status) || !(status & event))
		return false;
	atomic64_inc(&mips->count.interrupts);
	sunxi_mips_write(mips, SUNXI_MIPS_STATUS, event);
	return true;
}

static int sunxi_mips_write_present(struct sunxi_mips *mips, enum sunxi_mips_register reg,
				    u32 value)
{
	if (mips->variant->offsets[reg] == SUNXI_MIPS_NONE)
		return 0;
	return sunxi_mips_write(mips, reg, value);
}

static void sunxi_mips_compare(struct sunxi_mips *mips, enum sunxi_mips_register reg, u32 described)
{
	u32 value;

	if (mips->variant->offsets[reg] == SUNXI_MIPS_NONE || sunxi_mips_read(mips, reg, &value))
		return;
	if (value != described)
		dev_warn(mips->dev, "%s is %#x, not %#x as described, until it is restarted\n",
			 sunxi_mips_registers[reg], value, described);
}

/**
 * sunxi_mips_check_share() - see whether a processor that runs was told of the memories described
 * @mips: the processor
 *
 * What it was told is U-Boot's, and nothing changes it while it runs.
 */
void sunxi_mips_check_share(struct sunxi_mips *mips)
{
	if (mips->share_size) {
		sunxi_mips_compare(mips, SUNXI_MIPS_SHARE_ADDRESS, mips->share);
		sunxi_mips_compare(mips, SUNXI_MIPS_SHARE_SIZE, mips->share_size);
	}
	sunxi_mips_compare(mips, SUNXI_MIPS_BOOT_ADDRESS, mips->memory);
}

/**
 * sunxi_mips_announce_share() - tell the processor where its memories are
 * @mips: the processor, held in reset
 *
 * Nothing happens where there are no such registers or no memory to share.
 *
 * Return: 0 or -EIO.
 */
int sunxi_mips_announce_share(struct sunxi_mips *mips)
{
	int ret = 0;

	if (mips->share_size) {
		ret = sunxi_mips_write_present(mips, SUNXI_MIPS_SHARE_ADDRESS, mips->share);
		if (!ret)
			ret = sunxi_mips_write_present(mips, SUNXI_MIPS_SHARE_SIZE,
						       mips->share_size);
	}
	if (!ret)
		ret = sunxi_mips_write_present(mips, SUNXI_MIPS_BOOT_ADDRESS, mips->memory);
	return ret;
}
