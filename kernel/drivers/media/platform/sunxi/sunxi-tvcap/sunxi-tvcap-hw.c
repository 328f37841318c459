// SPDX-License-Identifier: GPL-2.0
/*
 * HDMI input of Allwinner's H713: its registers.
 */

#include <linux/bits.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/iopoll.h>
#include <linux/ratelimit.h>

#include "sunxi-tvcap.h"

/* A frame of the slowest mode, 24 Hz, and half of the next. */
#define SUNXI_TVCAP_DMA_TIMEOUT_US	60000
#define SUNXI_TVCAP_READY_TIMEOUT_US	10000

/*
 * A model of what the HY300 research port has taken out of the vendor's binaries: no device has
 * these registers. On the H713 there is the fabric of the display's buses where it has them.
 * Without the counter of frames a driver that was late cannot know how many it missed.
 */
#define SUNXI_TVCAP_MODEL						\
	.ctrl = 0x00,							\
	.status = 0x04,							\
	.irq_enable = 0x08,						\
	.irq_status = 0x0c,						\
	.format = 0x10,							\
	.resolution = 0x14,						\
	.irq_mask = 0x18,						\
	.dma_ctrl = 0x28,						\
	.dma_addr = 0x2c,						\
	.dma_size = 0x30,						\
	.capture_size = 0x38,						\
	.hdmi_ctrl = 0x3c,						\
	.version = 0xfc,						\
	.path_ctrl = 0x00,						\
	.path_status = 0x04,						\
	.frames = 0x08,							\
	.rate = 0x0c,							\
	.ctrl_enable = BIT(0),						\
	.ctrl_capture = BIT(1),						\
	.ctrl_hdmi = BIT(2),						\
	.ctrl_dma = BIT(3),						\
	.ctrl_auto_format = BIT(4),					\
	.ctrl_reset = BIT(31),						\
	.status_connected = BIT(0),					\
	.status_signal = BIT(1),					\
	.status_locked = BIT(2),					\
	.status_dma_busy = BIT(4),					\
	.status_ready = BIT(6),						\
	.irq_frame = BIT(0),						\
	.irq_input = BIT(1),						\
	.irq_format = BIT(2),						\
	.irq_hotplug = BIT(5),						\
	.errors = {							\
		[HY300_TVCAP_ERROR_OVERFLOW] = BIT(3),			\
		[HY300_TVCAP_ERROR_UNDERFLOW] = BIT(4),			\
		[HY300_TVCAP_ERROR_HARDWARE] = BIT(6),			\
		[HY300_TVCAP_ERROR_DMA] = BIT(7),			\
		[HY300_TVCAP_ERROR_FIFO] = BIT(8),			\
		[HY300_TVCAP_ERROR_TIMEOUT] = BIT(9),			\
	},								\
	.dma_start = BIT(0),						\
	.path_enable = BIT(0),						\
	.hdmi_hotplug = BIT(0),						\
	.codes = {							\
		[SUNXI_TVCAP_RGB24] = 0,				\
		[SUNXI_TVCAP_RGB32] = 1,				\
		[SUNXI_TVCAP_YUV420] = 2,				\
		[SUNXI_TVCAP_YUYV] = 4,					\
	},								\
	.reset_us = 10,							\
	.settle_us = 100

const struct sunxi_tvcap_variant sunxi_tvcap_h713 = {
	SUNXI_TVCAP_MODEL
};

/* The same on memory, which the tests play the registers on. */
const struct sunxi_tvcap_variant sunxi_tvcap_test = {
	.identity = { .verified = true, .offset = 0xf8, .value = HY300_TEST_IDENTITY },
	SUNXI_TVCAP_MODEL
};

/* A register that cannot be read reads as 0: no source, no interrupt, no frame. */
static u32 sunxi_tvcap_read_map(struct sunxi_tvcap *tvcap, struct regmap *map, u16 reg)
{
	u32 value = 0;
	int ret = hy300_read(map, reg, &value);

	if (ret)
		dev_err_ratelimited(tvcap->dev, "register %#x cannot be read: %d\n", reg, ret);
	return value;
}

