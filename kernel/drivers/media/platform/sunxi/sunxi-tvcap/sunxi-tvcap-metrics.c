// SPDX-License-Identifier: GPL-2.0
/*
 * HDMI input of Allwinner's H713: its metrics in /sys/class/hy300/tvcap.
 */

#include <linux/device.h>
#include <linux/math64.h>
#include <linux/sysfs.h>

#include "sunxi-tvcap.h"

/* A consistent copy of what the metrics show. */
struct sunxi_tvcap_snapshot {
	bool enabled;
	bool streaming;
	struct sunxi_tvcap_input input;
	unsigned int nr_waiting;
	unsigned int nr_buffers;
	u64 frame_interval;
	enum hy300_tvcap_error error;
	struct sunxi_tvcap_counters count;
};

static struct sunxi_tvcap_snapshot sunxi_tvcap_snapshot(struct device *dev)
{
	struct sunxi_tvcap *tvcap = dev_get_drvdata(dev);
	struct sunxi_tvcap_snapshot now;

	spin_lock_irq(&tvcap->slock);
	now.enabled = tvcap->enabled;
	now.streaming = tvcap->streaming;
	now.input = tvcap->input;
	now.nr_waiting = tvcap->nr_waiting;
	now.nr_buffers = tvcap->nr_buffers;
	now.frame_interval = tvcap->frame_interval;
	now.error = tvcap->error;
	now.count = tvcap->count;
	spin_unlock_irq(&tvcap->slock);
	return now;
}

static struct hy300_page sunxi_tvcap_page(struct device *dev, char *buf)
{
	const struct sunxi_tvcap *tvcap = dev_get_drvdata(dev);

	return (struct hy300_page){ .buf = buf, .sub = &tvcap->sub };
}

static ssize_t capture_stats_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct sunxi_tvcap_snapshot now = sunxi_tvcap_snapshot(dev);
	struct hy300_page page = sunxi_tvcap_page(dev, buf);

	hy300_page_single(&page, "hy300_tvcap_frames_captured_total", "counter",
			  "Frames handed to user space.", now.count.captured);
	hy300_page_single(&page, "hy300_tvcap_frames_dropped_total", "counter",
			  "Frames dropped while streaming.",
			  now.count.dropped);
	hy300_page_single(&page, "hy300_tvcap_bytes_captured_total", "counter",
			  "Bytes of the frames handed to user space.", now.count.bytes);
	hy300_page_single(&page, "hy300_tvcap_capture_errors_total", "counter",
			  "Buffers given back with an error because their frame failed.",
			  now.count.capture_errors);
	hy300_page_single(&page, "hy300_tvcap_streaming", "gauge",
			  "Whether user space has switched streaming on.", now.streaming);
	hy300_page_changes(&page, "hy300_tvcap_state_changes_total");
	return page.len;
}
static DEVICE_ATTR_RO(capture_stats);

static ssize_t buffer_status_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct sunxi_tvcap_snapshot now = sunxi_tvcap_snapshot(dev);
	struct hy300_page page = sunxi_tvcap_page(dev, buf);

	hy300_page_single(&page, "hy300_tvcap_buffers_allocated_total", "counter",
			  "Buffers that the driver has allocated.", now.count.buffers);
	hy300_page_single(&page, "hy300_tvcap_buffers", "gauge",
			  "Buffers that exist, imported ones included.", now.nr_buffers);
	hy300_page_single(&page, "hy300_tvcap_buffer_queue_depth", "gauge",
			  "Buffers that wait for a frame.", now.nr_waiting);
	hy300_page_family(&page, "hy300_tvcap_buffer_usage_ratio", "gauge",
			  "Part of the buffers that waits for a frame, 0 without buffers.");
	hy300_page_ratio(&page, "hy300_tvcap_buffer_usage_ratio", now.nr_waiting, now.nr_buffers);
	return page.len;
}
static DEVICE_ATTR_RO(buffer_status);

static ssize_t signal_detection_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct sunxi_tvcap_snapshot now = sunxi_tvcap_snapshot(dev);
	struct hy300_page page = sunxi_tvcap_page(dev, buf);

	hy300_page_single(&page, "hy300_tvcap_enabled", "gauge",
			  "Whether the input is switched on.", now.enabled);
	hy300_page_single(&page, "hy300_tvcap_hdmi_connected", "gauge",
			  "Whether a source is plugged in.", now.input.connected);
	hy300_page_single(&page, "hy300_tvcap_signal_detected", "gauge",
			  "Whether the source sends a signal that is locked.", now.input.locked);
	hy300_page_single(&page, "hy300_tvcap_hotplug_events_total", "counter",
			  "Times a source was plugged in or unplugged.",
			  now.count.hotplug_events);
	hy300_page_single(&page, "hy300_tvcap_signal_changes_total", "counter",
			  "Times the signal came or went.", now.count.signal_changes);
	hy300_page_single(&page, "hy300_tvcap_format_changes_total", "counter",
			  "Times the signal came with another size or rate.",
			  now.count.format_changes);
	return page.len;
}
static DEVICE_ATTR_RO(signal_detection);

