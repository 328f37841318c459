/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Virtual board: what the files of the HDMI receiver share.
 */
#ifndef _HY300_VIRTUAL_HDMI_H
#define _HY300_VIRTUAL_HDMI_H

#include <linux/bits.h>
#include <linux/hrtimer.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct dentry;
struct device;
struct virtual_board;

#define VIRTUAL_HDMI_MAX_WIDTH		1920
#define VIRTUAL_HDMI_MAX_HEIGHT		1080

/* Interrupts, as bits of the interrupt registers */
#define VIRTUAL_HDMI_IRQ_FRAME		BIT(0)
#define VIRTUAL_HDMI_IRQ_INPUT		BIT(1)
#define VIRTUAL_HDMI_IRQ_FORMAT		BIT(2)
#define VIRTUAL_HDMI_IRQ_OVERFLOW	BIT(3)
#define VIRTUAL_HDMI_IRQ_UNDERFLOW	BIT(4)
#define VIRTUAL_HDMI_IRQ_HOTPLUG	BIT(5)
#define VIRTUAL_HDMI_IRQ_HARDWARE	BIT(6)
#define VIRTUAL_HDMI_IRQ_DMA		BIT(7)
#define VIRTUAL_HDMI_IRQ_FIFO		BIT(8)
#define VIRTUAL_HDMI_IRQ_TIMEOUT	BIT(9)
#define VIRTUAL_HDMI_IRQS		GENMASK(9, 0)

/* Codes of the format register */
#define VIRTUAL_HDMI_RGB24		0
#define VIRTUAL_HDMI_RGB32		1
#define VIRTUAL_HDMI_YUV420		2
#define VIRTUAL_HDMI_YUYV		4

/**
 * struct virtual_hdmi_picture - lines to copy the test picture from
 * @luma: Y, a byte a pixel
 * @yuyv: Y U Y V
 * @rgb24: R G B
 * @rgb32: X R G B
 * @u: U, a byte for two pixels
 * @v: V, likewise
 *
 * Each is longer than the widest picture by one period of the pattern.
 */
struct virtual_hdmi_picture {
	u8 *luma;
	u8 *yuyv;
	u8 *rgb24;
	u8 *rgb32;
	u8 *u;
	u8 *v;
};

/**
 * struct virtual_hdmi - the receiver and the source on it
 * @board: whose interrupt line it has
 * @dev: the board's device
 * @timer: ends the frames
 * @picture: the test picture
 * @lock: protects the rest
 * @plugged: a source is plugged in
 * @sending: it sends a signal
 * @width: pixels of its lines
 * @height: lines of its picture
 * @rate: frames a second, in mHz
 * @flicker: every so many readings of the status the lock bit reads 0; 0 is never
 * @readings: readings of the status
 * @dead_irqs: interrupts that never come
 * @stuck_dma: DMA stays busy whatever happens
 * @fail_frames: so many of the next frames end with the errors @fail_irqs
 * @fail_irqs: errors, as interrupt bits
 * @hold_frames: the source is locked, but no frame ends
 * @dead: does not come out of reset
 * @ctrl: control register
 * @irq_enable: interrupts that are latched
 * @irq_mask: latched interrupts that do not raise the line
 * @irq_raw: latched interrupts
 * @format: format register
 * @dma_addr: where the next frame goes
 * @dma_size: how many bytes of it at most
 * @dma_busy: a frame is to be written, or is being written
 * @dma_orders: how often DMA was ordered
 * @capture_size: negotiated size
 * @hdmi_ctrl: receiver's control register
 * @path_ctrl: data path's control register
 * @reset_time: when the reset began, and when it ended
 * @ready_time: when the receiver has settled
 * @capture_time: when capture was switched on
 * @shown: the signal as the interrupts told it last
 * @ticking: @timer is running, or will be
 * @frames: frames since capture was switched on
 * @total_frames: frames since the board was made
 * @written_frames: frames that went to memory completely
 * @violations: accesses that the hardware would not have understood
 */
struct virtual_hdmi {
	struct virtual_board *board;
	struct device *dev;
	struct hrtimer timer;
	struct virtual_hdmi_picture picture;

	spinlock_t lock;	/* all below */
	bool plugged;
	bool sending;
	u32 width;
	u32 height;
	u32 rate;
	u32 flicker;
	u32 readings;
	u32 dead_irqs;
	bool stuck_dma;
	u32 fail_frames;
	u32 fail_irqs;
	bool hold_frames;
	bool dead;

	u32 ctrl;
	u32 irq_enable;
	u32 irq_mask;
	u32 irq_raw;
	u32 format;
	u32 dma_addr;
	u32 dma_size;
	bool dma_busy;
	u32 dma_orders;
	u32 capture_size;
	u32 hdmi_ctrl;
	u32 path_ctrl;
	u64 reset_time;
	u64 ready_time;
	u64 capture_time;
	bool shown;
	bool ticking;

	u32 frames;
	u64 total_frames;
	u64 written_frames;
	u64 violations;
};

/* hdmi.c; with the lock held */
bool virtual_hdmi_signal(const struct virtual_hdmi *hdmi);
bool virtual_hdmi_capturing(const struct virtual_hdmi *hdmi);
void virtual_hdmi_raise(struct virtual_hdmi *hdmi, u32 irqs);
void virtual_hdmi_source_changed(struct virtual_hdmi *hdmi, u32 irqs);

/* hdmi-frames.c */
void virtual_hdmi_start_frames(struct virtual_hdmi *hdmi);
int virtual_hdmi_init_frames(struct virtual_hdmi *hdmi);

/* hdmi-knobs.c */
void virtual_hdmi_add_knobs(struct virtual_hdmi *hdmi, struct dentry *debugfs);

/* hdmi-picture.c */
int virtual_hdmi_make_picture(struct virtual_hdmi *hdmi);
u32 virtual_hdmi_picture_bytes(u32 format, u32 width, u32 height);
void virtual_hdmi_draw(const struct virtual_hdmi *hdmi, u8 *to, u32 line, u32 number);

#endif /* _HY300_VIRTUAL_HDMI_H */
