// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual board: the MIPS co-processor. It runs when the board comes up, as
 * one that U-Boot has started; it boots when its reset ends, takes commands
 * and looks for their arguments in its memory. mips-knobs.c makes it fail.
 *
 * Its registers, where the drivers guess them to be: CMD 0x00, STATUS 0x04
 * (bit 0 busy, bit 1 event, cleared by writing 1), DATA 0x08 (number of the
 * state), CONTROL 0x0c (bit 0 reset); the HY310's addresses of shared memory
 * 0x24, its size 0x28, and of the boot code 0x30.
 */

#include <linux/device.h>
#include <linux/err.h>
#include <linux/property.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "mips.h"

#define REG_CMD			0x00
#define REG_STATUS		0x04
#define REG_DATA		0x08
#define REG_CONTROL		0x0c
#define REG_SHARE_ADDRESS	0x24
#define REG_SHARE_SIZE		0x28
#define REG_BOOT_ADDRESS	0x30

#define STATUS_BUSY		BIT(0)
#define STATUS_EVENT		BIT(1)
#define CONTROL_RESET		BIT(0)

#define CMD_POWER_DOWN		0x02
#define CMD_KEYSTONE		0x10

#define WORD_OFF		0
#define WORD_INITIAL		1
#define WORD_IDLE		3
#define WORD_TRANSITION_UP	4
#define WORD_RUNNING		5

/* What a slow processor takes, within the limits of the drivers */
#define SLOW_BOOT_STEP_MS	300
#define SLOW_ANSWER_MS		600

static const u32 boot_words[] = { WORD_INITIAL, WORD_IDLE, WORD_TRANSITION_UP, WORD_RUNNING };

static void mips_raise(struct virtual_mips *mips)
{
	lockdep_assert_held(&mips->lock);
	mips->event = true;
	if (mips->interrupt_works)
		virtual_board_set_irq(mips->board, VIRTUAL_BOARD_IRQ_MIPS, true);
}

/**
 * virtual_mips_set_word() - put the co-processor into a state
 * @mips: the co-processor, locked
 * @word: number of the state
 */
void virtual_mips_set_word(struct virtual_mips *mips, u32 word)
{
	lockdep_assert_held(&mips->lock);
	if (mips->word == word)
		return;
	mips->word = word;
	mips_raise(mips);
}

/* Time goes by before the first state too: until then DATA is as Linux has left it. */
static void mips_schedule_boot(struct virtual_mips *mips)
{
	u32 delay = mips->mode == VIRTUAL_MIPS_SLOW ? SLOW_BOOT_STEP_MS : mips->boot_step_ms;

	mod_delayed_work(system_wq, &mips->boot, msecs_to_jiffies(delay));
}

static void mips_boot(struct work_struct *work)
{
	struct virtual_mips *mips = container_of(to_delayed_work(work), struct virtual_mips, boot);
	u32 crc = virtual_mips_crc32(mips);

	spin_lock_irq(&mips->lock);
	if (!mips->held && mips->mode != VIRTUAL_MIPS_DEAD && mips->step < ARRAY_SIZE(boot_words)) {
		if (!mips->step)
			mips->booted_crc32 = crc;
		virtual_mips_set_word(mips, boot_words[mips->step]);
		if (!mips->stuck) {
			mips->step++;
			mips_schedule_boot(mips);
		}
	}
	spin_unlock_irq(&mips->lock);
}

static void mips_take_keystone(struct virtual_mips *mips)
{
	const __le32 *numbers = virtual_mips_region(mips, VIRTUAL_MIPS_DEBUG);
	int i;

	for (i = 0; numbers && i < VIRTUAL_MIPS_CORNERS; i++)
		mips->keystone[i] = le32_to_cpu(READ_ONCE(numbers[i]));
	mips->corrections++;
}

static void mips_answer(struct work_struct *work)
{
	struct virtual_mips *mips = container_of(to_delayed_work(work), struct virtual_mips,
						 answer);

	spin_lock_irq(&mips->lock);
	if (!mips->held && mips->busy && mips->mode != VIRTUAL_MIPS_DEAD) {
		mips->busy = false;
		if (mips->command == CMD_KEYSTONE)
			mips_take_keystone(mips);
		if (mips->command == CMD_POWER_DOWN) {
			/* A boot that is under way ends there. */
			mips->step = ARRAY_SIZE(boot_words);
			virtual_mips_set_word(mips, WORD_OFF);
		}
		mips_raise(mips);
	}
	spin_unlock_irq(&mips->lock);
}

static void mips_write_command(struct virtual_mips *mips, u32 command)
{
	u32 delay = mips->mode == VIRTUAL_MIPS_SLOW ? SLOW_ANSWER_MS : mips->answer_ms;

	mips->commands++;
	if (mips->held)
		return;
	mips->busy = true;
	mips->command = command;
	if (mips->mode == VIRTUAL_MIPS_SILENT || mips->word == WORD_OFF)
		return;
	if (mips->lose_next) {
		mips->lose_next--;
		mips->lost++;
	} else if (get_random_u32() % 100 < mips->lose_percent) {
		mips->lost++;
	} else {
		mod_delayed_work(system_wq, &mips->answer, msecs_to_jiffies(delay));
	}
}

