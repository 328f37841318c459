// SPDX-License-Identifier: GPL-2.0
/*
 * kmsgpipe: what is seen and set beside the device: /sys/class/kmsgpipe, /proc/kmsgpipe, debugfs.
 *
 * The pipe works without them: what cannot be created is said once.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/kstrtox.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/sysfs.h>
#include <linux/hy300-compat.h>

#include "kmsgpipe.h"

#define KMSGPIPE_MIN_INTERVAL_MS	10
#define KMSGPIPE_MAX_MS			(24 * 60 * 60 * MSEC_PER_SEC)

static struct kmsgpipe *kmsgpipe_of(hy300_class_const struct class *class)
{
	return container_of(class, struct kmsgpipe, class);
}

/* A number of milliseconds from least to a day. */
static int kmsgpipe_milliseconds(const char *buf, unsigned int least, unsigned int *value)
{
	int ret = kstrtouint(buf, 10, value);

	if (ret)
		return ret;
	return *value < least || *value > KMSGPIPE_MAX_MS ? -ERANGE : 0;
}

static ssize_t max_buf_size_show(hy300_class_const struct class *class,
				 hy300_class_const struct class_attribute *attr, char *buf)
{
	struct kmsgpipe_stats stats;
	int ret = kmsgpipe_stats(kmsgpipe_of(class), &stats);

	return ret ? ret : sysfs_emit(buf, "%u\n", stats.size);
}

static ssize_t max_buf_size_store(hy300_class_const struct class *class,
				  hy300_class_const struct class_attribute *attr,
				  const char *buf, size_t count)
{
	u32 size;
	int ret = kstrtou32(buf, 10, &size);

	if (!ret)
		ret = kmsgpipe_resize(kmsgpipe_of(class), size);
	return ret ? ret : count;
}
static CLASS_ATTR_RW(max_buf_size);

static ssize_t cleanup_enabled_show(hy300_class_const struct class *class,
				    hy300_class_const struct class_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(kmsgpipe_of(class)->cleanup_enabled));
}

static ssize_t cleanup_enabled_store(hy300_class_const struct class *class,
				     hy300_class_const struct class_attribute *attr,
				     const char *buf, size_t count)
{
	struct kmsgpipe *pipe = kmsgpipe_of(class);
	bool enabled;
	int ret = kstrtobool(buf, &enabled);

	if (ret)
		return ret;
	if (mutex_lock_interruptible(&pipe->cleanup_lock))
		return -ERESTARTSYS;
	kmsgpipe_set_cleanup(pipe, enabled, pipe->cleanup_interval_ms);
	mutex_unlock(&pipe->cleanup_lock);
	return count;
}
static CLASS_ATTR_RW(cleanup_enabled);

static ssize_t cleanup_interval_ms_show(hy300_class_const struct class *class,
					hy300_class_const struct class_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(kmsgpipe_of(class)->cleanup_interval_ms));
}

static ssize_t cleanup_interval_ms_store(hy300_class_const struct class *class,
					 hy300_class_const struct class_attribute *attr,
					 const char *buf, size_t count)
{
	struct kmsgpipe *pipe = kmsgpipe_of(class);
	unsigned int interval;
	int ret = kmsgpipe_milliseconds(buf, KMSGPIPE_MIN_INTERVAL_MS, &interval);

	if (ret)
		return ret;
	if (mutex_lock_interruptible(&pipe->cleanup_lock))
		return -ERESTARTSYS;
	kmsgpipe_set_cleanup(pipe, pipe->cleanup_enabled, interval);
	mutex_unlock(&pipe->cleanup_lock);
	return count;
}
static CLASS_ATTR_RW(cleanup_interval_ms);

static ssize_t cleanup_age_ms_show(hy300_class_const struct class *class,
				   hy300_class_const struct class_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(kmsgpipe_of(class)->cleanup_age_ms));
}

static ssize_t cleanup_age_ms_store(hy300_class_const struct class *class,
				    hy300_class_const struct class_attribute *attr,
				    const char *buf, size_t count)
{
	unsigned int age;
	int ret = kmsgpipe_milliseconds(buf, 0, &age);

	if (ret)
		return ret;
	WRITE_ONCE(kmsgpipe_of(class)->cleanup_age_ms, age);
	return count;
}
static CLASS_ATTR_RW(cleanup_age_ms);

static ssize_t trigger_cleanup_store(hy300_class_const struct class *class,
				     hy300_class_const struct class_attribute *attr,
				     const char *buf, size_t count)
{
	bool yes;
	int ret = kstrtobool(buf, &yes);

	if (!ret && !yes)
		ret = -EINVAL;
	if (!ret)
		ret = kmsgpipe_clean_up(kmsgpipe_of(class));
	return ret ? ret : count;
}
static CLASS_ATTR_WO(trigger_cleanup);

