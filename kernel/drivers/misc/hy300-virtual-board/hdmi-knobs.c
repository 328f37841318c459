// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual board: the HDMI source and its faults, steered through debugfs:
 *
 *   hdmi_plugged	0 or 1: the cable
 *   hdmi_sending	0 or 1: the source sends a signal
 *   hdmi_mode		WIDTHxHEIGHT@RATE, the rate in Hz or with three digits after the point:
 *			the source's mode; one that is larger than 1920x1080 is shown, not captured
 *   hdmi_flicker	every so many readings of the status the lock bit reads 0; 0 is never
 *   hdmi_dead_irqs	interrupts that never come, as bits of the interrupt registers; at first
 *			0x20, hot-plug, as on every board seen so far
 *   hdmi_irqs		write interrupt bits: they come now
 *   hdmi_fail_irqs	errors that frames end with, as interrupt bits
 *   hdmi_fail_frames	so many of the next frames end with them
 *   hdmi_hold_frames	0 or 1: the signal is locked but no frame ends
 *   hdmi_stuck_dma	0 or 1: DMA does not end
 *   hdmi_dead		0 or 1: does not come out of the next reset
 *   hdmi_hotplug	0 or 1, read only: hot-plug is shown to the source
 *   hdmi_frames	frames made while capture was on
 *   hdmi_written	frames of them that went to memory
 *   hdmi_violations	accesses that the hardware would not have understood: too short a reset,
 *			too early after it, an address changed under DMA, a register that is none
 */

#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/math64.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "board.h"
#include "hdmi.h"

/* The source is not bound by what can be captured. */
#define MAX_SIDE	8192
#define MAX_RATE	240000

static int hdmi_mode_show(struct seq_file *file, void *unused)
{
	struct virtual_hdmi *hdmi = file->private;

	seq_printf(file, "%ux%u@%u.%03u\n", hdmi->width, hdmi->height, hdmi->rate / 1000,
		   hdmi->rate % 1000);
	return 0;
}

static int hdmi_mode_open(struct inode *inode, struct file *file)
{
	return single_open(file, hdmi_mode_show, inode->i_private);
}

static ssize_t hdmi_mode_write(struct file *file, const char __user *user, size_t count,
			       loff_t *offset)
{
	struct virtual_hdmi *hdmi = ((struct seq_file *)file->private_data)->private;
	unsigned int width, height, hertz, thousandths = 0;
	char text[32] = "", end;
	int found;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, user, count))
		return -EFAULT;
	/* No field is so long that its number would not fit, and nothing follows the last. */
	strim(text);
	found = sscanf(text, "%5ux%5u@%3u.%3u%c", &width, &height, &hertz, &thousandths, &end);
	if (found == 3)
		found = sscanf(text, "%5ux%5u@%3u%c", &width, &height, &hertz, &end) + 1;
	if (found != 4 || !width || !height || !hertz || width > MAX_SIDE || height > MAX_SIDE ||
	    width % 2 || height % 2 || hertz * 1000 + thousandths > MAX_RATE)
		return -EINVAL;

	spin_lock_irq(&hdmi->lock);
	hdmi->width = width;
	hdmi->height = height;
	hdmi->rate = hertz * 1000 + thousandths;
	virtual_hdmi_source_changed(hdmi, virtual_hdmi_signal(hdmi) ? VIRTUAL_HDMI_IRQ_FORMAT : 0);
	spin_unlock_irq(&hdmi->lock);
	return count;
}

