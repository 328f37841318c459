/* SPDX-License-Identifier: GPL-2.0 */
/*
 * HDMI input of Allwinner's H713: state shared by the driver's files.
 */
#ifndef _SUNXI_TVCAP_H
#define _SUNXI_TVCAP_H

#include <linux/clk.h>
#include <linux/hy300.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pm.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <media/v4l2-ctrls.h>
#include <media/v4l2-dev.h>
#include <media/v4l2-device.h>
#include <media/videobuf2-v4l2.h>

struct regmap;
struct reset_control;

#define SUNXI_TVCAP_MIN_WIDTH		320
#define SUNXI_TVCAP_MIN_HEIGHT		240
#define SUNXI_TVCAP_MAX_WIDTH		1920
#define SUNXI_TVCAP_MAX_HEIGHT		1080

#define SUNXI_TVCAP_MIN_BUFFERS		2
#define SUNXI_TVCAP_DEFAULT_BUFFERS	4
#define SUNXI_TVCAP_MAX_BUFFERS		8

#define SUNXI_TVCAP_CLOCKS		4
#define SUNXI_TVCAP_RESETS		2

/* Indices into sunxi_tvcap_formats[] and the codes of a variant */
enum sunxi_tvcap_format_index {
	SUNXI_TVCAP_YUYV,
	SUNXI_TVCAP_YUV420,
	SUNXI_TVCAP_RGB24,
	SUNXI_TVCAP_RGB32,
	SUNXI_TVCAP_FORMATS
};

/**
 * struct sunxi_tvcap_format - a pixel format
 * @fourcc: V4L2's name of it
 * @bytes_per_pixel: of the first plane, which bytesperline counts
 * @bits_per_pixel: of all planes
 * @rgb: colours are RGB, not YCbCr
 */
struct sunxi_tvcap_format {
	u32 fourcc;
	u8 bytes_per_pixel;
	u8 bits_per_pixel;
	bool rgb;
};

/**
 * struct sunxi_tvcap_variant - where a chip's registers are and what their bits mean
 * @identity: how both blocks are known where they are not those of a virtual board
 * @ctrl: control, in tvtop like all up to @version
 * @status: status
 * @irq_enable: interrupts that are latched
 * @irq_status: latched interrupts, write 1 to clear
 * @format: code of the pixel format
 * @resolution: measured size of the picture, height << 16 | width
 * @irq_mask: latched interrupts that do not raise the line
 * @dma_ctrl: bit @dma_start makes the next frame go to memory
 * @dma_addr: bus address of the buffer, 32 bits
 * @dma_size: bytes that may be written
 * @capture_size: size of the captured picture, height << 16 | width
 * @hdmi_ctrl: control of the receiver
 * @version: version of the block
 * @path_ctrl: control of the data path, in tvcap like all up to @rate
 * @path_status: status of the data path
 * @frames: frames since capture was switched on
 * @rate: measured refresh rate in mHz
 * @ctrl_enable: bits of @ctrl
 * @ctrl_capture: frames are captured, and counted
 * @ctrl_hdmi: the input is HDMI
 * @ctrl_dma: DMA may be used
 * @ctrl_auto_format: the size of the picture is measured
 * @ctrl_reset: resets everything while it is set
 * @status_connected: bits of @status: a source is plugged in
 * @status_signal: it sends
 * @status_locked: its format is known
 * @status_dma_busy: a buffer waits for its frame or is being filled
 * @status_ready: out of reset
 * @irq_frame: bits of the interrupt registers: a frame has ended
 * @irq_input: the signal came or went
 * @irq_format: the size of the picture changed
 * @irq_hotplug: a source was plugged in or unplugged
 * @errors: interrupts that tell an error
 * @dma_start: bit of @dma_ctrl
 * @path_enable: bit of @path_ctrl
 * @hdmi_hotplug: bit of @hdmi_ctrl: tell the source that there is a sink
 * @codes: codes of the pixel formats
 * @reset_us: length of the reset pulse
 * @settle_us: rest that the blocks need after it
 *
 * None of it was measured on a device, see docs/hardware.md.
 */