static struct attribute *kmsgpipe_attrs[] = {
	&class_attr_max_buf_size.attr,
	&class_attr_cleanup_enabled.attr,
	&class_attr_cleanup_interval_ms.attr,
	&class_attr_cleanup_age_ms.attr,
	&class_attr_trigger_cleanup.attr,
	NULL
};
ATTRIBUTE_GROUPS(kmsgpipe);

static void kmsgpipe_seconds(struct seq_file *seq, u64 ktime_ns)
{
	struct timespec64 time = ns_to_timespec64(ktime_ns);

	seq_printf(seq, "%lld.%06ld", (long long)time.tv_sec, time.tv_nsec / NSEC_PER_USEC);
}

static int kmsgpipe_proc_show(struct seq_file *seq, void *unused)
{
	struct kmsgpipe_stats stats;
	int ret = kmsgpipe_stats(seq->private, &stats);

	if (ret)
		return ret;
	seq_printf(seq, "size: %u\n", stats.size);
	seq_printf(seq, "used: %u\n", stats.used);
	seq_printf(seq, "free: %u\n", stats.size - stats.used);
	seq_printf(seq, "messages: %u\n", stats.messages);
	seq_printf(seq, "open: %u\n", stats.open);
	seq_puts(seq, "last_cleanup_seconds: ");
	if (stats.cleanups)
		kmsgpipe_seconds(seq, stats.last_cleanup_ns);
	else
		seq_puts(seq, "never");
	seq_printf(seq, "\nlast_cleanup_dropped: %u\n", stats.last_cleanup_dropped);
	return 0;
}

static int kmsgpipe_stats_show(struct seq_file *seq, void *unused)
{
	struct kmsgpipe_stats stats;
	int ret = kmsgpipe_stats(seq->private, &stats);

	if (ret)
		return ret;
	seq_printf(seq, "reads: %llu\n", stats.reads);
	seq_printf(seq, "writes: %llu\n", stats.writes);
	seq_printf(seq, "read_bytes: %llu\n", stats.read_bytes);
	seq_printf(seq, "write_bytes: %llu\n", stats.write_bytes);
	seq_printf(seq, "consumed: %llu\n", stats.consumed);
	seq_printf(seq, "cleared: %llu\n", stats.cleared);
	seq_printf(seq, "cleaned: %llu\n", stats.cleaned);
	seq_printf(seq, "messages: %u\n", stats.messages);
	seq_printf(seq, "ioctls: %llu\n", stats.ioctls);
	seq_printf(seq, "errors: %llu\n", stats.errors);
	seq_printf(seq, "cleanups: %llu\n", stats.cleanups);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(kmsgpipe_stats);

static int kmsgpipe_log_show(struct seq_file *seq, void *unused)
{
	struct kmsgpipe *pipe = seq->private;
	struct kmsgpipe_operation log[KMSGPIPE_LOG];
	unsigned int next, i;

	spin_lock(&pipe->short_lock);
	memcpy(log, pipe->log, sizeof(log));
	next = pipe->log_next;
	spin_unlock(&pipe->short_lock);

	for (i = 0; i < KMSGPIPE_LOG; i++) {
		const struct kmsgpipe_operation *operation = &log[(next + i) % KMSGPIPE_LOG];

		if (!operation->name)
			continue;
		kmsgpipe_seconds(seq, operation->ktime_ns);
		seq_printf(seq, " %s[%d] %s: %ld\n", operation->comm, operation->pid,
			   operation->name, operation->result);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(kmsgpipe_log);

/**
 * kmsgpipe_show_create() - show the pipe
 * @pipe: the pipe, ready for use
 */
void kmsgpipe_show_create(struct kmsgpipe *pipe)
{
	int ret;

	pipe->class.name = "kmsgpipe";
	pipe->class.class_groups = kmsgpipe_groups;
	ret = class_register(&pipe->class);
	pipe->class_exists = !ret;
	if (ret)
		pr_warn("no /sys/class/kmsgpipe (%d), working without it\n", ret);

	pipe->proc = proc_create_single_data("kmsgpipe", 0444, NULL, kmsgpipe_proc_show, pipe);
	if (!pipe->proc)
		pr_warn("no /proc/kmsgpipe, working without it\n");

	pipe->debugfs = debugfs_create_dir("kmsgpipe", NULL);
	debugfs_create_file("stats", 0444, pipe->debugfs, pipe, &kmsgpipe_stats_fops);
	debugfs_create_file("log", 0444, pipe->debugfs, pipe, &kmsgpipe_log_fops);
}

/**
 * kmsgpipe_show_remove() - show it no longer; waits for those who are looking
 * @pipe: the pipe
 */
void kmsgpipe_show_remove(struct kmsgpipe *pipe)
{
	debugfs_remove_recursive(pipe->debugfs);
	proc_remove(pipe->proc);
	if (pipe->class_exists)
		class_unregister(&pipe->class);
}
