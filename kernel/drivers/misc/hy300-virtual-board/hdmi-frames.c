// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual board: the frames of the HDMI source, made at its rate and written to memory.
 */

#include <linux/device.h>
#include <linux/dma-direct.h>
#include <linux/hy300-compat.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/timekeeping.h>

#include "hdmi.h"

static u64 virtual_hdmi_interval(const struct virtual_hdmi *hdmi)
{
	return div_u64(NSEC_PER_SEC * 1000ULL, hdmi->rate);
}

/* Memory at a bus address, NULL when there is none. */
static u8 *virtual_hdmi_memory(struct virtual_hdmi *hdmi, u32 bytes)
{
	phys_addr_t from = dma_to_phys(hdmi->dev, hdmi->dma_addr);
	phys_addr_t to = dma_to_phys(hdmi->dev, (dma_addr_t)hdmi->dma_addr + bytes - 1);

	if (!hdmi->dma_addr || !pfn_valid(PHYS_PFN(from)) || !pfn_valid(PHYS_PFN(to)))
		return NULL;
	return phys_to_virt(from);
}

static bool virtual_hdmi_right_size(const struct virtual_hdmi *hdmi)
{
	return hdmi->capture_size == (hdmi->height << 16 | hdmi->width);
}

/**
 * struct virtual_hdmi_frame - a frame on its way to memory
 * @to: where it goes, NULL when it goes nowhere
 * @lines: its height
 * @number: its number
 * @order: which order for DMA it follows
 * @errors: errors, as interrupt bits
 */
struct virtual_hdmi_frame {
	u8 *to;
	u32 lines;
	u32 number;
	u32 order;
	u32 errors;
};

static void virtual_hdmi_begin_frame(struct virtual_hdmi *hdmi, struct virtual_hdmi_frame *frame)
{
	u32 bytes = virtual_hdmi_picture_bytes(hdmi->format, hdmi->width, hdmi->height);

	frame->lines = hdmi->height;
	frame->number = hdmi->total_frames + 1;
	frame->order = hdmi->dma_orders;
	if (!hdmi->dma_busy)
		return;
	if (!virtual_hdmi_right_size(hdmi)) {
		frame->errors = VIRTUAL_HDMI_IRQ_OVERFLOW;
		return;
	}
	if (bytes && bytes <= hdmi->dma_size)
		frame->to = virtual_hdmi_memory(hdmi, bytes);
	if (!frame->to) {
		frame->errors = VIRTUAL_HDMI_IRQ_DMA;
		hdmi->dma_busy = false;
	}
}

/*
 * Registers can be accessed between the lines, so that whoever switches capture off, or the
 * source over, is obeyed at once.
 *
 * Return: whether the frame goes on.
 */
static bool virtual_hdmi_write_line(struct virtual_hdmi *hdmi,
				    const struct virtual_hdmi_frame *frame, u32 line)
{
	unsigned long flags;
	bool goes_on;

	spin_lock_irqsave(&hdmi->lock, flags);
	goes_on = hdmi->dma_busy && hdmi->dma_orders == frame->order &&
		  virtual_hdmi_capturing(hdmi) && virtual_hdmi_right_size(hdmi);
	if (goes_on)
		virtual_hdmi_draw(hdmi, frame->to, line, frame->number);
	spin_unlock_irqrestore(&hdmi->lock, flags);
	return goes_on;
}

static void virtual_hdmi_end_frame(struct virtual_hdmi *hdmi,
				   const struct virtual_hdmi_frame *frame, bool complete)
{
	u32 irqs = VIRTUAL_HDMI_IRQ_FRAME | frame->errors;

	if (complete && hdmi->dma_busy && hdmi->dma_orders == frame->order) {
		hdmi->dma_busy = hdmi->stuck_dma;
		hdmi->written_frames++;
	}
	if (hdmi->fail_frames) {
		hdmi->fail_frames--;
		irqs |= hdmi->fail_irqs;
	}
	hdmi->frames++;
	hdmi->total_frames++;
	virtual_hdmi_raise(hdmi, irqs);
}

static enum hrtimer_restart virtual_hdmi_tick(struct hrtimer *timer)
{
	struct virtual_hdmi *hdmi = container_of(timer, struct virtual_hdmi, timer);
	enum hrtimer_restart again = HRTIMER_NORESTART;
	struct virtual_hdmi_frame frame = { };
	unsigned long flags;
	bool begun;
	u32 line = 0;

	spin_lock_irqsave(&hdmi->lock, flags);
	begun = virtual_hdmi_capturing(hdmi) && !hdmi->hold_frames &&
		ktime_get_ns() - hdmi->capture_time >= virtual_hdmi_interval(hdmi);
	if (begun)
		virtual_hdmi_begin_frame(hdmi, &frame);
	spin_unlock_irqrestore(&hdmi->lock, flags);

	while (frame.to && line < frame.lines && virtual_hdmi_write_line(hdmi, &frame, line))
		line++;

	spin_lock_irqsave(&hdmi->lock, flags);
	hdmi->ticking = virtual_hdmi_capturing(hdmi);
	if (hdmi->ticking) {
		if (begun)
			virtual_hdmi_end_frame(hdmi, &frame, frame.to && line == frame.lines);
		hrtimer_forward_now(timer, virtual_hdmi_interval(hdmi));
		again = HRTIMER_RESTART;
	}
	spin_unlock_irqrestore(&hdmi->lock, flags);
	return again;
}

/**
 * virtual_hdmi_start_frames() - let the next frame end after an interval, and those after it
 * @hdmi: the receiver
 */
void virtual_hdmi_start_frames(struct virtual_hdmi *hdmi)
{
	hrtimer_start(&hdmi->timer, virtual_hdmi_interval(hdmi), HRTIMER_MODE_REL_SOFT);
}

static void virtual_hdmi_stop_frames(void *data)
{
	struct virtual_hdmi *hdmi = data;

	hrtimer_cancel(&hdmi->timer);
}

/**
 * virtual_hdmi_init_frames() - prepare to make frames, until the board goes
 * @hdmi: the receiver
 *
 * Return: 0 or -ENOMEM.
 */
int virtual_hdmi_init_frames(struct virtual_hdmi *hdmi)
{
	hrtimer_setup(&hdmi->timer, virtual_hdmi_tick, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	return devm_add_action_or_reset(hdmi->dev, virtual_hdmi_stop_frames, hdmi);
}
