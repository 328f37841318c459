// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual board: the HDMI receiver and its registers.
 *
 * Registers of tvtop are those of the specification, guesses included. What is not known to anyone
 * is made up here as a receiver might have it: DMA is ordered for one frame by bit 0 of the DMA
 * control register and is over with that frame; tvcap counts frames since capture was switched on
 * (0x08) and measures the refresh rate in mHz (0x0c).
 *
 * A source sends when it is plugged in, its knob says so, the receiver is on, and hot-plug is
 * shown to it. With capture on, each of its frames is counted, and told by the frame interrupt; it
 * goes to memory if DMA was ordered and the source's size is the negotiated one.
 */

#include <linux/device.h>
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "board.h"
#include "hdmi.h"

#define REG_CTRL		0x00
#define   CTRL_ENABLE			BIT(0)
#define   CTRL_CAPTURE			BIT(1)
#define   CTRL_HDMI			BIT(2)
#define   CTRL_DMA			BIT(3)
#define   CTRL_AUTO_FORMAT		BIT(4)
#define   CTRL_RESET			BIT(31)
#define REG_STATUS		0x04
#define   STATUS_CONNECTED		BIT(0)
#define   STATUS_SIGNAL			BIT(1)
#define   STATUS_LOCKED			BIT(2)
#define   STATUS_CAPTURING		BIT(3)
#define   STATUS_DMA_BUSY		BIT(4)
#define   STATUS_ERROR			BIT(5)
#define   STATUS_READY			BIT(6)
#define REG_IRQ_ENABLE		0x08
#define REG_IRQ_STATUS		0x0c
#define REG_FORMAT		0x10
#define REG_RESOLUTION		0x14
#define REG_IRQ_MASK		0x18
#define REG_IRQ_RAW		0x1c
#define REG_DMA_CTRL		0x28
#define   DMA_START			BIT(0)
#define REG_DMA_ADDR		0x2c
#define REG_DMA_SIZE		0x30
#define REG_CAPTURE_SIZE	0x38
#define REG_HDMI_CTRL		0x3c
#define   HDMI_HOTPLUG			BIT(0)
#define REG_HDMI_STATUS		0x40
#define REG_VERSION		0xfc

#define REG_PATH_CTRL		0x00
#define   PATH_ENABLE			BIT(0)
#define REG_PATH_STATUS		0x04
#define REG_PATH_FRAMES		0x08
#define REG_PATH_RATE		0x0c

#define VERSION			0x48371300

/* A shorter pulse does not reset; earlier accesses find nothing. */
#define RESET_PULSE_NS		(10 * NSEC_PER_USEC)
#define SETTLE_NS		(100 * NSEC_PER_USEC)

static bool virtual_hdmi_ready(const struct virtual_hdmi *hdmi)
{
	return !(hdmi->ctrl & CTRL_RESET) && hdmi->ready_time &&
	       ktime_get_ns() >= hdmi->ready_time;
}

/**
 * virtual_hdmi_signal() - whether the source's signal is locked
 * @hdmi: the receiver
 */
bool virtual_hdmi_signal(const struct virtual_hdmi *hdmi)
{
	return hdmi->plugged && hdmi->sending && hdmi->hdmi_ctrl & HDMI_HOTPLUG &&
	       hdmi->ctrl & CTRL_ENABLE && hdmi->ctrl & CTRL_HDMI;
}

/**
 * virtual_hdmi_capturing() - whether the frames of the signal are captured
 * @hdmi: the receiver
 */
bool virtual_hdmi_capturing(const struct virtual_hdmi *hdmi)
{
	return hdmi->ctrl & CTRL_CAPTURE && hdmi->path_ctrl & PATH_ENABLE &&
	       virtual_hdmi_signal(hdmi);
}

static void virtual_hdmi_update_line(struct virtual_hdmi *hdmi)
{
	virtual_board_set_irq(hdmi->board, VIRTUAL_BOARD_IRQ_TVCAP,
			      hdmi->irq_raw & hdmi->irq_enable & ~hdmi->irq_mask);
}

