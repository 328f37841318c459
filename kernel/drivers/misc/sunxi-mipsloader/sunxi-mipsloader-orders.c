// SPDX-License-Identifier: GPL-2.0
/*
 * MIPS co-processor of the Allwinner H713: restart, power-down and keystone.
 *
 * Orders come one after the other. Every wait ends: with what was waited for,
 * with a counted time-out, or because the device is going.
 */

#include <linux/delay.h>
#include <linux/device.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include <asm/byteorder.h>

#include "sunxi-mipsloader.h"

/* Pause between two looks at a register that is waited for */
#define POLL_US		2000

const char * const sunxi_mips_orders[SUNXI_MIPS_ORDERS] = {
	[SUNXI_MIPS_RESTART] = "restart",
	[SUNXI_MIPS_POWER_DOWN] = "power_down",
	[SUNXI_MIPS_KEYSTONE] = "keystone",
};

/**
 * sunxi_mips_begin_order() - wait for the order before to end
 * @mips: the processor
 *
 * Return: 0 with mips->order held, -ENODEV when the device is going,
 * -ERESTARTSYS on a signal.
 */
int sunxi_mips_begin_order(struct sunxi_mips *mips)
{
	int ret = mutex_lock_interruptible(&mips->order);

	if (ret)
		return -ERESTARTSYS;
	if (READ_ONCE(mips->closing)) {
		mutex_unlock(&mips->order);
		return -ENODEV;
	}
	return 0;
}

/*
 * Waits until done() says 1.
 *
 * Return: 0, -ETIMEDOUT, -ENODEV when the device is going, -EIO.
 */
static int sunxi_mips_wait(struct sunxi_mips *mips, int (*done)(struct sunxi_mips *mips),
			   unsigned int milliseconds)
{
	ktime_t end = ktime_add_ms(ktime_get(), milliseconds);
	bool late;
	int ret;

	for (;;) {
		/* Before the look, so that one is taken after the time. */
		late = ktime_after(ktime_get(), end);
		ret = done(mips);
		if (ret)
			return ret < 0 ? ret : 0;
		if (READ_ONCE(mips->closing))
			return -ENODEV;
		if (late)
			return -ETIMEDOUT;
		fsleep(POLL_US);
	}
}

static int sunxi_mips_answered(struct sunxi_mips *mips)
{
	u32 status;
	int ret = sunxi_mips_read(mips, SUNXI_MIPS_STATUS, &status);

	return ret ? ret : !(status & mips->variant->status_busy);
}

static int sunxi_mips_booted(struct sunxi_mips *mips)
{
	switch (sunxi_mips_sample(mips)) {
	case HY300_MIPS_IDLE:
	case HY300_MIPS_TRANSITION_UP:
	case HY300_MIPS_RUNNING:
		return 1;
	default:
		return 0;
	}
}

static void sunxi_mips_set_corners(struct sunxi_mips *mips, const s32 *corners)
{
	mutex_lock(&mips->lock);
	if (memcmp(mips->corners, corners, sizeof(mips->corners))) {
		memcpy(mips->corners, corners, sizeof(mips->corners));
		mips->corrections++;
		hy300_notify(&mips->sub, HY300_MIPS_KEYSTONE, mips->corrections);
	}
	mutex_unlock(&mips->lock);
}

/**
 * sunxi_mips_hold() - hold the processor in reset
 * @mips: the processor; mips->order is held
 *
 * Return: 0 or -EIO.
 */
int sunxi_mips_hold(struct sunxi_mips *mips)
{
	static const s32 straight[SUNXI_MIPS_CORNERS];
	int ret;

	lockdep_assert_held(&mips->order);
	ret = sunxi_mips_write(mips, SUNXI_MIPS_CONTROL, mips->variant->control_reset);
	if (ret)
		return ret;
	msleep(mips->variant->reset_ms);
	/* What the last run has left there must not be taken for the state of the next. */
	ret = sunxi_mips_write(mips, SUNXI_MIPS_DATA, HY300_MIPS_OFF);

	mutex_lock(&mips->lock);
	mips->unanswered = false;
	mips->reset_by_us = true;
	mutex_unlock(&mips->lock);
	sunxi_mips_sample(mips);
	sunxi_mips_set_corners(mips, straight);
	return ret;
}

static int sunxi_mips_send_keystone(struct sunxi_mips *mips, const s32 *corners)
{
	__le32 *numbers = mips->debug_region;
	int ret = 0, i;

	lockdep_assert_held(&mips->order);
	/*
	 * A busy processor may be reading the numbers of the command before. One that has
	 * let a command time out is past that: messages to it get lost.
	 */
	if (!mips->unanswered)
		ret = sunxi_mips_wait(mips, sunxi_mips_answered, mips->variant->command_ms);
	if (ret == -ETIMEDOUT) {
		sunxi_mips_error(mips, SUNXI_MIPS_ERROR_BUSY);
		return -EBUSY;
	}
	if (ret)
		return ret;

	for (i = 0; i < SUNXI_MIPS_CORNERS; i++)
		WRITE_ONCE(numbers[i], cpu_to_le32(corners[i]));
	/* The numbers must be in memory before the processor is told to look at them. */
	wmb();
	ret = sunxi_mips_write(mips, SUNXI_MIPS_CMD, mips->variant->command_keystone);
	if (ret)
		return ret;
	ret = sunxi_mips_wait(mips, sunxi_mips_answered, mips->variant->command_ms);
	if (ret == -ETIMEDOUT) {
		sunxi_mips_error(mips, SUNXI_MIPS_ERROR_KEYSTONE);
		mutex_lock(&mips->lock);
		mips->unanswered = true;
		mutex_unlock(&mips->lock);
		sunxi_mips_sample(mips);
	}
	return ret;
}