static void sunxi_tvcap_write_map(struct sunxi_tvcap *tvcap, struct regmap *map, u16 reg,
				  u32 value)
{
	int ret = hy300_write(map, reg, value);

	if (ret)
		dev_err_ratelimited(tvcap->dev, "register %#x cannot be written: %d\n", reg, ret);
}

/**
 * sunxi_tvcap_read() - read a register of tvtop
 * @tvcap: the input
 * @reg: its offset
 *
 * Return: its value, 0 when it cannot be read.
 */
u32 sunxi_tvcap_read(struct sunxi_tvcap *tvcap, u16 reg)
{
	return sunxi_tvcap_read_map(tvcap, tvcap->tvtop, reg);
}

/**
 * sunxi_tvcap_read_path() - read a register of the data path
 * @tvcap: the input
 * @reg: its offset
 *
 * Return: its value, 0 when it cannot be read.
 */
u32 sunxi_tvcap_read_path(struct sunxi_tvcap *tvcap, u16 reg)
{
	return sunxi_tvcap_read_map(tvcap, tvcap->path, reg);
}

static void sunxi_tvcap_write(struct sunxi_tvcap *tvcap, u16 reg, u32 value)
{
	sunxi_tvcap_write_map(tvcap, tvcap->tvtop, reg, value);
}

/* Until the bits of the status that the mask names have a value */
static int sunxi_tvcap_wait(struct sunxi_tvcap *tvcap, u32 mask, u32 value, unsigned long sleep_us,
			    u64 timeout_us)
{
	u32 status = ~value;
	int error, ret;

	ret = read_poll_timeout(hy300_read, error, error || (status & mask) == value, sleep_us,
				timeout_us, false, tvcap->tvtop, tvcap->variant->status, &status);
	return error ? error : ret;
}

static u32 sunxi_tvcap_ctrl_on(const struct sunxi_tvcap *tvcap)
{
	const struct sunxi_tvcap_variant *v = tvcap->variant;

	return v->ctrl_enable | v->ctrl_hdmi | v->ctrl_auto_format;
}

/**
 * sunxi_tvcap_reset() - reset the receiver and its data path
 * @tvcap: the input
 *
 * Return: 0, -ETIMEDOUT when it does not become ready, which was said.
 */
int sunxi_tvcap_reset(struct sunxi_tvcap *tvcap)
{
	const struct sunxi_tvcap_variant *v = tvcap->variant;
	int ret;

	sunxi_tvcap_write(tvcap, v->ctrl, v->ctrl_reset);
	udelay(v->reset_us);
	sunxi_tvcap_write(tvcap, v->ctrl, 0);
	usleep_range(v->settle_us, 2 * v->settle_us);
	ret = sunxi_tvcap_wait(tvcap, v->status_ready, v->status_ready, v->settle_us,
			       SUNXI_TVCAP_READY_TIMEOUT_US);
	if (ret)
		dev_err(tvcap->dev, "the receiver is not ready after its reset (%d)\n", ret);
	return ret;
}

/**
 * sunxi_tvcap_power() - switch the receiver on or off
 * @tvcap: the input, @slock held
 * @on: on, with hot-plug shown to the source; or off, without
 */
void sunxi_tvcap_power(struct sunxi_tvcap *tvcap, bool on)
{
	const struct sunxi_tvcap_variant *v = tvcap->variant;
	u32 irqs = v->irq_frame | v->irq_input | v->irq_format | v->irq_hotplug;
	unsigned int i;

	lockdep_assert_held(&tvcap->slock);
	for (i = 0; i < HY300_TVCAP_ERRORS; i++)
		irqs |= v->errors[i];
	sunxi_tvcap_write(tvcap, v->irq_status, irqs);
	sunxi_tvcap_write(tvcap, v->irq_mask, on ? 0 : irqs);
	sunxi_tvcap_write(tvcap, v->irq_enable, on ? irqs : 0);
	sunxi_tvcap_write_map(tvcap, tvcap->path, v->path_ctrl, on ? v->path_enable : 0);
	sunxi_tvcap_write(tvcap, v->ctrl, on ? sunxi_tvcap_ctrl_on(tvcap) : 0);
	sunxi_tvcap_write(tvcap, v->hdmi_ctrl, on ? v->hdmi_hotplug : 0);
}

