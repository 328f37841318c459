// SPDX-License-Identifier: GPL-2.0
/*
 * HDMI input of Allwinner's H713: its state in /sys/class/hy300/tvcap, see
 * Documentation/ABI/testing/sysfs-class-hy300-tvcap.
 */

#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/sysfs.h>

#include "sunxi-tvcap.h"

const char * const sunxi_tvcap_format_words[SUNXI_TVCAP_FORMATS] = {
	[SUNXI_TVCAP_YUYV] = "YUYV",
	[SUNXI_TVCAP_YUV420] = "YUV420",
	[SUNXI_TVCAP_RGB24] = "RGB24",
	[SUNXI_TVCAP_RGB32] = "RGB32",
};

const char * const sunxi_tvcap_error_words[HY300_TVCAP_ERRORS] = {
	[HY300_TVCAP_ERROR_NONE] = "none",
	[HY300_TVCAP_ERROR_OVERFLOW] = "overflow",
	[HY300_TVCAP_ERROR_UNDERFLOW] = "underflow",
	[HY300_TVCAP_ERROR_HARDWARE] = "hardware",
	[HY300_TVCAP_ERROR_DMA] = "dma",
	[HY300_TVCAP_ERROR_FIFO] = "fifo",
	[HY300_TVCAP_ERROR_TIMEOUT] = "timeout",
};

/* The states as they were published last, so that a reader never sees what no one was told. */
static s64 sunxi_tvcap_state(struct device *dev, enum hy300_tvcap_state state)
{
	struct sunxi_tvcap *tvcap = dev_get_drvdata(dev);
	s64 value;

	spin_lock_irq(&tvcap->slock);
	value = tvcap->notified[state];
	spin_unlock_irq(&tvcap->slock);
	return value;
}

static ssize_t enabled_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lld\n", sunxi_tvcap_state(dev, HY300_TVCAP_ENABLED));
}

static ssize_t enabled_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	bool enabled;
	int ret = kstrtobool(buf, &enabled);

	if (!ret)
		ret = sunxi_tvcap_enable(dev_get_drvdata(dev), enabled);
	return ret ? ret : count;
}
static DEVICE_ATTR_RW(enabled);

static ssize_t hdmi_connected_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lld\n", sunxi_tvcap_state(dev, HY300_TVCAP_HDMI_CONNECTED));
}
static DEVICE_ATTR_RO(hdmi_connected);

static ssize_t signal_detected_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lld\n", sunxi_tvcap_state(dev, HY300_TVCAP_SIGNAL_DETECTED));
}
static DEVICE_ATTR_RO(signal_detected);

static ssize_t resolution_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	u32 size = sunxi_tvcap_state(dev, HY300_TVCAP_RESOLUTION);

	return sysfs_emit(buf, "%ux%u\n", size & 0xffff, size >> 16);
}
static DEVICE_ATTR_RO(resolution);

static ssize_t format_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	u32 fourcc = sunxi_tvcap_state(dev, HY300_TVCAP_FORMAT);
	unsigned int i;

	for (i = 0; i < SUNXI_TVCAP_FORMATS - 1; i++) {
		if (sunxi_tvcap_formats[i].fourcc == fourcc)
			break;
	}
	return sysfs_emit(buf, "%s\n", sunxi_tvcap_format_words[i]);
}
static DEVICE_ATTR_RO(format);

static ssize_t streaming_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lld\n", sunxi_tvcap_state(dev, HY300_TVCAP_STREAMING));
}
static DEVICE_ATTR_RO(streaming);

static ssize_t error_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  sunxi_tvcap_error_words[sunxi_tvcap_state(dev, HY300_TVCAP_ERROR)]);
}
static DEVICE_ATTR_RO(error);

static ssize_t video_node_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct sunxi_tvcap *tvcap = dev_get_drvdata(dev);

	/* The class device is there a moment before the node is. */
	if (!video_is_registered(&tvcap->vdev))
		return -ENODATA;
	return sysfs_emit(buf, "%s\n", video_device_node_name(&tvcap->vdev));
}
static DEVICE_ATTR_RO(video_node);

static struct attribute *sunxi_tvcap_attrs[] = {
	&dev_attr_enabled.attr,
	&dev_attr_hdmi_connected.attr,
	&dev_attr_signal_detected.attr,
	&dev_attr_resolution.attr,
	&dev_attr_format.attr,
	&dev_attr_streaming.attr,
	&dev_attr_error.attr,
	&dev_attr_video_node.attr,
	NULL
};

static const struct attribute_group sunxi_tvcap_group = {
	.attrs = sunxi_tvcap_attrs,
};

static const struct attribute_group *sunxi_tvcap_groups[] = {
	&sunxi_tvcap_group,
	&sunxi_tvcap_metrics,
	NULL
};

static const char * const sunxi_tvcap_states[HY300_TVCAP_STATES] = {
	[HY300_TVCAP_ENABLED] = "enabled",
	[HY300_TVCAP_HDMI_CONNECTED] = "hdmi_connected",
	[HY300_TVCAP_SIGNAL_DETECTED] = "signal_detected",
	[HY300_TVCAP_RESOLUTION] = "resolution",
	[HY300_TVCAP_FORMAT] = "format",
	[HY300_TVCAP_STREAMING] = "streaming",
	[HY300_TVCAP_ERROR] = "error",
};

static struct hy300_kind sunxi_tvcap_kind = {
	.name = "tvcap",
	.number = HY300_SUBSYSTEM_TVCAP,
	.indices = IDA_INIT(sunxi_tvcap_kind.indices),
};

/**
 * sunxi_tvcap_register_class() - show the input in /sys/class/hy300
 * @tvcap: the input
 */
void sunxi_tvcap_register_class(struct sunxi_tvcap *tvcap)
{
	tvcap->notified[HY300_TVCAP_FORMAT] = sunxi_tvcap_formats[tvcap->format].fourcc;
	tvcap->sub.kind = &sunxi_tvcap_kind;
	tvcap->sub.groups = sunxi_tvcap_groups;
	tvcap->sub.states = sunxi_tvcap_states;
	tvcap->sub.nr_states = HY300_TVCAP_STATES;
	devm_hy300_register(tvcap->dev, &tvcap->sub, tvcap);
}