/* A processor that has booted knows of no corners: it is told those that were set last. */
static void sunxi_mips_restore_keystone(struct sunxi_mips *mips)
{
	lockdep_assert_held(&mips->order);
	if (!memchr_inv(mips->wanted, 0, sizeof(mips->wanted)))
		return;
	if (sunxi_mips_send_keystone(mips, mips->wanted))
		dev_warn(mips->dev, "the keystone correction is lost, set it again\n");
	else
		sunxi_mips_set_corners(mips, mips->wanted);
}

static int sunxi_mips_boot(struct sunxi_mips *mips)
{
	int ret = sunxi_mips_hold(mips);

	if (!ret)
		ret = sunxi_mips_announce_share(mips);
	if (!ret)
		ret = sunxi_mips_write(mips, SUNXI_MIPS_CONTROL, 0);
	if (ret)
		return ret;
	ret = sunxi_mips_wait(mips, sunxi_mips_booted, mips->variant->boot_ms);
	if (ret == -ETIMEDOUT)
		sunxi_mips_error(mips, SUNXI_MIPS_ERROR_BOOT);
	return ret;
}

/**
 * sunxi_mips_restart() - reset the processor and wait until it has booted
 * @mips: the processor
 *
 * Some first boots fail, so there is more than one attempt. The keystone correction is as before.
 *
 * Return: 0, -ETIMEDOUT it does not boot, -ENOEXEC it has half a firmware,
 * -EIO, -ENODEV the device is going, -ERESTARTSYS.
 */
int sunxi_mips_restart(struct sunxi_mips *mips)
{
	unsigned int attempt;
	int ret = sunxi_mips_begin_order(mips);

	if (ret)
		return ret;
	if (mips->spoiled) {
		mutex_unlock(&mips->order);
		return -ENOEXEC;
	}
	atomic64_inc(&mips->count.orders[SUNXI_MIPS_RESTART]);
	for (attempt = 1; attempt <= mips->variant->boot_attempts; attempt++) {
		ret = sunxi_mips_boot(mips);
		if (ret != -ETIMEDOUT)
			break;
		dev_warn(mips->dev, "not booted within %u ms, attempt %u of %u\n",
			 mips->variant->boot_ms, attempt, mips->variant->boot_attempts);
	}
	if (!ret)
		sunxi_mips_restore_keystone(mips);
	mutex_unlock(&mips->order);
	return ret;
}

/**
 * sunxi_mips_power_down() - tell the processor to power down
 * @mips: the processor
 *
 * Return: 0, -ETIMEDOUT it goes on running, -EIO, -ENODEV the device is going,
 * -ERESTARTSYS.
 */
int sunxi_mips_power_down(struct sunxi_mips *mips)
{
	const struct sunxi_mips_variant *variant = mips->variant;
	enum hy300_mips_word word;
	int ret = sunxi_mips_begin_order(mips);

	if (ret)
		return ret;
	atomic64_inc(&mips->count.orders[SUNXI_MIPS_POWER_DOWN]);
	ret = sunxi_mips_write(mips, SUNXI_MIPS_CMD, variant->command_power_down);
	if (ret)
		goto unlock;
	msleep(variant->power_down_ms);
	word = sunxi_mips_sample(mips);
	if (word != HY300_MIPS_OFF && word != HY300_MIPS_SLEEP) {
		sunxi_mips_error(mips, SUNXI_MIPS_ERROR_POWER_DOWN);
		dev_warn(mips->dev, "still %s %u ms after it was told to power down\n",
			 sunxi_mips_words[word], variant->power_down_ms);
		ret = -ETIMEDOUT;
	}
unlock:
	mutex_unlock(&mips->order);
	return ret;
}

/**
 * sunxi_mips_set_keystone() - set the corners of the picture
 * @mips: the processor
 * @corners: eight offsets within the limits
 *
 * Return: 0, -EAGAIN the processor does not run, -EBUSY it is busy with an
 * order before, -ETIMEDOUT it does not answer, -EIO, -ENODEV the device is
 * going, -ERESTARTSYS.
 */
int sunxi_mips_set_keystone(struct sunxi_mips *mips, const s32 *corners)
{
	int ret = sunxi_mips_begin_order(mips);

	if (ret)
		return ret;
	switch (sunxi_mips_sample(mips)) {
	case HY300_MIPS_OFF:
	case HY300_MIPS_INITIAL:
	case HY300_MIPS_SLEEP:
		ret = -EAGAIN;
		break;
	default:
		atomic64_inc(&mips->count.orders[SUNXI_MIPS_KEYSTONE]);
		ret = sunxi_mips_send_keystone(mips, corners);
		if (ret)
			break;
		memcpy(mips->wanted, corners, sizeof(mips->wanted));
		sunxi_mips_set_corners(mips, corners);
	}
	mutex_unlock(&mips->order);
	return ret;
}