/* The state's number stays as it was when the reset came. */
static void mips_write_control(struct virtual_mips *mips, u32 control)
{
	bool held = control & CONTROL_RESET;

	if (held) {
		mips->busy = false;
	} else if (mips->held) {
		mips->boots++;
		mips->step = 0;
		mips->stuck = mips->fail_boots ||
			      (mips->needs_share && (!mips->share_address || !mips->share_size));
		if (mips->fail_boots)
			mips->fail_boots--;
		mips_schedule_boot(mips);
	}
	mips->held = held;
}

static u32 mips_read_control(struct virtual_mips *mips)
{
	u8 *region = virtual_mips_region(mips, VIRTUAL_MIPS_FIRMWARE);

	if (mips->held && mips->spoil_loads && region) {
		mips->spoil_loads--;
		*region ^= 0xff;
	}
	return mips->held ? CONTROL_RESET : 0;
}

static int mips_fail_access(struct virtual_mips *mips)
{
	if (!mips->fail_accesses)
		return 0;
	mips->fail_accesses--;
	return -EIO;
}

/**
 * virtual_mips_read() - a register as the bus reads it
 * @context: the co-processor
 * @reg: offset in bytes
 * @value: where its value goes
 *
 * Return: 0, -EIO when the access is to fail.
 */
int virtual_mips_read(void *context, unsigned int reg, unsigned int *value)
{
	struct virtual_mips *mips = context;
	unsigned long flags;
	int ret;

	spin_lock_irqsave(&mips->lock, flags);
	ret = mips_fail_access(mips);
	switch (reg) {
	case REG_STATUS:
		*value = (mips->busy || mips->busy_stuck ? STATUS_BUSY : 0) |
			 (mips->event ? STATUS_EVENT : 0);
		break;
	case REG_DATA:
		*value = mips->word;
		break;
	case REG_CONTROL:
		*value = ret ? 0 : mips_read_control(mips);
		break;
	case REG_SHARE_ADDRESS:
		*value = mips->share_address;
		break;
	case REG_SHARE_SIZE:
		*value = mips->share_size;
		break;
	case REG_BOOT_ADDRESS:
		*value = mips->boot_address;
		break;
	default:
		*value = 0;
	}
	spin_unlock_irqrestore(&mips->lock, flags);
	return ret;
}

/**
 * virtual_mips_write() - a register as the bus writes it
 * @context: the co-processor
 * @reg: offset in bytes
 * @value: its new value
 *
 * Return: 0, -EIO when the access is to fail.
 */
int virtual_mips_write(void *context, unsigned int reg, unsigned int value)
{
	struct virtual_mips *mips = context;
	unsigned long flags;
	int ret;

	spin_lock_irqsave(&mips->lock, flags);
	ret = mips_fail_access(mips);
	if (ret)
		goto unlock;
	switch (reg) {
	case REG_CMD:
		mips_write_command(mips, value);
		break;
	case REG_STATUS:
		if (value & STATUS_EVENT) {
			mips->event = false;
			virtual_board_set_irq(mips->board, VIRTUAL_BOARD_IRQ_MIPS, false);
		}
		break;
	case REG_DATA:
		mips->word = value;
		break;
	case REG_CONTROL:
		mips_write_control(mips, value);
		break;
	case REG_SHARE_ADDRESS:
		mips->share_address = value;
		break;
	case REG_SHARE_SIZE:
		mips->share_size = value;
		break;
	case REG_BOOT_ADDRESS:
		mips->boot_address = value;
		break;
	}
unlock:
	spin_unlock_irqrestore(&mips->lock, flags);
	return ret;
}

/**
 * virtual_mips_power_on() - run as after power-on, started by U-Boot
 * @mips: the co-processor
 *
 * Linux has gated its clock meanwhile, so the registers that U-Boot wrote are
 * empty.
 */
void virtual_mips_power_on(struct virtual_mips *mips)
{
	cancel_delayed_work_sync(&mips->boot);
	cancel_delayed_work_sync(&mips->answer);
	spin_lock_irq(&mips->lock);
	mips->held = false;
	mips->busy = false;
	mips->step = ARRAY_SIZE(boot_words);
	mips->share_address = 0;
	mips->share_size = 0;
	mips->boot_address = 0;
	mips->word = WORD_RUNNING;
	mips->event = false;
	virtual_board_set_irq(mips->board, VIRTUAL_BOARD_IRQ_MIPS, false);
	spin_unlock_irq(&mips->lock);
}

static void mips_halt(void *data)
{
	struct virtual_mips *mips = data;

	spin_lock_irq(&mips->lock);
	mips->held = true;
	spin_unlock_irq(&mips->lock);
	cancel_delayed_work_sync(&mips->boot);
	cancel_delayed_work_sync(&mips->answer);
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
	int ret;

	if (!mips)
		return ERR_PTR(-ENOMEM);
	mips->board = board;
	spin_lock_init(&mips->lock);
	INIT_DELAYED_WORK(&mips->boot, mips_boot);
	INIT_DELAYED_WORK(&mips->answer, mips_answer);
	mips->boot_step_ms = 20;
	mips->answer_ms = 5;
	mips->interrupt_works = true;
	mips->needs_share = device_property_read_bool(dev, "hy300,mips-needs-share");

	ret = virtual_mips_get_memory(mips, dev);
	if (!ret)
		ret = devm_add_action_or_reset(dev, mips_halt, mips);
	if (ret)
		return ERR_PTR(ret);
	virtual_mips_power_on(mips);
	virtual_mips_add_knobs(mips, dev, debugfs);
	return mips;
}
