// SPDX-License-Identifier: GPL-2.0
/*
 * HDMI input of Allwinner's H713: looks at what comes in.
 *
 * The hot-plug interrupt never fires on the boards seen so far, so the input is sampled. The
 * interrupts that do work only bring the next sample forward.
 */

#include <linux/device.h>
#include <linux/timekeeping.h>
#include <media/v4l2-event.h>

#include "sunxi-tvcap.h"

/* Between two samples while a change waits to be believed. */
#define SUNXI_TVCAP_DEBOUNCE_MS		10

/* How long `error` tells the last error. */
#define SUNXI_TVCAP_ERROR_NS		NSEC_PER_SEC

/**
 * sunxi_tvcap_tell() - tell those who have the video node open that the input changed
 * @tvcap: the input
 * @connected: whether a source is plugged in
 */
void sunxi_tvcap_tell(struct sunxi_tvcap *tvcap, bool connected)
{
	static const struct v4l2_event event = {
		.type = V4L2_EVENT_SOURCE_CHANGE,
		.u.src_change.changes = V4L2_EVENT_SRC_CH_RESOLUTION,
	};

	v4l2_ctrl_s_ctrl(tvcap->power_present, connected);
	v4l2_event_queue(&tvcap->vdev, &event);
}

/**
 * sunxi_tvcap_sample() - look at the input, and look again after a while
 * @work: the input's work
 */
void sunxi_tvcap_sample(struct work_struct *work)
{
	struct sunxi_tvcap *tvcap = container_of(to_delayed_work(work), struct sunxi_tvcap, sample);
	struct sunxi_tvcap_input now;
	bool changed, connected, pending;

	spin_lock_irq(&tvcap->slock);
	if (!sunxi_tvcap_looks(tvcap)) {
		spin_unlock_irq(&tvcap->slock);
		return;
	}
	sunxi_tvcap_read_input(tvcap, &now);
	changed = sunxi_tvcap_take(tvcap, &now);
	sunxi_tvcap_watch_frames(tvcap);
	sunxi_tvcap_update_capture(tvcap);
	if (tvcap->error && ktime_get_ns() - tvcap->error_time > SUNXI_TVCAP_ERROR_NS)
		tvcap->error = HY300_TVCAP_ERROR_NONE;
	sunxi_tvcap_publish(tvcap);
	connected = tvcap->input.connected;
	pending = tvcap->see_connected.count || tvcap->see_locked.count || tvcap->see_mode.count;
	spin_unlock_irq(&tvcap->slock);

	if (changed)
		sunxi_tvcap_tell(tvcap, connected);
	schedule_delayed_work(&tvcap->sample, msecs_to_jiffies(pending ? SUNXI_TVCAP_DEBOUNCE_MS :
							       tvcap->sample_ms));
}