struct sunxi_tvcap_variant {
	struct hy300_identity identity;
	u16 ctrl;
	u16 status;
	u16 irq_enable;
	u16 irq_status;
	u16 format;
	u16 resolution;
	u16 irq_mask;
	u16 dma_ctrl;
	u16 dma_addr;
	u16 dma_size;
	u16 capture_size;
	u16 hdmi_ctrl;
	u16 version;
	u16 path_ctrl;
	u16 path_status;
	u16 frames;
	u16 rate;
	u32 ctrl_enable;
	u32 ctrl_capture;
	u32 ctrl_hdmi;
	u32 ctrl_dma;
	u32 ctrl_auto_format;
	u32 ctrl_reset;
	u32 status_connected;
	u32 status_signal;
	u32 status_locked;
	u32 status_dma_busy;
	u32 status_ready;
	u32 irq_frame;
	u32 irq_input;
	u32 irq_format;
	u32 irq_hotplug;
	u32 errors[HY300_TVCAP_ERRORS];
	u32 dma_start;
	u32 path_enable;
	u32 hdmi_hotplug;
	u32 codes[SUNXI_TVCAP_FORMATS];
	unsigned int reset_us;
	unsigned int settle_us;
};

/**
 * struct sunxi_tvcap_input - what comes in
 * @connected: a source is plugged in
 * @locked: it sends a picture whose size is known
 * @width: pixels of a line
 * @height: lines
 * @rate: refresh rate in mHz
 */
struct sunxi_tvcap_input {
	bool connected;
	bool locked;
	u32 width;
	u32 height;
	u32 rate;
};

/**
 * struct sunxi_tvcap_debounce - a reading that is not yet believed
 * @candidate: the reading
 * @count: how often it came in a row
 */
struct sunxi_tvcap_debounce {
	u64 candidate;
	unsigned int count;
};

/**
 * struct sunxi_tvcap_counters - what has happened since the driver was bound
 * @captured: frames handed to user space
 * @dropped: frames that were not
 * @bytes: bytes of @captured
 * @capture_errors: buffers given back with an error because their frame failed
 * @buffers: buffers allocated
 * @signal_changes: times the signal came or went
 * @hotplug_events: times a source was plugged in or unplugged
 * @format_changes: changes of the input's size or rate
 * @interrupts: interrupts handled
 * @errors: errors by kind
 */
struct sunxi_tvcap_counters {
	u64 captured;
	u64 dropped;
	u64 bytes;
	u64 capture_errors;
	u64 buffers;
	u64 signal_changes;
	u64 hotplug_events;
	u64 format_changes;
	u64 interrupts;
	u64 errors[HY300_TVCAP_ERRORS];
};

/**
 * struct sunxi_tvcap_buffer - a buffer of the queue
 * @vb: videobuf2's part
 * @node: its place among those that wait for a frame
 */
struct sunxi_tvcap_buffer {
	struct vb2_v4l2_buffer vb;
	struct list_head node;
};