static const struct file_operations hdmi_mode_fops = {
	.owner = THIS_MODULE,
	.open = hdmi_mode_open,
	.read = seq_read,
	.write = hdmi_mode_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static int hdmi_plugged_get(void *data, u64 *value)
{
	*value = ((struct virtual_hdmi *)data)->plugged;
	return 0;
}

static int hdmi_plugged_set(void *data, u64 value)
{
	struct virtual_hdmi *hdmi = data;

	spin_lock_irq(&hdmi->lock);
	if (hdmi->plugged != !!value) {
		hdmi->plugged = value;
		virtual_hdmi_source_changed(hdmi, VIRTUAL_HDMI_IRQ_HOTPLUG);
	}
	spin_unlock_irq(&hdmi->lock);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(hdmi_plugged_fops, hdmi_plugged_get, hdmi_plugged_set, "%llu\n");

static int hdmi_sending_get(void *data, u64 *value)
{
	*value = ((struct virtual_hdmi *)data)->sending;
	return 0;
}

static int hdmi_sending_set(void *data, u64 value)
{
	struct virtual_hdmi *hdmi = data;

	spin_lock_irq(&hdmi->lock);
	hdmi->sending = value;
	virtual_hdmi_source_changed(hdmi, 0);
	spin_unlock_irq(&hdmi->lock);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(hdmi_sending_fops, hdmi_sending_get, hdmi_sending_set, "%llu\n");

static int hdmi_irqs_set(void *data, u64 value)
{
	struct virtual_hdmi *hdmi = data;

	spin_lock_irq(&hdmi->lock);
	virtual_hdmi_raise(hdmi, value & VIRTUAL_HDMI_IRQS);
	spin_unlock_irq(&hdmi->lock);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(hdmi_irqs_fops, NULL, hdmi_irqs_set, "%llu\n");

static int hdmi_hotplug_get(void *data, u64 *value)
{
	*value = ((struct virtual_hdmi *)data)->hdmi_ctrl & 1;
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(hdmi_hotplug_fops, hdmi_hotplug_get, NULL, "%llu\n");

/**
 * virtual_hdmi_add_knobs() - add the knobs to the board's
 * @hdmi: the receiver
 * @debugfs: directory for them, which the caller removes
 */
void virtual_hdmi_add_knobs(struct virtual_hdmi *hdmi, struct dentry *debugfs)
{
	debugfs_create_file_unsafe("hdmi_plugged", 0600, debugfs, hdmi, &hdmi_plugged_fops);
	debugfs_create_file_unsafe("hdmi_sending", 0600, debugfs, hdmi, &hdmi_sending_fops);
	debugfs_create_file("hdmi_mode", 0600, debugfs, hdmi, &hdmi_mode_fops);
	virtual_board_add_knob(hdmi->dev, "hdmi_flicker", debugfs, &hdmi->flicker,
			       VIRTUAL_BOARD_MAX_TIMES);
	virtual_board_add_knob(hdmi->dev, "hdmi_dead_irqs", debugfs, &hdmi->dead_irqs,
			       VIRTUAL_HDMI_IRQS);
	debugfs_create_file_unsafe("hdmi_irqs", 0200, debugfs, hdmi, &hdmi_irqs_fops);
	virtual_board_add_knob(hdmi->dev, "hdmi_fail_irqs", debugfs, &hdmi->fail_irqs,
			       VIRTUAL_HDMI_IRQS);
	virtual_board_add_knob(hdmi->dev, "hdmi_fail_frames", debugfs, &hdmi->fail_frames,
			       VIRTUAL_BOARD_MAX_TIMES);
	debugfs_create_bool("hdmi_hold_frames", 0600, debugfs, &hdmi->hold_frames);
	debugfs_create_bool("hdmi_stuck_dma", 0600, debugfs, &hdmi->stuck_dma);
	debugfs_create_bool("hdmi_dead", 0600, debugfs, &hdmi->dead);
	debugfs_create_file_unsafe("hdmi_hotplug", 0400, debugfs, hdmi, &hdmi_hotplug_fops);
	debugfs_create_u64("hdmi_frames", 0400, debugfs, &hdmi->total_frames);
	debugfs_create_u64("hdmi_written", 0400, debugfs, &hdmi->written_frames);
	debugfs_create_u64("hdmi_violations", 0400, debugfs, &hdmi->violations);
}