/**
 * virtual_hdmi_raise() - latch interrupts, but for those that never come
 * @hdmi: the receiver
 * @irqs: their bits
 */
void virtual_hdmi_raise(struct virtual_hdmi *hdmi, u32 irqs)
{
	hdmi->irq_raw |= irqs & ~hdmi->dead_irqs;
	virtual_hdmi_update_line(hdmi);
}

/**
 * virtual_hdmi_source_changed() - take over a change of the source or of the receiver
 * @hdmi: the receiver
 * @irqs: interrupts that tell it
 */
void virtual_hdmi_source_changed(struct virtual_hdmi *hdmi, u32 irqs)
{
	bool signal = virtual_hdmi_signal(hdmi);

	if (signal != hdmi->shown)
		irqs |= VIRTUAL_HDMI_IRQ_INPUT;
	hdmi->shown = signal;
	if (irqs)
		virtual_hdmi_raise(hdmi, irqs);
	if (virtual_hdmi_capturing(hdmi) && !hdmi->ticking) {
		hdmi->ticking = true;
		virtual_hdmi_start_frames(hdmi);
	}
}

static u32 virtual_hdmi_status(struct virtual_hdmi *hdmi)
{
	bool signal = virtual_hdmi_signal(hdmi);
	bool flickers = hdmi->flicker && !(++hdmi->readings % hdmi->flicker);
	u32 status = 0;

	if (hdmi->plugged)
		status |= STATUS_CONNECTED;
	if (signal)
		status |= STATUS_SIGNAL;
	if (signal && !flickers)
		status |= STATUS_LOCKED;
	if (virtual_hdmi_capturing(hdmi))
		status |= STATUS_CAPTURING;
	if (hdmi->dma_busy)
		status |= STATUS_DMA_BUSY;
	if (hdmi->irq_raw & ~(VIRTUAL_HDMI_IRQ_FRAME | VIRTUAL_HDMI_IRQ_INPUT |
			      VIRTUAL_HDMI_IRQ_FORMAT | VIRTUAL_HDMI_IRQ_HOTPLUG))
		status |= STATUS_ERROR;
	return status | STATUS_READY;
}

/* Registers of a receiver that is in reset or has not settled read as 0. */
static u32 virtual_hdmi_tvtop(struct virtual_hdmi *hdmi, unsigned int reg)
{
	switch (reg) {
	case REG_CTRL:
		return hdmi->ctrl;
	case REG_STATUS:
		return virtual_hdmi_status(hdmi);
	case REG_IRQ_ENABLE:
		return hdmi->irq_enable;
	case REG_IRQ_STATUS:
		return hdmi->irq_raw & hdmi->irq_enable;
	case REG_FORMAT:
		return hdmi->format;
	case REG_RESOLUTION:
		if (!(hdmi->ctrl & CTRL_AUTO_FORMAT) || !virtual_hdmi_signal(hdmi))
			return 0;
		return hdmi->height << 16 | hdmi->width;
	case REG_IRQ_MASK:
		return hdmi->irq_mask;
	case REG_IRQ_RAW:
		return hdmi->irq_raw;
	case REG_DMA_ADDR:
		return hdmi->dma_addr;
	case REG_DMA_SIZE:
		return hdmi->dma_size;
	case REG_CAPTURE_SIZE:
		return hdmi->capture_size;
	case REG_HDMI_CTRL:
		return hdmi->hdmi_ctrl;
	case REG_HDMI_STATUS:
		return hdmi->plugged;
	case REG_VERSION:
		return VERSION;
	default:
		return 0;
	}
}

/**
 * virtual_hdmi_tvtop_read() - a register as the bus reads it
 * @hdmi: the receiver
 * @reg: offset in bytes
 * @value: where its value goes
 *
 * Return: 0.
 */