/**
 * struct sunxi_tvcap - one HDMI input
 * @dev: the platform device
 * @variant: the chip's registers
 * @tvtop: registers of the receiver's control
 * @path: registers of the data path (tvcap)
 * @clocks: its clocks, NULL for those that are not described
 * @resets: its resets, likewise
 * @sample_ms: time between two samples of the input
 * @debounce_samples: equal readings that make a change
 * @sub: place in /sys/class/hy300
 * @v4l2_dev: counts the references that keep this structure, open files among them
 * @vdev: the video node
 * @ctrls: its controls
 * @power_present: V4L2_CID_DV_RX_POWER_PRESENT
 * @queue: its buffers
 * @sample: looks at the input
 * @lock: serialises ioctls, the queue and changes of @enabled
 * @timings: negotiated timings; protected by @lock, constant while buffers exist
 * @format: negotiated pixel format; as @timings
 * @supplied: the clocks run
 * @reset_ended: resets that held it until @supplied
 * @slock: protects everything below, and the registers that capture uses
 * @enabled: the input is on
 * @closing: the device is going
 * @asleep: the machine sleeps
 * @powered: the registers can be used, and interrupts are expected
 * @streaming: user space wants frames
 * @running: the hardware captures
 * @input: what comes in, debounced
 * @see_connected: debounces @input.connected
 * @see_locked: debounces @input.locked
 * @see_mode: debounces the rest of @input
 * @waiting: buffers that wait for a frame
 * @active: the buffer that the next frame goes to
 * @nr_waiting: how many wait, @active included
 * @nr_buffers: how many exist
 * @sequence: frames since user space switched streaming on
 * @hardware_frames: frames register as last read
 * @run_time: when capture was switched on
 * @frame_time: when the last frame ended since then, 0 when none did
 * @frame_interval: time between the last two, 0 when unknown
 * @error: the last error, for a second
 * @error_time: when it happened
 * @count: counters
 * @notified: states as their readers were told them last
 */
struct sunxi_tvcap {
	struct device *dev;
	const struct sunxi_tvcap_variant *variant;
	struct regmap *tvtop;
	struct regmap *path;
	struct clk_bulk_data clocks[SUNXI_TVCAP_CLOCKS];
	struct reset_control *resets[SUNXI_TVCAP_RESETS];
	u32 sample_ms;
	u32 debounce_samples;

	struct hy300_subsystem sub;
	struct v4l2_device v4l2_dev;
	struct video_device vdev;
	struct v4l2_ctrl_handler ctrls;
	struct v4l2_ctrl *power_present;
	struct vb2_queue queue;
	struct delayed_work sample;

	struct mutex lock;	/* ioctls, the queue, changes of enabled */
	struct v4l2_dv_timings timings;
	enum sunxi_tvcap_format_index format;
	bool supplied;
	bool reset_ended[SUNXI_TVCAP_RESETS];

	spinlock_t slock;	/* all below, and the registers that capture uses */
	bool enabled;
	bool closing;
	bool asleep;
	bool powered;
	bool streaming;
	bool running;
	struct sunxi_tvcap_input input;
	struct sunxi_tvcap_debounce see_connected;
	struct sunxi_tvcap_debounce see_locked;
	struct sunxi_tvcap_debounce see_mode;
	struct list_head waiting;
	struct sunxi_tvcap_buffer *active;
	unsigned int nr_waiting;
	unsigned int nr_buffers;
	u32 sequence;
	u32 hardware_frames;
	u64 run_time;
	u64 frame_time;
	u64 frame_interval;
	enum hy300_tvcap_error error;
	u64 error_time;
	struct sunxi_tvcap_counters count;
	s64 notified[HY300_TVCAP_STATES];
};

/**
 * sunxi_tvcap_looks() - whether the input is looked at, again and again
 * @tvcap: the input, @slock held
 */
static inline bool sunxi_tvcap_looks(const struct sunxi_tvcap *tvcap)
{
	return tvcap->enabled && !tvcap->closing && !tvcap->asleep;
}

extern const struct sunxi_tvcap_format sunxi_tvcap_formats[SUNXI_TVCAP_FORMATS];
extern const char * const sunxi_tvcap_format_words[SUNXI_TVCAP_FORMATS];
extern const char * const sunxi_tvcap_error_words[HY300_TVCAP_ERRORS];

