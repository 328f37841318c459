// SPDX-License-Identifier: GPL-2.0
/*
 * HDMI input of Allwinner's H713: frames and the accounting of them.
 *
 * The hardware counts every frame while capture is on. Each becomes either a captured or a
 * dropped one here, whether or not its interrupt came in time, so that the two counters add up to
 * the hardware's. DMA is ordered for one frame at a time: a frame that ends while none is ordered
 * is lost, but no buffer is written after it was handed back.
 */

#include <linux/device.h>
#include <linux/timekeeping.h>
#include <media/videobuf2-dma-contig.h>

#include "sunxi-tvcap.h"

/* The slowest mode has 24 frames a second; no frame in this time means that capture hangs. */
#define SUNXI_TVCAP_FRAME_TIMEOUT_NS	NSEC_PER_SEC

/**
 * sunxi_tvcap_image_bytes() - bytes of a frame at the negotiated size and format
 * @tvcap: the input
 */
u32 sunxi_tvcap_image_bytes(const struct sunxi_tvcap *tvcap)
{
	const struct v4l2_bt_timings *bt = &tvcap->timings.bt;

	return bt->width * bt->height * sunxi_tvcap_formats[tvcap->format].bits_per_pixel / 8;
}

static u32 sunxi_tvcap_new_frames(struct sunxi_tvcap *tvcap)
{
	u32 now = sunxi_tvcap_read_path(tvcap, tvcap->variant->frames);
	u32 frames = now - tvcap->hardware_frames;

	tvcap->hardware_frames = now;
	return frames;
}

static void sunxi_tvcap_drop(struct sunxi_tvcap *tvcap, u32 frames)
{
	tvcap->count.dropped += frames;
	tvcap->sequence += frames;
}

/* Gives the next buffer to the hardware, if one waits. */
static void sunxi_tvcap_arm(struct sunxi_tvcap *tvcap)
{
	struct sunxi_tvcap_buffer *buffer;

	buffer = list_first_entry_or_null(&tvcap->waiting, struct sunxi_tvcap_buffer, node);
	if (!buffer)
		return;
	list_del(&buffer->node);
	tvcap->active = buffer;
	sunxi_tvcap_drop(tvcap, sunxi_tvcap_new_frames(tvcap));
	sunxi_tvcap_dma(tvcap, vb2_dma_contig_plane_dma_addr(&buffer->vb.vb2_buf, 0),
			sunxi_tvcap_image_bytes(tvcap));
	/* A frame that ended meanwhile is in the counter; it is a lost one if DMA still waits. */
	sunxi_tvcap_collect(tvcap, false);
}

static void sunxi_tvcap_complete(struct sunxi_tvcap *tvcap, u64 now, bool failed)
{
	struct sunxi_tvcap_buffer *buffer = tvcap->active;

	tvcap->active = NULL;
	tvcap->nr_waiting--;
	buffer->vb.sequence = tvcap->sequence++;
	buffer->vb.field = V4L2_FIELD_NONE;
	buffer->vb.vb2_buf.timestamp = now;
	if (failed) {
		tvcap->count.dropped++;
		tvcap->count.capture_errors++;
	} else {
		tvcap->count.captured++;
		tvcap->count.bytes += vb2_get_plane_payload(&buffer->vb.vb2_buf, 0);
	}
	vb2_buffer_done(&buffer->vb.vb2_buf, failed ? VB2_BUF_STATE_ERROR : VB2_BUF_STATE_DONE);
}

/**
 * sunxi_tvcap_collect() - account for the frames that have ended since the last call
 * @tvcap: the input, @slock held
 * @failed: the hardware reported an error with them
 *
 * The first frame after DMA was ordered is the one in the buffer; the others are dropped ones.
 */
void sunxi_tvcap_collect(struct sunxi_tvcap *tvcap, bool failed)
{
	u64 now = ktime_get_ns();
	u32 frames;

	lockdep_assert_held(&tvcap->slock);
	if (!tvcap->running)
		return;

	/*
	 * In this order: frames that were counted before DMA is seen waiting are not in the
	 * buffer, and the one that is there was counted before DMA is seen done.
	 */
	frames = sunxi_tvcap_new_frames(tvcap);
	if (tvcap->active && !sunxi_tvcap_dma_busy(tvcap)) {
		frames += sunxi_tvcap_new_frames(tvcap);
		if (frames) {
			sunxi_tvcap_complete(tvcap, now, failed);
			sunxi_tvcap_drop(tvcap, frames - 1);
		}
	} else {
		sunxi_tvcap_drop(tvcap, frames);
	}
	if (!frames)
		return;

	if (tvcap->frame_time)
		tvcap->frame_interval = div_u64(now - tvcap->frame_time, frames);
	tvcap->frame_time = now;
	if (!tvcap->active)
		sunxi_tvcap_arm(tvcap);
}

static bool sunxi_tvcap_may_run(const struct sunxi_tvcap *tvcap)
{
	return tvcap->streaming && !tvcap->asleep && tvcap->input.locked &&
	       tvcap->input.width == tvcap->timings.bt.width &&
	       tvcap->input.height == tvcap->timings.bt.height;
}