int virtual_hdmi_tvtop_read(void *hdmi, unsigned int reg, unsigned int *value)
{
	struct virtual_hdmi *receiver = hdmi;
	unsigned long flags;

	spin_lock_irqsave(&receiver->lock, flags);
	*value = virtual_hdmi_ready(receiver) ? virtual_hdmi_tvtop(receiver, reg) : 0;
	spin_unlock_irqrestore(&receiver->lock, flags);
	return 0;
}

static void virtual_hdmi_clear(struct virtual_hdmi *hdmi)
{
	hdmi->irq_enable = 0;
	hdmi->irq_mask = 0;
	hdmi->irq_raw = 0;
	hdmi->format = 0;
	hdmi->dma_addr = 0;
	hdmi->dma_size = 0;
	hdmi->dma_busy = false;
	hdmi->capture_size = 0;
	hdmi->hdmi_ctrl = 0;
	hdmi->path_ctrl = 0;
	hdmi->frames = 0;
	hdmi->shown = false;
	virtual_hdmi_update_line(hdmi);
}

static void virtual_hdmi_write_ctrl(struct virtual_hdmi *hdmi, u32 value)
{
	u64 now = ktime_get_ns();

	if (value & CTRL_RESET) {
		if (!(hdmi->ctrl & CTRL_RESET))
			hdmi->reset_time = now;
		hdmi->ready_time = 0;
		hdmi->ctrl = CTRL_RESET;
		return;
	}
	if (hdmi->ctrl & CTRL_RESET) {
		if (now - hdmi->reset_time < RESET_PULSE_NS)
			hdmi->violations++;
		else if (!hdmi->dead)
			hdmi->ready_time = now + SETTLE_NS;
		virtual_hdmi_clear(hdmi);
		hdmi->ctrl = 0;
		return;
	}
	if (value & CTRL_CAPTURE && !(hdmi->ctrl & CTRL_CAPTURE))
		hdmi->frames = 0;
	if (!(value & CTRL_CAPTURE) || !(value & CTRL_DMA))
		hdmi->dma_busy = hdmi->dma_busy && hdmi->stuck_dma;
	hdmi->ctrl = value;
	virtual_hdmi_source_changed(hdmi, 0);
}

static void virtual_hdmi_start_dma(struct virtual_hdmi *hdmi)
{
	/* The address must not change under a frame that is being written. */
	if (hdmi->dma_busy || !(hdmi->ctrl & CTRL_CAPTURE) || !(hdmi->ctrl & CTRL_DMA)) {
		hdmi->violations++;
		return;
	}
	hdmi->dma_busy = true;
	hdmi->dma_orders++;
}

static void virtual_hdmi_write_tvtop(struct virtual_hdmi *hdmi, unsigned int reg, u32 value)
{
	if (reg != REG_CTRL && !virtual_hdmi_ready(hdmi)) {
		hdmi->violations++;
		return;
	}
	switch (reg) {
	case REG_CTRL:
		virtual_hdmi_write_ctrl(hdmi, value);
		break;
	case REG_IRQ_ENABLE:
		hdmi->irq_enable = value & VIRTUAL_HDMI_IRQS;
		virtual_hdmi_update_line(hdmi);
		break;
	case REG_IRQ_STATUS:
		hdmi->irq_raw &= ~value;
		virtual_hdmi_update_line(hdmi);
		break;
	case REG_FORMAT:
		hdmi->format = value;
		break;
	case REG_IRQ_MASK:
		hdmi->irq_mask = value & VIRTUAL_HDMI_IRQS;
		virtual_hdmi_update_line(hdmi);
		break;
	case REG_DMA_CTRL:
		if (value & DMA_START)
			virtual_hdmi_start_dma(hdmi);
		break;
	case REG_DMA_ADDR:
		hdmi->violations += hdmi->dma_busy;
		hdmi->dma_addr = value;
		break;
	case REG_DMA_SIZE:
		hdmi->dma_size = value;
		break;
	case REG_CAPTURE_SIZE:
		hdmi->capture_size = value;
		break;
	case REG_HDMI_CTRL:
		hdmi->hdmi_ctrl = value;
		virtual_hdmi_source_changed(hdmi, 0);
		break;
	default:
		hdmi->violations++;
		break;
	}
}