static ssize_t frame_metrics_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct sunxi_tvcap_snapshot now = sunxi_tvcap_snapshot(dev);
	struct hy300_page page = sunxi_tvcap_page(dev, buf);
	u64 interval = now.frame_interval;

	/* While frames are captured the time between them, else what the hardware measured. */
	if (!interval && now.input.rate)
		interval = div_u64(NSEC_PER_SEC * 1000ULL, now.input.rate);
	hy300_page_single(&page, "hy300_tvcap_width_pixels", "gauge",
			  "Width of the incoming picture, 0 without a signal.", now.input.width);
	hy300_page_single(&page, "hy300_tvcap_height_pixels", "gauge",
			  "Height of the incoming picture, 0 without a signal.", now.input.height);
	hy300_page_family(&page, "hy300_tvcap_frame_interval_seconds", "gauge",
			  "Time between the last two frames, 0 without a signal.");
	hy300_page_seconds(&page, "hy300_tvcap_frame_interval_seconds", interval);
	return page.len;
}
static DEVICE_ATTR_RO(frame_metrics);

static void sunxi_tvcap_registers(struct sunxi_tvcap *tvcap, struct hy300_page *page)
{
	static const char family[] = "hy300_tvcap_register";
	const struct sunxi_tvcap_variant *v = tvcap->variant;

	/* They cannot be read without their clocks. */
	spin_lock_irq(&tvcap->slock);
	if (!tvcap->powered)
		goto unlock;
	hy300_page_family(page, family, "gauge", "A control or status word of the hardware.");
	hy300_page_label2(page, family, "block", "tvtop", "register", "control",
			  sunxi_tvcap_read(tvcap, v->ctrl));
	hy300_page_label2(page, family, "block", "tvtop", "register", "status",
			  sunxi_tvcap_read(tvcap, v->status));
	hy300_page_label2(page, family, "block", "tvtop", "register", "hdmi_control",
			  sunxi_tvcap_read(tvcap, v->hdmi_ctrl));
	hy300_page_label2(page, family, "block", "tvtop", "register", "version",
			  sunxi_tvcap_read(tvcap, v->version));
	hy300_page_label2(page, family, "block", "tvcap", "register", "control",
			  sunxi_tvcap_read_path(tvcap, v->path_ctrl));
	hy300_page_label2(page, family, "block", "tvcap", "register", "status",
			  sunxi_tvcap_read_path(tvcap, v->path_status));
unlock:
	spin_unlock_irq(&tvcap->slock);
}

static ssize_t error_counters_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct sunxi_tvcap_snapshot now = sunxi_tvcap_snapshot(dev);
	struct hy300_page page = sunxi_tvcap_page(dev, buf);
	unsigned int i;

	hy300_page_family(&page, "hy300_tvcap_errors_total", "counter", "Errors by their type.");
	for (i = HY300_TVCAP_ERROR_NONE + 1; i < HY300_TVCAP_ERRORS; i++)
		hy300_page_label(&page, "hy300_tvcap_errors_total", "type",
				 sunxi_tvcap_error_words[i], now.count.errors[i]);
	hy300_page_state_set(&page, "hy300_tvcap_error",
			     "The last error, for a second; 1 for the one that holds.", "error",
			     sunxi_tvcap_error_words, HY300_TVCAP_ERRORS, now.error);
	hy300_page_single(&page, "hy300_tvcap_interrupts_total", "counter",
			  "Interrupts that were handled.", now.count.interrupts);
	sunxi_tvcap_registers(dev_get_drvdata(dev), &page);
	return page.len;
}
static DEVICE_ATTR_RO(error_counters);

static struct attribute *sunxi_tvcap_metric_attrs[] = {
	&dev_attr_capture_stats.attr,
	&dev_attr_buffer_status.attr,
	&dev_attr_signal_detection.attr,
	&dev_attr_frame_metrics.attr,
	&dev_attr_error_counters.attr,
	NULL
};

const struct attribute_group sunxi_tvcap_metrics = {
	.attrs = sunxi_tvcap_metric_attrs,
};