/**
 * sunxi_tvcap_read_input() - look at what comes in
 * @tvcap: the input
 * @input: what the registers say now
 */
void sunxi_tvcap_read_input(struct sunxi_tvcap *tvcap, struct sunxi_tvcap_input *input)
{
	const struct sunxi_tvcap_variant *v = tvcap->variant;
	u32 status = sunxi_tvcap_read(tvcap, v->status);
	u32 size = sunxi_tvcap_read(tvcap, v->resolution);

	input->connected = status & v->status_connected;
	input->width = size & 0xffff;
	input->height = size >> 16;
	input->rate = sunxi_tvcap_read_path(tvcap, v->rate);
	input->locked = input->connected && status & v->status_signal &&
			status & v->status_locked && input->width && input->height;
}

/**
 * sunxi_tvcap_capture_on() - begin to capture frames at the negotiated size and format
 * @tvcap: the input, @slock held
 */
void sunxi_tvcap_capture_on(struct sunxi_tvcap *tvcap)
{
	const struct sunxi_tvcap_variant *v = tvcap->variant;
	const struct v4l2_bt_timings *bt = &tvcap->timings.bt;

	lockdep_assert_held(&tvcap->slock);
	sunxi_tvcap_write(tvcap, v->format, v->codes[tvcap->format]);
	sunxi_tvcap_write(tvcap, v->capture_size, bt->height << 16 | bt->width);
	sunxi_tvcap_write(tvcap, v->ctrl,
			  sunxi_tvcap_ctrl_on(tvcap) | v->ctrl_capture | v->ctrl_dma);
}

/**
 * sunxi_tvcap_capture_off() - capture no more frames; one that is being written may still end
 * @tvcap: the input, @slock held
 */
void sunxi_tvcap_capture_off(struct sunxi_tvcap *tvcap)
{
	lockdep_assert_held(&tvcap->slock);
	sunxi_tvcap_write(tvcap, tvcap->variant->ctrl, sunxi_tvcap_ctrl_on(tvcap));
}

/**
 * sunxi_tvcap_dma() - make the next frame go to memory
 * @tvcap: the input, @slock held
 * @addr: where to; the register has 32 bits, which the DMA mask sees to
 * @size: how many bytes at most
 */
void sunxi_tvcap_dma(struct sunxi_tvcap *tvcap, dma_addr_t addr, u32 size)
{
	const struct sunxi_tvcap_variant *v = tvcap->variant;

	lockdep_assert_held(&tvcap->slock);
	sunxi_tvcap_write(tvcap, v->dma_addr, lower_32_bits(addr));
	sunxi_tvcap_write(tvcap, v->dma_size, size);
	sunxi_tvcap_write(tvcap, v->dma_ctrl, v->dma_start);
}

/**
 * sunxi_tvcap_interrupts() - take the interrupts that are latched
 * @tvcap: the input, @slock held
 *
 * Return: their bits, which are cleared.
 */
u32 sunxi_tvcap_interrupts(struct sunxi_tvcap *tvcap)
{
	u32 status = sunxi_tvcap_read(tvcap, tvcap->variant->irq_status);

	lockdep_assert_held(&tvcap->slock);
	if (status)
		sunxi_tvcap_write(tvcap, tvcap->variant->irq_status, status);
	return status;
}

/**
 * sunxi_tvcap_dma_busy() - whether a buffer waits for its frame or is being filled
 * @tvcap: the input
 */
bool sunxi_tvcap_dma_busy(struct sunxi_tvcap *tvcap)
{
	return sunxi_tvcap_read(tvcap, tvcap->variant->status) & tvcap->variant->status_dma_busy;
}

/**
 * sunxi_tvcap_dma_wait() - wait until memory is left alone after capture was switched off
 * @tvcap: the input
 *
 * Return: 0, -ETIMEDOUT.
 */
int sunxi_tvcap_dma_wait(struct sunxi_tvcap *tvcap)
{
	return sunxi_tvcap_wait(tvcap, tvcap->variant->status_dma_busy, 0, 100,
				SUNXI_TVCAP_DMA_TIMEOUT_US);
}
