// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual board: how the MIPS co-processor is steered, through the directory
 * mips of the board in debugfs:
 *
 *   mode		ok, slow (within the limits of the drivers), silent (leaves
 *			commands unanswered) or dead (its state becomes 0, and no
 *			boot changes that)
 *   word		number of its state; write to put it there
 *   power_on		write 1: it runs as after U-Boot, and has forgotten its registers
 *   boot_step_ms	time until the first state of a boot, and between two
 *   answer_ms		time until a command is executed
 *   fail_boots		so many of the next boots do not get beyond state 1
 *   lose_next		so many of the next commands are lost
 *   lose_percent	share of the other commands that are lost by chance
 *   fail_accesses	so many of the next accesses of registers fail
 *   spoil_loads	so many of the next loads find a byte of the memory changed
 *   busy_stuck		the busy bit is set whatever happens
 *   interrupt_works	N for an interrupt that never fires
 *   crc_length		bytes of the firmware region that the CRCs are of
 *   memory_crc32	their CRC now
 *   booted_crc32	their CRC when the last boot began
 *   keystone		corners that the last keystone command found in memory
 *   boots, commands, lost, corrections
 *			what has happened: boots begun, commands written, lost
 *			ones among them, keystone commands executed
 *   share_address, share_size, boot_address
 *			the registers of the HY310
 */

#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "board.h"
#include "mips.h"

static const char * const modes[] = {
	[VIRTUAL_MIPS_OK] = "ok",
	[VIRTUAL_MIPS_SLOW] = "slow",
	[VIRTUAL_MIPS_SILENT] = "silent",
	[VIRTUAL_MIPS_DEAD] = "dead",
};

static int mode_show(struct seq_file *file, void *unused)
{
	struct virtual_mips *mips = file->private;

	seq_printf(file, "%s\n", modes[mips->mode]);
	return 0;
}

static int mode_open(struct inode *inode, struct file *file)
{
	return single_open(file, mode_show, inode->i_private);
}

static ssize_t mode_write(struct file *file, const char __user *user, size_t count,
			  loff_t *offset)
{
	struct virtual_mips *mips = ((struct seq_file *)file->private_data)->private;
	char word[16] = "";
	int mode;

	if (count >= sizeof(word))
		return -EINVAL;
	if (copy_from_user(word, user, count))
		return -EFAULT;
	mode = sysfs_match_string(modes, word);
	if (mode < 0)
		return mode;
	spin_lock_irq(&mips->lock);
	mips->mode = mode;
	/* What is dead does not raise its interrupt either. */
	if (mode == VIRTUAL_MIPS_DEAD)
		mips->word = 0;
	spin_unlock_irq(&mips->lock);
	return count;
}

static const struct file_operations mode_fops = {
	.owner = THIS_MODULE,
	.open = mode_open,
	.read = seq_read,
	.write = mode_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static int word_get(void *data, u64 *value)
{
	struct virtual_mips *mips = data;

	*value = READ_ONCE(mips->word);
	return 0;
}

static int word_set(void *data, u64 value)
{
	struct virtual_mips *mips = data;

	if (value > U32_MAX)
		return -ERANGE;
	spin_lock_irq(&mips->lock);
	virtual_mips_set_word(mips, value);
	spin_unlock_irq(&mips->lock);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(word_fops, word_get, word_set, "%llu\n");

static int power_on_set(void *data, u64 value)
{
	if (value != 1)
		return -EINVAL;
	virtual_mips_power_on(data);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(power_on_fops, NULL, power_on_set, "%llu\n");

static int memory_crc32_get(void *data, u64 *value)
{
	*value = virtual_mips_crc32(data);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(memory_crc32_fops, memory_crc32_get, NULL, "0x%08llx\n");

static int keystone_show(struct seq_file *file, void *unused)
{
	struct virtual_mips *mips = file->private;
	s32 corners[VIRTUAL_MIPS_CORNERS];
	int i;

	spin_lock_irq(&mips->lock);
	memcpy(corners, mips->keystone, sizeof(corners));
	spin_unlock_irq(&mips->lock);
	for (i = 0; i < VIRTUAL_MIPS_CORNERS; i++)
		seq_printf(file, "%d%c", corners[i], i < VIRTUAL_MIPS_CORNERS - 1 ? ' ' : '\n');
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(keystone);

/**
 * virtual_mips_add_knobs() - make the directory mips
 * @mips: the co-processor
 * @dev: the board
 * @debugfs: where, which the caller removes
 */
void virtual_mips_add_knobs(struct virtual_mips *mips, struct device *dev, struct dentry *debugfs)
{
	struct dentry *dir = debugfs_create_dir("mips", debugfs);

	debugfs_create_file("mode", 0600, dir, mips, &mode_fops);
	debugfs_create_file_unsafe("word", 0600, dir, mips, &word_fops);
	debugfs_create_file_unsafe("power_on", 0200, dir, mips, &power_on_fops);
	virtual_board_add_knob(dev, "boot_step_ms", dir, &mips->boot_step_ms, VIRTUAL_BOARD_MAX_MS);
	virtual_board_add_knob(dev, "answer_ms", dir, &mips->answer_ms, VIRTUAL_BOARD_MAX_MS);
	virtual_board_add_knob(dev, "fail_boots", dir, &mips->fail_boots, VIRTUAL_BOARD_MAX_TIMES);
	virtual_board_add_knob(dev, "lose_next", dir, &mips->lose_next, VIRTUAL_BOARD_MAX_TIMES);
	virtual_board_add_knob(dev, "lose_percent", dir, &mips->lose_percent,
			       VIRTUAL_BOARD_MAX_PERCENT);
	virtual_board_add_knob(dev, "fail_accesses", dir, &mips->fail_accesses,
			       VIRTUAL_BOARD_MAX_TIMES);
	virtual_board_add_knob(dev, "spoil_loads", dir, &mips->spoil_loads,
			       VIRTUAL_BOARD_MAX_TIMES);
	debugfs_create_bool("busy_stuck", 0600, dir, &mips->busy_stuck);
	debugfs_create_bool("interrupt_works", 0600, dir, &mips->interrupt_works);
	virtual_board_add_knob(dev, "crc_length", dir, &mips->crc_length,
			       mips->layout[2 * VIRTUAL_MIPS_FIRMWARE + 1]);
	debugfs_create_file_unsafe("memory_crc32", 0400, dir, mips, &memory_crc32_fops);
	debugfs_create_x32("booted_crc32", 0400, dir, &mips->booted_crc32);
	debugfs_create_file("keystone", 0400, dir, mips, &keystone_fops);
	debugfs_create_u64("boots", 0400, dir, &mips->boots);
	debugfs_create_u64("commands", 0400, dir, &mips->commands);
	debugfs_create_u64("lost", 0400, dir, &mips->lost);
	debugfs_create_u64("corrections", 0400, dir, &mips->corrections);
	debugfs_create_x32("share_address", 0400, dir, &mips->share_address);
	debugfs_create_x32("share_size", 0400, dir, &mips->share_size);
	debugfs_create_x32("boot_address", 0400, dir, &mips->boot_address);
}
