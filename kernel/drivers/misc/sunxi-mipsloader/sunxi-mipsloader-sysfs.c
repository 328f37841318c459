// SPDX-License-Identifier: GPL-2.0
/*
 * MIPS co-processor of the Allwinner H713: its state in /sys/class/hy300/mips,
 * see Documentation/ABI/testing/sysfs-class-hy300-mips.
 */

#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "sunxi-mipsloader.h"

/* As for the character device's attributes, so that both can show the same metrics */
static struct sunxi_mips *sunxi_mips_of(struct device *dev)
{
	return container_of(dev_get_drvdata(dev), struct sunxi_mips, misc);
}

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", sunxi_mips_words[sunxi_mips_sample(sunxi_mips_of(dev))]);
}
static DEVICE_ATTR_RO(state);

static ssize_t firmware_loaded_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct sunxi_mips *mips = sunxi_mips_of(dev);
	bool loaded;

	sunxi_mips_sample(mips);
	mutex_lock(&mips->lock);
	loaded = mips->firmware_loaded;
	mutex_unlock(&mips->lock);
	return sysfs_emit(buf, "%d\n", loaded);
}
static DEVICE_ATTR_RO(firmware_loaded);

static ssize_t keystone_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct sunxi_mips *mips = sunxi_mips_of(dev);
	s32 corners[SUNXI_MIPS_CORNERS];
	int len = 0, i;

	mutex_lock(&mips->lock);
	memcpy(corners, mips->corners, sizeof(corners));
	mutex_unlock(&mips->lock);
	for (i = 0; i < SUNXI_MIPS_CORNERS; i++)
		len += sysfs_emit_at(buf, len, "%d%c", corners[i],
				     i < SUNXI_MIPS_CORNERS - 1 ? ' ' : '\n');
	return len;
}

static ssize_t keystone_store(struct device *dev, struct device_attribute *attr,
			      const char *buf, size_t count)
{
	s32 corners[SUNXI_MIPS_CORNERS];
	int ret = sunxi_mips_parse_corners(buf, corners);

	if (!ret)
		ret = sunxi_mips_set_keystone(sunxi_mips_of(dev), corners);
	return ret ? ret : count;
}
static DEVICE_ATTR_RW(keystone);

static ssize_t restart_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	bool yes;
	int ret = kstrtobool(buf, &yes);

	if (!ret)
		ret = yes ? sunxi_mips_restart(sunxi_mips_of(dev)) : -EINVAL;
	return ret ? ret : count;
}
static DEVICE_ATTR_WO(restart);

static ssize_t load_firmware_store(struct device *dev, struct device_attribute *attr,
				   const char *buf, size_t count)
{
	char name[MIPSLOADER_NAME_SIZE];
	size_t len = count;
	bool fits;
	int ret;

	/* echo ends the name with a line feed. */
	if (len && buf[len - 1] == '\n')
		len--;
	fits = len < sizeof(name) && !memchr(buf, '\0', len);
	if (fits) {
		memcpy(name, buf, len);
		name[len] = '\0';
	}
	ret = sunxi_mips_load(sunxi_mips_of(dev), fits ? name : NULL);
	return ret ? ret : count;
}
static DEVICE_ATTR_WO(load_firmware);

static struct attribute *sunxi_mips_state_attrs[] = {
	&dev_attr_state.attr,
	&dev_attr_firmware_loaded.attr,
	&dev_attr_keystone.attr,
	&dev_attr_restart.attr,
	&dev_attr_load_firmware.attr,
	NULL
};

static const struct attribute_group sunxi_mips_state_group = {
	.attrs = sunxi_mips_state_attrs,
};

static const struct attribute_group *sunxi_mips_class_groups[] = {
	&sunxi_mips_state_group,
	&sunxi_mips_metrics_group,
	NULL
};

static const char * const sunxi_mips_states[HY300_MIPS_STATES] = {
	[HY300_MIPS_STATE] = "state",
	[HY300_MIPS_FIRMWARE_LOADED] = "firmware_loaded",
	[HY300_MIPS_KEYSTONE] = "keystone",
};

static struct hy300_kind sunxi_mips_kind = {
	.name = "mips",
	.number = HY300_SUBSYSTEM_MIPS,
	.indices = IDA_INIT(sunxi_mips_kind.indices),
};

/**
 * sunxi_mips_show_in_class() - show the processor in /sys/class/hy300
 * @mips: the processor
 */
void sunxi_mips_show_in_class(struct sunxi_mips *mips)
{
	mips->sub.kind = &sunxi_mips_kind;
	mips->sub.groups = sunxi_mips_class_groups;
	mips->sub.states = sunxi_mips_states;
	mips->sub.nr_states = HY300_MIPS_STATES;
	devm_hy300_register(mips->dev, &mips->sub, &mips->misc);
}
