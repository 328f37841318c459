// SPDX-License-Identifier: GPL-2.0
/*
 * MIPS co-processor of the Allwinner H713: /dev/mipsloader, see
 * include/uapi/linux/mipsloader.h.
 */

#include <linux/compat.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "sunxi-mipsloader.h"

static DEFINE_IDA(sunxi_mips_indices);

static void sunxi_mips_free(struct kref *ref)
{
	struct sunxi_mips *mips = container_of(ref, struct sunxi_mips, ref);

	mutex_destroy(&mips->order);
	mutex_destroy(&mips->lock);
	kfree(mips);
}

/**
 * sunxi_mips_put() - let go of the processor's structure
 * @mips: the processor
 */
void sunxi_mips_put(struct sunxi_mips *mips)
{
	kref_put(&mips->ref, sunxi_mips_free);
}

/* The node cannot go while this runs: misc_deregister() waits for it. */
static int sunxi_mips_open(struct inode *inode, struct file *file)
{
	struct sunxi_mips *mips = container_of(file->private_data, struct sunxi_mips, misc);

	kref_get(&mips->ref);
	file->private_data = mips;
	return stream_open(inode, file);
}

static int sunxi_mips_release(struct inode *inode, struct file *file)
{
	sunxi_mips_put(file->private_data);
	return 0;
}

static int sunxi_mips_ioctl_load(struct sunxi_mips *mips, const void __user *argument)
{
	struct mipsloader_firmware firmware;
	bool ended;

	if (copy_from_user(&firmware, argument, sizeof(firmware)))
		return -EFAULT;
	/* A name without an end is a load that failed, like any other that is none. */
	ended = memchr(firmware.name, '\0', sizeof(firmware.name));
	return sunxi_mips_load(mips, ended ? firmware.name : NULL);
}

static int sunxi_mips_ioctl_status(struct sunxi_mips *mips, void __user *argument)
{
	struct mipsloader_status status = { };
	int i;

	/* Not an order: the status can be had while one takes its time. */
	sunxi_mips_sample(mips);
	if (READ_ONCE(mips->closing))
		return -ENODEV;

	for (i = 0; i < SUNXI_MIPS_ERRORS; i++)
		status.communication_errors += atomic64_read(&mips->count.errors[i]);
	mutex_lock(&mips->lock);
	status.state = mips->state;
	if (mips->firmware_loaded)
		status.flags |= MIPSLOADER_FIRMWARE_LOADED;
	if (mips->attached)
		status.flags |= MIPSLOADER_ATTACHED;
	if (mips->loaded) {
		status.firmware_size = mips->firmware_size;
		status.firmware_crc32 = mips->firmware_crc32;
		strscpy(status.name, mips->firmware_name, sizeof(status.name));
	}
	status.load_attempts = mips->count.load_attempts;
	status.load_successes = mips->count.load_successes;
	status.load_failures = mips->count.load_failures;
	memcpy(status.keystone, mips->corners, sizeof(status.keystone));
	mutex_unlock(&mips->lock);

	return copy_to_user(argument, &status, sizeof(status)) ? -EFAULT : 0;
}

static long sunxi_mips_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct sunxi_mips *mips = file->private_data;
	void __user *argument = (void __user *)arg;

	if (READ_ONCE(mips->closing))
		return -ENODEV;
	switch (cmd) {
	case MIPSLOADER_IOC_GET_STATUS:
		return sunxi_mips_ioctl_status(mips, argument);
	case MIPSLOADER_IOC_LOAD_FIRMWARE:
	case MIPSLOADER_IOC_RESTART:
	case MIPSLOADER_IOC_POWER_DOWN:
		break;
	default:
		return -ENOTTY;
	}

	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	switch (cmd) {
	case MIPSLOADER_IOC_LOAD_FIRMWARE:
		return sunxi_mips_ioctl_load(mips, argument);
	case MIPSLOADER_IOC_RESTART:
		return sunxi_mips_restart(mips);
	default:
		return sunxi_mips_power_down(mips);
	}
}

static const struct file_operations sunxi_mips_fops = {
	.owner = THIS_MODULE,
	.open = sunxi_mips_open,
	.release = sunxi_mips_release,
	.unlocked_ioctl = sunxi_mips_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static const struct attribute_group *sunxi_mips_misc_groups[] = {
	&sunxi_mips_metrics_group,
	NULL
};

static void sunxi_mips_remove_node(void *data)
{
	struct sunxi_mips *mips = data;

	misc_deregister(&mips->misc);
	ida_free(&sunxi_mips_indices, mips->misc_index);
}

/**
 * sunxi_mips_create_node() - make /dev/mipsloader, or mipsloader1 and so on
 * @mips: the processor
 *
 * Where the name is another driver's it is hy300-mipsloader. The node goes when the device is
 * unbound.
 *
 * Return: 0 or a negative error.
 */
int sunxi_mips_create_node(struct sunxi_mips *mips)
{
	int ret;

	mips->misc_index = ida_alloc(&sunxi_mips_indices, GFP_KERNEL);
	if (mips->misc_index < 0)
		return mips->misc_index;
	if (mips->misc_index) {
		snprintf(mips->misc_name, sizeof(mips->misc_name), "mipsloader%d",
			 mips->misc_index);
	} else if (hy300_taken("/sys/class/misc/mipsloader")) {
		strscpy(mips->misc_name, "hy300-mipsloader", sizeof(mips->misc_name));
		dev_info(mips->dev, "/dev/mipsloader is another driver's, this one is /dev/%s\n",
			 mips->misc_name);
	} else {
		strscpy(mips->misc_name, "mipsloader", sizeof(mips->misc_name));
	}

	mips->misc.minor = MISC_DYNAMIC_MINOR;
	mips->misc.name = mips->misc_name;
	mips->misc.fops = &sunxi_mips_fops;
	mips->misc.parent = mips->dev;
	mips->misc.groups = sunxi_mips_misc_groups;
	ret = misc_register(&mips->misc);
	if (ret) {
		ida_free(&sunxi_mips_indices, mips->misc_index);
		return ret;
	}
	return devm_add_action_or_reset(mips->dev, sunxi_mips_remove_node, mips);
}
