// SPDX-License-Identifier: GPL-2.0
/*
 * Daedalus bridge: /sys/kernel/debug/daedalus_v4l2, see
 * Documentation/ABI/testing/debugfs-daedalus-v4l2.
 */

#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "daedalus-v4l2-chardev.h"

/* Whatever is written, it means: one PING. */
static ssize_t test_ping_write(struct file *file, const char __user *user, size_t size,
			       loff_t *offset)
{
	int ret = daedalus_ping(file->private_data);

	return ret ? ret : size;
}

static const struct file_operations test_ping_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = test_ping_write,
};

static int statistics_show(struct seq_file *file, void *unused)
{
	struct daedalus_bridge *bridge = file->private;
	struct daedalus_counters count;
	bool opened, greeted;
	unsigned int queued;
	u64 dropped;

	spin_lock_irq(&bridge->queue.lock);
	opened = bridge->opened;
	greeted = bridge->greeted;
	count = bridge->count;
	queued = bridge->queue.count;
	dropped = bridge->queue.dropped;
	spin_unlock_irq(&bridge->queue.lock);

	seq_printf(file, "open %d\n", opened);
	seq_printf(file, "greeted %d\n", greeted);
	seq_printf(file, "queued %u\n", queued);
	seq_printf(file, "dropped %llu\n", dropped);
	seq_printf(file, "transitions %llu\n", count.transitions);
	seq_printf(file, "unheard %llu\n", count.unheard);
	seq_printf(file, "notifies %llu\n", count.notifies);
	seq_printf(file, "pings %llu\n", count.pings);
	seq_printf(file, "pongs %llu\n", count.pongs);
	seq_printf(file, "stray_pongs %llu\n", count.stray_pongs);
	seq_printf(file, "hellos %llu\n", count.hellos);
	seq_printf(file, "read %llu\n", count.read);
	seq_printf(file, "refused %llu\n", count.refused);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(statistics);

/**
 * daedalus_debugfs_create() - make the bridge's directory in debugfs
 * @bridge: the bridge
 *
 * Without debugfs the bridge works as well.
 */
void daedalus_debugfs_create(struct daedalus_bridge *bridge)
{
	bridge->debugfs = debugfs_create_dir("daedalus_v4l2", NULL);
	debugfs_create_file("test_ping", 0200, bridge->debugfs, bridge, &test_ping_fops);
	debugfs_create_file("statistics", 0400, bridge->debugfs, bridge, &statistics_fops);
}