/**
 * virtual_hdmi_tvtop_write() - a register as the bus writes it
 * @hdmi: the receiver
 * @reg: offset in bytes
 * @value: its new value
 *
 * Return: 0.
 */
int virtual_hdmi_tvtop_write(void *hdmi, unsigned int reg, unsigned int value)
{
	struct virtual_hdmi *receiver = hdmi;
	unsigned long flags;

	spin_lock_irqsave(&receiver->lock, flags);
	virtual_hdmi_write_tvtop(receiver, reg, value);
	spin_unlock_irqrestore(&receiver->lock, flags);
	return 0;
}

static u32 virtual_hdmi_tvcap(struct virtual_hdmi *hdmi, unsigned int reg)
{
	switch (reg) {
	case REG_PATH_CTRL:
		return hdmi->path_ctrl;
	case REG_PATH_STATUS:
		return virtual_hdmi_capturing(hdmi);
	case REG_PATH_FRAMES:
		return hdmi->frames;
	case REG_PATH_RATE:
		return virtual_hdmi_signal(hdmi) ? hdmi->rate : 0;
	default:
		return 0;
	}
}

/**
 * virtual_hdmi_tvcap_read() - a register as the bus reads it
 * @hdmi: the receiver
 * @reg: offset in bytes
 * @value: where its value goes
 *
 * Return: 0.
 */
int virtual_hdmi_tvcap_read(void *hdmi, unsigned int reg, unsigned int *value)
{
	struct virtual_hdmi *receiver = hdmi;
	unsigned long flags;

	spin_lock_irqsave(&receiver->lock, flags);
	*value = virtual_hdmi_ready(receiver) ? virtual_hdmi_tvcap(receiver, reg) : 0;
	spin_unlock_irqrestore(&receiver->lock, flags);
	return 0;
}

/**
 * virtual_hdmi_tvcap_write() - a register as the bus writes it
 * @hdmi: the receiver
 * @reg: offset in bytes
 * @value: its new value
 *
 * Return: 0.
 */
int virtual_hdmi_tvcap_write(void *hdmi, unsigned int reg, unsigned int value)
{
	struct virtual_hdmi *receiver = hdmi;
	unsigned long flags;

	spin_lock_irqsave(&receiver->lock, flags);
	if (reg == REG_PATH_CTRL && virtual_hdmi_ready(receiver)) {
		receiver->path_ctrl = value;
		virtual_hdmi_source_changed(receiver, 0);
	} else {
		receiver->violations++;
	}
	spin_unlock_irqrestore(&receiver->lock, flags);
	return 0;
}

/**
 * virtual_hdmi_create() - make the receiver, with a source of 1280x720 at 60 Hz
 * @board: the board
 * @dev: its device, which owns the receiver
 * @debugfs: where the knobs go
 *
 * Return: the receiver or an ERR_PTR.
 */
struct virtual_hdmi *virtual_hdmi_create(struct virtual_board *board, struct device *dev,
					 struct dentry *debugfs)
{
	struct virtual_hdmi *hdmi = devm_kzalloc(dev, sizeof(*hdmi), GFP_KERNEL);
	int ret;

	if (!hdmi)
		return ERR_PTR(-ENOMEM);
	hdmi->board = board;
	hdmi->dev = dev;
	spin_lock_init(&hdmi->lock);
	hdmi->plugged = true;
	hdmi->sending = true;
	hdmi->width = 1280;
	hdmi->height = 720;
	hdmi->rate = 60000;
	/* As on every board seen so far. */
	hdmi->dead_irqs = VIRTUAL_HDMI_IRQ_HOTPLUG;
	ret = virtual_hdmi_make_picture(hdmi);
	if (ret)
		return ERR_PTR(ret);
	ret = virtual_hdmi_init_frames(hdmi);
	if (ret)
		return ERR_PTR(ret);
	virtual_hdmi_add_knobs(hdmi, debugfs);
	return hdmi;
}
