// SPDX-License-Identifier: GPL-2.0
/*
 * MIPS co-processor of the Allwinner H713: its metrics, Prometheus text, the
 * same in /sys/class/hy300/mips and in /sys/class/misc/mipsloader.
 */

#include <linux/device.h>
#include <linux/sysfs.h>

#include "sunxi-mipsloader.h"

static const char * const sunxi_mips_regions[SUNXI_MIPS_REGIONS] = {
	[SUNXI_MIPS_BOOT_CODE] = "boot_code",
	[SUNXI_MIPS_FIRMWARE] = "firmware",
	[SUNXI_MIPS_DEBUG] = "debug",
	[SUNXI_MIPS_CONFIG] = "config",
	[SUNXI_MIPS_TSE_DATABASE] = "tse_database",
	[SUNXI_MIPS_FRAMEBUFFER] = "framebuffer",
};

static const char * const sunxi_mips_corner_names[SUNXI_MIPS_CORNERS / 2] = {
	"top_left", "top_right", "bottom_left", "bottom_right",
};

/* A consistent copy of what the attributes show */
struct sunxi_mips_snapshot {
	enum hy300_mips_word state;
	bool firmware_loaded;
	bool loaded;
	bool attached;
	u32 firmware_size;
	u32 firmware_crc32;
	char firmware_name[MIPSLOADER_NAME_SIZE];
	u64 load_attempts;
	u64 load_successes;
	u64 load_failures;
	s32 corners[SUNXI_MIPS_CORNERS];
};

static void sunxi_mips_snapshot(struct sunxi_mips *mips, struct sunxi_mips_snapshot *now)
{
	mutex_lock(&mips->lock);
	now->state = mips->state;
	now->firmware_loaded = mips->firmware_loaded;
	now->loaded = mips->loaded;
	now->attached = mips->attached;
	now->firmware_size = mips->loaded ? mips->firmware_size : 0;
	now->firmware_crc32 = mips->firmware_crc32;
	memcpy(now->firmware_name, mips->firmware_name, sizeof(now->firmware_name));
	now->load_attempts = mips->count.load_attempts;
	now->load_successes = mips->count.load_successes;
	now->load_failures = mips->count.load_failures;
	memcpy(now->corners, mips->corners, sizeof(now->corners));
	mutex_unlock(&mips->lock);
}

static struct sunxi_mips *sunxi_mips_of(struct device *dev)
{
	return container_of(dev_get_drvdata(dev), struct sunxi_mips, misc);
}

static struct hy300_page sunxi_mips_page(const struct sunxi_mips *mips, char *buf)
{
	return (struct hy300_page){ .buf = buf, .sub = &mips->sub };
}

static ssize_t memory_stats_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct sunxi_mips *mips = sunxi_mips_of(dev);
	struct hy300_page page = sunxi_mips_page(mips, buf);
	struct sunxi_mips_snapshot now;
	int i;

	sunxi_mips_snapshot(mips, &now);
	/* What U-Boot has loaded has no known size. */
	if (now.loaded) {
		hy300_page_family(&page, "hy300_mips_memory_usage_bytes", "gauge",
				  "Bytes that the driver has loaded into a region.");
		hy300_page_label(&page, "hy300_mips_memory_usage_bytes", "region",
				 sunxi_mips_regions[SUNXI_MIPS_FIRMWARE], now.firmware_size);
	}
	hy300_page_family(&page, "hy300_mips_memory_size_bytes", "gauge",
			  "Size of a region of the processor's memory.");
	for (i = 0; i < SUNXI_MIPS_REGIONS; i++)
		hy300_page_label(&page, "hy300_mips_memory_size_bytes", "region",
				 sunxi_mips_regions[i], mips->layout[i].size);
	return page.len;
}
static DEVICE_ATTR_RO(memory_stats);

static ssize_t register_access_count_show(struct device *dev, struct device_attribute *attr,
					  char *buf)
{
	struct sunxi_mips *mips = sunxi_mips_of(dev);
	struct hy300_page page = sunxi_mips_page(mips, buf);
	int i;

	hy300_page_family(&page, "hy300_mips_register_access_total", "counter",
			  "Reads and writes of a register.");
	for (i = 0; i < SUNXI_MIPS_REGISTERS; i++) {
		if (mips->variant->offsets[i] != SUNXI_MIPS_NONE)
			hy300_page_label(&page, "hy300_mips_register_access_total", "register",
					 sunxi_mips_registers[i],
					 atomic64_read(&mips->count.accesses[i]));
	}
	hy300_page_single(&page, "hy300_mips_interrupts_total", "counter",
			  "Interrupts of the processor.",
			  atomic64_read(&mips->count.interrupts));
	return page.len;
}
static DEVICE_ATTR_RO(register_access_count);