/* sunxi-tvcap-hw.c */
extern const struct sunxi_tvcap_variant sunxi_tvcap_h713;
extern const struct sunxi_tvcap_variant sunxi_tvcap_test;
u32 sunxi_tvcap_read(struct sunxi_tvcap *tvcap, u16 reg);
u32 sunxi_tvcap_read_path(struct sunxi_tvcap *tvcap, u16 reg);
int sunxi_tvcap_reset(struct sunxi_tvcap *tvcap);
void sunxi_tvcap_power(struct sunxi_tvcap *tvcap, bool on);
void sunxi_tvcap_read_input(struct sunxi_tvcap *tvcap, struct sunxi_tvcap_input *input);
void sunxi_tvcap_capture_on(struct sunxi_tvcap *tvcap);
void sunxi_tvcap_capture_off(struct sunxi_tvcap *tvcap);
void sunxi_tvcap_dma(struct sunxi_tvcap *tvcap, dma_addr_t addr, u32 size);
u32 sunxi_tvcap_interrupts(struct sunxi_tvcap *tvcap);
bool sunxi_tvcap_dma_busy(struct sunxi_tvcap *tvcap);
int sunxi_tvcap_dma_wait(struct sunxi_tvcap *tvcap);

/* sunxi-tvcap-capture.c */
u32 sunxi_tvcap_image_bytes(const struct sunxi_tvcap *tvcap);
void sunxi_tvcap_update_capture(struct sunxi_tvcap *tvcap);
void sunxi_tvcap_collect(struct sunxi_tvcap *tvcap, bool failed);
void sunxi_tvcap_watch_frames(struct sunxi_tvcap *tvcap);
void sunxi_tvcap_add_buffer(struct sunxi_tvcap *tvcap, struct sunxi_tvcap_buffer *buffer);
void sunxi_tvcap_return_buffers(struct sunxi_tvcap *tvcap, enum vb2_buffer_state state);
void sunxi_tvcap_end_dma(struct sunxi_tvcap *tvcap);
void sunxi_tvcap_end_stream(struct sunxi_tvcap *tvcap);

/* sunxi-tvcap-queue.c */
int sunxi_tvcap_init_queue(struct sunxi_tvcap *tvcap);

/* sunxi-tvcap-detect.c */
void sunxi_tvcap_sample(struct work_struct *work);
void sunxi_tvcap_tell(struct sunxi_tvcap *tvcap, bool connected);

/* sunxi-tvcap-logic.c */
extern const struct v4l2_dv_timings_cap sunxi_tvcap_timings_cap;
int sunxi_tvcap_find_timings(const struct sunxi_tvcap_input *input,
			     struct v4l2_dv_timings *timings);
bool sunxi_tvcap_take(struct sunxi_tvcap *tvcap, const struct sunxi_tvcap_input *now);

/* sunxi-tvcap-state.c */
void sunxi_tvcap_publish(struct sunxi_tvcap *tvcap);
void sunxi_tvcap_fail(struct sunxi_tvcap *tvcap, enum hy300_tvcap_error error);

/* sunxi-tvcap-power.c */
extern const struct dev_pm_ops sunxi_tvcap_pm;
int sunxi_tvcap_get_supplies(struct sunxi_tvcap *tvcap);
int sunxi_tvcap_supply(struct sunxi_tvcap *tvcap);
void sunxi_tvcap_unsupply(struct sunxi_tvcap *tvcap);
int sunxi_tvcap_enable(struct sunxi_tvcap *tvcap, bool enabled);
void sunxi_tvcap_close(struct sunxi_tvcap *tvcap);

/* sunxi-tvcap-video.c */
int sunxi_tvcap_init_video(struct sunxi_tvcap *tvcap);
int sunxi_tvcap_register_video(struct sunxi_tvcap *tvcap);

/* sunxi-tvcap-metrics.c */
extern const struct attribute_group sunxi_tvcap_metrics;

/* sunxi-tvcap-sysfs.c */
void sunxi_tvcap_register_class(struct sunxi_tvcap *tvcap);

#endif /* _SUNXI_TVCAP_H */