static void sunxi_tvcap_start_capture(struct sunxi_tvcap *tvcap)
{
	/* The last capture is still writing to its buffer: wait for the next sample. */
	if (sunxi_tvcap_dma_busy(tvcap))
		return;
	tvcap->hardware_frames = 0;
	tvcap->run_time = ktime_get_ns();
	tvcap->frame_time = 0;
	tvcap->frame_interval = 0;
	tvcap->running = true;
	sunxi_tvcap_capture_on(tvcap);
	sunxi_tvcap_arm(tvcap);
}

static void sunxi_tvcap_stop_capture(struct sunxi_tvcap *tvcap)
{
	sunxi_tvcap_collect(tvcap, false);
	sunxi_tvcap_capture_off(tvcap);
	sunxi_tvcap_collect(tvcap, false);
	tvcap->running = false;
	tvcap->frame_interval = 0;
	if (tvcap->active) {
		list_add(&tvcap->active->node, &tvcap->waiting);
		tvcap->active = NULL;
	}
}

/**
 * sunxi_tvcap_update_capture() - capture if frames are wanted and the input has the right size
 * @tvcap: the input, @slock held
 *
 * A stream outlives its source: without one it waits, and goes on when one of the negotiated size
 * is there.
 */
void sunxi_tvcap_update_capture(struct sunxi_tvcap *tvcap)
{
	bool run = sunxi_tvcap_may_run(tvcap);

	lockdep_assert_held(&tvcap->slock);
	if (run && !tvcap->running)
		sunxi_tvcap_start_capture(tvcap);
	else if (!run && tvcap->running)
		sunxi_tvcap_stop_capture(tvcap);
}

/**
 * sunxi_tvcap_watch_frames() - take frames whose interrupt is missing, restart a capture that hangs
 * @tvcap: the input, @slock held
 */
void sunxi_tvcap_watch_frames(struct sunxi_tvcap *tvcap)
{
	u64 last;

	sunxi_tvcap_collect(tvcap, false);
	if (!tvcap->running)
		return;
	last = tvcap->frame_time ? tvcap->frame_time : tvcap->run_time;
	if (ktime_get_ns() - last < SUNXI_TVCAP_FRAME_TIMEOUT_NS)
		return;
	sunxi_tvcap_fail(tvcap, HY300_TVCAP_ERROR_TIMEOUT);
	sunxi_tvcap_stop_capture(tvcap);
}

/**
 * sunxi_tvcap_add_buffer() - let a buffer wait for a frame
 * @tvcap: the input
 * @buffer: the buffer
 */
void sunxi_tvcap_add_buffer(struct sunxi_tvcap *tvcap, struct sunxi_tvcap_buffer *buffer)
{
	unsigned long flags;

	spin_lock_irqsave(&tvcap->slock, flags);
	list_add_tail(&buffer->node, &tvcap->waiting);
	tvcap->nr_waiting++;
	if (tvcap->running && !tvcap->active)
		sunxi_tvcap_arm(tvcap);
	spin_unlock_irqrestore(&tvcap->slock, flags);
}

/**
 * sunxi_tvcap_return_buffers() - give all buffers that wait back to videobuf2
 * @tvcap: the input, not capturing
 * @state: what has become of them
 */
void sunxi_tvcap_return_buffers(struct sunxi_tvcap *tvcap, enum vb2_buffer_state state)
{
	struct sunxi_tvcap_buffer *buffer, *next;
	unsigned long flags;

	spin_lock_irqsave(&tvcap->slock, flags);
	list_for_each_entry_safe(buffer, next, &tvcap->waiting, node) {
		list_del(&buffer->node);
		vb2_buffer_done(&buffer->vb.vb2_buf, state);
	}
	tvcap->nr_waiting = 0;
	spin_unlock_irqrestore(&tvcap->slock, flags);
}

/**
 * sunxi_tvcap_end_dma() - wait until memory is left alone, or see to it that it is
 * @tvcap: the input, not capturing
 */
void sunxi_tvcap_end_dma(struct sunxi_tvcap *tvcap)
{
	if (!tvcap->powered || !sunxi_tvcap_dma_wait(tvcap))
		return;
	dev_err(tvcap->dev, "DMA does not end, resetting\n");
	sunxi_tvcap_reset(tvcap);
	spin_lock_irq(&tvcap->slock);
	sunxi_tvcap_fail(tvcap, HY300_TVCAP_ERROR_TIMEOUT);
	sunxi_tvcap_power(tvcap, tvcap->enabled);
	spin_unlock_irq(&tvcap->slock);
}

/**
 * sunxi_tvcap_end_stream() - end a stream and give its buffers back
 * @tvcap: the input, @lock held
 *
 * Leaves the hardware alone when it does not stream, since a file may be closed after the device
 * was unbound.
 */
void sunxi_tvcap_end_stream(struct sunxi_tvcap *tvcap)
{
	bool streaming;

	lockdep_assert_held(&tvcap->lock);
	spin_lock_irq(&tvcap->slock);
	streaming = tvcap->streaming;
	tvcap->streaming = false;
	if (streaming)
		sunxi_tvcap_update_capture(tvcap);
	spin_unlock_irq(&tvcap->slock);

	if (streaming)
		sunxi_tvcap_end_dma(tvcap);
	sunxi_tvcap_return_buffers(tvcap, VB2_BUF_STATE_ERROR);
	spin_lock_irq(&tvcap->slock);
	sunxi_tvcap_publish(tvcap);
	spin_unlock_irq(&tvcap->slock);
}
