// SPDX-License-Identifier: GPL-2.0
/*
 * HDMI input of Allwinner's H713: what samples of the input mean.
 *
 * The lock bit may read 0 while the signal is locked, and a plug bounces: a change must be seen
 * several times in a row. Nothing in this file touches the hardware.
 */

#include <linux/math.h>
#include <linux/math64.h>
#include <linux/v4l2-dv-timings.h>
#include <media/v4l2-dv-timings.h>

#include "sunxi-tvcap.h"

/* Two modes that differ by less than half a hertz are one. */
#define SUNXI_TVCAP_RATE_TOLERANCE	500

const struct v4l2_dv_timings_cap sunxi_tvcap_timings_cap = {
	.type = V4L2_DV_BT_656_1120,
	/* Pixel clocks of 320x240 at 24 Hz without blanking, and of HDMI 1.2. */
	V4L2_INIT_BT_TIMINGS(SUNXI_TVCAP_MIN_WIDTH, SUNXI_TVCAP_MAX_WIDTH,
			     SUNXI_TVCAP_MIN_HEIGHT, SUNXI_TVCAP_MAX_HEIGHT,
			     1800000, 165000000,
			     V4L2_DV_BT_STD_CEA861 | V4L2_DV_BT_STD_DMT |
			     V4L2_DV_BT_STD_CVT | V4L2_DV_BT_STD_GTF,
			     V4L2_DV_BT_CAP_PROGRESSIVE | V4L2_DV_BT_CAP_REDUCED_BLANKING |
			     V4L2_DV_BT_CAP_CUSTOM)
};

static bool sunxi_tvcap_is_preset(const struct sunxi_tvcap_input *input,
				  const struct v4l2_dv_timings *preset)
{
	const struct v4l2_bt_timings *bt = &preset->bt;
	u32 pixels = V4L2_DV_BT_FRAME_WIDTH(bt) * V4L2_DV_BT_FRAME_HEIGHT(bt);
	u32 rate = div_u64(bt->pixelclock * 1000, pixels);

	return !bt->interlaced && bt->width == input->width && bt->height == input->height &&
	       abs((s32)(rate - input->rate)) < SUNXI_TVCAP_RATE_TOLERANCE;
}

/**
 * sunxi_tvcap_find_timings() - the timings of what comes in
 * @input: what comes in
 * @timings: standard timings of that size and rate, or, without their like, such without blanking,
 *	which the hardware does not measure
 *
 * Return: 0, -ENOLINK nothing is connected, -ENOLCK no signal, -ERANGE a mode that cannot be
 * captured.
 */
int sunxi_tvcap_find_timings(const struct sunxi_tvcap_input *input,
			     struct v4l2_dv_timings *timings)
{
	unsigned int i;

	memset(timings, 0, sizeof(*timings));
	if (!input->connected)
		return -ENOLINK;
	if (!input->locked)
		return -ENOLCK;

	for (i = 0; v4l2_dv_timings_presets[i].bt.width; i++) {
		if (!sunxi_tvcap_is_preset(input, &v4l2_dv_timings_presets[i]))
			continue;
		*timings = v4l2_dv_timings_presets[i];
		break;
	}
	if (!timings->bt.width) {
		timings->type = V4L2_DV_BT_656_1120;
		timings->bt.width = input->width;
		timings->bt.height = input->height;
		timings->bt.pixelclock = div_u64((u64)input->width * input->height * input->rate,
						 1000);
	}
	return v4l2_valid_dv_timings(timings, &sunxi_tvcap_timings_cap, NULL, NULL) ? 0 : -ERANGE;
}

/* Whether a reading that differs from what is believed has come often enough. */
static bool sunxi_tvcap_believe(struct sunxi_tvcap_debounce *see, u64 believed, u64 reading,
				unsigned int samples)
{
	if (reading == believed) {
		see->count = 0;
		return false;
	}
	if (!see->count || see->candidate != reading)
		see->count = 0;
	see->candidate = reading;
	if (++see->count < samples)
		return false;
	see->count = 0;
	return true;
}

static u64 sunxi_tvcap_mode(const struct sunxi_tvcap_input *input)
{
	return (u64)input->rate << 32 | input->height << 16 | input->width;
}

static void sunxi_tvcap_no_mode(struct sunxi_tvcap_input *input)
{
	input->locked = false;
	input->width = 0;
	input->height = 0;
	input->rate = 0;
}

/**
 * sunxi_tvcap_take() - take over what a sample changes
 * @tvcap: the input, @slock held
 * @now: the sample
 *
 * A lock is believed at once, as long as the plug is, because a bit that flickers is more often
 * wrong when it is 0.
 *
 * Return: whether readers of the timings must look again.
 */
bool sunxi_tvcap_take(struct sunxi_tvcap *tvcap, const struct sunxi_tvcap_input *now)
{
	struct sunxi_tvcap_input *input = &tvcap->input;
	unsigned int samples = tvcap->debounce_samples;
	bool was_locked = input->locked;
	bool changed = false;

	if (sunxi_tvcap_believe(&tvcap->see_connected, input->connected, now->connected, samples)) {
		input->connected = now->connected;
		tvcap->count.hotplug_events++;
		changed = true;
	}
	if (!input->connected) {
		sunxi_tvcap_no_mode(input);
	} else if (sunxi_tvcap_believe(&tvcap->see_locked, input->locked, now->locked,
				       now->locked ? 1 : samples)) {
		if (!now->locked)
			sunxi_tvcap_no_mode(input);
		input->locked = now->locked;
	}
	if (input->locked && now->locked &&
	    sunxi_tvcap_believe(&tvcap->see_mode, sunxi_tvcap_mode(input), sunxi_tvcap_mode(now),
				was_locked ? samples : 1)) {
		input->width = now->width;
		input->height = now->height;
		input->rate = now->rate;
		tvcap->count.format_changes++;
		changed = true;
	}
	if (input->locked != was_locked) {
		tvcap->count.signal_changes++;
		changed = true;
	}
	return changed;
}