static void sunxi_mips_page_firmware(struct hy300_page *page, const struct sunxi_mips *mips,
				     const struct sunxi_mips_snapshot *now)
{
	char crc[12];

	hy300_page_single(page, "hy300_mips_firmware_loaded", "gauge",
			  "Whether the processor has a firmware.", now->firmware_loaded);
	hy300_page_single(page, "hy300_mips_firmware_load_attempts_total", "counter",
			  "Loads of a firmware begun.", now->load_attempts);
	hy300_page_single(page, "hy300_mips_firmware_load_successes_total", "counter",
			  "Loads of a firmware that ended well.", now->load_successes);
	hy300_page_single(page, "hy300_mips_firmware_load_failures_total", "counter",
			  "Loads of a firmware that failed.", now->load_failures);
	hy300_page_single(page, "hy300_mips_firmware_size_bytes", "gauge",
			  "Size of the firmware that the driver has loaded, 0 for none.",
			  now->firmware_size);
	if (now->loaded) {
		snprintf(crc, sizeof(crc), "%08x", now->firmware_crc32);
		hy300_page_family(page, "hy300_mips_firmware_info", "gauge",
				  "The firmware that the driver has loaded.");
		hy300_page_label2(page, "hy300_mips_firmware_info", "name", now->firmware_name,
				  "crc32", crc, 1);
	}
	if (mips->expected_crc32) {
		snprintf(crc, sizeof(crc), "%08x", mips->expected_crc32);
		hy300_page_family(page, "hy300_mips_firmware_expected_info", "gauge",
				  "The CRC that a firmware must have to be loaded.");
		hy300_page_label(page, "hy300_mips_firmware_expected_info", "crc32", crc, 1);
	}
}

static ssize_t firmware_status_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct sunxi_mips *mips = sunxi_mips_of(dev);
	struct hy300_page page = sunxi_mips_page(mips, buf);
	struct sunxi_mips_snapshot now;
	int i;

	sunxi_mips_sample(mips);
	sunxi_mips_snapshot(mips, &now);
	sunxi_mips_page_firmware(&page, mips, &now);
	hy300_page_state_set(&page, "hy300_mips_state",
			     "State of the processor, 1 for the one that holds.", "state",
			     sunxi_mips_words, HY300_MIPS_WORDS, now.state);
	hy300_page_single(&page, "hy300_mips_attached", "gauge",
			  "Whether the firmware was already running when the driver loaded.",
			  now.attached);
	hy300_page_family(&page, "hy300_mips_keystone_offset", "gauge",
			  "Offset of a corner of the picture.");
	for (i = 0; i < SUNXI_MIPS_CORNERS; i++)
		hy300_page_label2(&page, "hy300_mips_keystone_offset",
				  "corner", sunxi_mips_corner_names[i / 2],
				  "axis", i % 2 ? "y" : "x", now.corners[i]);
	hy300_page_changes(&page, "hy300_mips_state_changes_total");
	return page.len;
}
static DEVICE_ATTR_RO(firmware_status);

static ssize_t communication_errors_show(struct device *dev, struct device_attribute *attr,
					 char *buf)
{
	struct sunxi_mips *mips = sunxi_mips_of(dev);
	struct hy300_page page = sunxi_mips_page(mips, buf);
	int i;

	hy300_page_family(&page, "hy300_mips_communication_errors_total", "counter",
			  "Failures to talk to the processor.");
	for (i = 0; i < SUNXI_MIPS_ERRORS; i++)
		hy300_page_label(&page, "hy300_mips_communication_errors_total", "type",
				 sunxi_mips_errors[i], atomic64_read(&mips->count.errors[i]));
	hy300_page_family(&page, "hy300_mips_orders_total", "counter",
			  "Orders given to the processor.");
	for (i = 0; i < SUNXI_MIPS_ORDERS; i++)
		hy300_page_label(&page, "hy300_mips_orders_total", "order",
				 sunxi_mips_orders[i], atomic64_read(&mips->count.orders[i]));
	return page.len;
}
static DEVICE_ATTR_RO(communication_errors);

static struct attribute *sunxi_mips_metrics_attrs[] = {
	&dev_attr_memory_stats.attr,
	&dev_attr_register_access_count.attr,
	&dev_attr_firmware_status.attr,
	&dev_attr_communication_errors.attr,
	NULL
};

/* The metric attributes, of the class device and of the character device */
const struct attribute_group sunxi_mips_metrics_group = {
	.attrs = sunxi_mips_metrics_attrs,
};
