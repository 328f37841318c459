// SPDX-License-Identifier: GPL-2.0
/*
 * What goes wrong with the HDMI input: errors of the hardware, frames that do
 * not come, DMA that does not end, and an input that is switched off.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "device.h"
#include "ktap.h"
#include "tvcap.h"

static const struct {
	const char *type;
	long irq;
} errors[] = {
	{ "overflow", 1 << 3 }, { "underflow", 1 << 4 }, { "hardware", 1 << 6 },
	{ "dma", 1 << 7 }, { "fifo", 1 << 8 }, { "timeout", 1 << 9 },
};

static void each_error_is_counted_and_shown(void)
{
	unsigned int i, other;

	tvcap_reset();
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		long before[ARRAY_SIZE(errors)];
		char series[64];

		for (other = 0; other < ARRAY_SIZE(errors); other++)
			before[other] = tvcap_errors(errors[other].type);
		board_set("hdmi_irqs", errors[i].irq);
		CHECK(tvcap_says("error", errors[i].type));
		snprintf(series, sizeof(series), "hy300_tvcap_error{error=\"%s\"}",
			 errors[i].type);
		CHECK_EQ(device_metric("error_counters", series), 1);
		CHECK_EQ(device_metric("error_counters", "hy300_tvcap_error{error=\"none\"}"), 0);
		for (other = 0; other < ARRAY_SIZE(errors); other++)
			CHECK_EQ(tvcap_errors(errors[other].type),
				 before[other] + (other == i));
	}
	/* It is over a second after the last. */
	CHECK(tvcap_says("error", "none"));
}

static void frames_that_fail(void)
{
	unsigned int failed = 0, i;
	struct stream stream;
	struct frame frame;
	unsigned long fifo;
	long given_back;

	tvcap_reset();
	tvcap_count();
	fifo = tvcap_errors("fifo");
	given_back = device_metric("capture_stats", "hy300_tvcap_capture_errors_total");
	stream_open(&stream, "640x480@60", V4L2_PIX_FMT_YUYV);
	stream_on(&stream);
	CHECK_EQ(stream_take(&stream, &frame, 2000), 0);
	stream_queue(&stream, frame.index);
	board_set("hdmi_fail_irqs", 1 << 8);
	board_set("hdmi_fail_frames", 10);
	for (i = 0; i < 30; i++) {
		CHECK_EQ(stream_take(&stream, &frame, 2000), 0);
		failed += frame.failed;
		stream_queue(&stream, frame.index);
	}
	/* A processor that is late finds two failures in one interrupt, or had no buffer ready. */
	CHECK(failed > 0 && failed <= 10);
	fifo = tvcap_errors("fifo") - fifo;
	CHECK(fifo >= failed && fifo <= 10);
	CHECK_EQ(device_metric("capture_stats", "hy300_tvcap_capture_errors_total") - given_back,
		 failed);
	stream_off(&stream);
	stream_close(&stream);
	CHECK(tvcap_adds_up());
}

static void a_capture_that_hangs_is_restarted(void)
{
	struct stream stream;
	struct frame frame;
	long timeouts;

	tvcap_reset();
	tvcap_count();
	stream_open(&stream, "640x480@60", V4L2_PIX_FMT_YUYV);
	stream_on(&stream);
	CHECK_EQ(stream_take(&stream, &frame, 2000), 0);
	timeouts = tvcap_errors("timeout");
	board_set("hdmi_hold_frames", 1);
	CHECK(tvcap_says("error", "timeout"));
	CHECK_EQ(tvcap_errors("timeout"), timeouts + 1);
	/* What was captured before; while frames are held back no others come. */
	while (!stream_take(&stream, &frame, 50))
		stream_queue(&stream, frame.index);
	board_set("hdmi_hold_frames", 0);
	CHECK_EQ(stream_take(&stream, &frame, 3000), 0);
	stream_off(&stream);
	stream_close(&stream);
	CHECK(tvcap_adds_up());
}

static void dma_that_does_not_end(void)
{
	long long end = now_ms() + patience(5000);
	struct stream stream;
	struct frame frame;
	long timeouts, frames;

	tvcap_reset();
	timeouts = tvcap_errors("timeout");
	stream_open(&stream, "640x480@60", V4L2_PIX_FMT_YUYV);
	stream_on(&stream);
	CHECK_EQ(stream_take(&stream, &frame, 2000), 0);
	board_set("hdmi_stuck_dma", 1);
	/* Of the first frame since then the board may have begun before. */
	frames = board_number("hdmi_frames");
	while (board_number("hdmi_frames") < frames + 3 && now_ms() < end)
		usleep(1000);
	stream_off(&stream);
	CHECK_EQ(tvcap_errors("timeout"), timeouts + 1);
	CHECK_EQ(device_metric("buffer_status", "hy300_tvcap_buffer_queue_depth"), 0);
	board_set("hdmi_stuck_dma", 0);
	stream_close(&stream);

	/* The reset brought it back. */
	CHECK(tvcap_says("resolution", "640x480"));
	tvcap_count();
	stream_open(&stream, "640x480@60", V4L2_PIX_FMT_YUYV);
	stream_on(&stream);
	CHECK_EQ(stream_take(&stream, &frame, 2000), 0);
	CHECK(picture_is_right(&stream, stream.memory[frame.index], frame.number));
	stream_off(&stream);
	stream_close(&stream);
	CHECK(tvcap_adds_up());
}

static void frames_without_their_interrupt(void)
{
	struct stream stream;
	struct frame frame;
	long timeouts;
	int i;

	tvcap_reset();
	tvcap_count();
	timeouts = tvcap_errors("timeout");
	board_set("hdmi_dead_irqs", 0x3ff);
	stream_open(&stream, "640x480@60", V4L2_PIX_FMT_YUYV);
	stream_on(&stream);
	for (i = 0; i < 5; i++) {
		CHECK_EQ(stream_take(&stream, &frame, 2000), 0);
		CHECK(picture_is_right(&stream, stream.memory[frame.index], frame.number));
		stream_queue(&stream, frame.index);
	}
	stream_off(&stream);
	stream_close(&stream);
	CHECK(tvcap_adds_up());
	CHECK_EQ(tvcap_errors("timeout"), timeouts);
}

static void switched_off(void)
{
	tvcap_reset();
	CHECK_EQ(board_number("hdmi_hotplug"), 1);
	CHECK_EQ(device_write("enabled", "off"), 0);
	CHECK_EQ(device_number("enabled"), 0);
	CHECK_EQ(board_number("hdmi_hotplug"), 0);
	CHECK_EQ(device_number("hdmi_connected"), 0);
	CHECK_EQ(device_number("signal_detected"), 0);
	CHECK_STR(device_read("resolution"), "0x0");
	/* Nobody looks any more. */
	board_set("hdmi_plugged", 0);
	board_set("hdmi_plugged", 1);
	usleep(300000);
	CHECK_EQ(device_number("hdmi_connected"), 0);
	CHECK_EQ(device_write("enabled", "maybe"), -EINVAL);
	CHECK_EQ(device_write("enabled", "1"), 0);
	CHECK_EQ(board_number("hdmi_hotplug"), 1);
	CHECK(tvcap_says("resolution", "640x480"));
}

static void switched_off_while_streaming(void)
{
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	struct v4l2_buffer buffer = { .type = type, .memory = V4L2_MEMORY_MMAP };
	struct stream stream;
	struct frame frame;

	tvcap_reset();
	tvcap_count();
	stream_open(&stream, "640x480@60", V4L2_PIX_FMT_YUYV);
	stream_on(&stream);
	CHECK_EQ(stream_take(&stream, &frame, 2000), 0);
	CHECK_EQ(device_write("enabled", "0"), 0);
	CHECK_EQ(device_number("streaming"), 0);
	CHECK_EQ(device_metric("buffer_status", "hy300_tvcap_buffer_queue_depth"), 0);
	/* The stream is over until it is begun again, which an input that is off refuses. */
	CHECK_EQ(stream_take(&stream, &frame, 2000), -EIO);
	buffer.index = 0;
	CHECK(ioctl(stream.fd, VIDIOC_QBUF, &buffer) && errno == EIO);
	stream_off(&stream);
	stream_queue(&stream, 0);
	stream_queue(&stream, 1);
	CHECK(ioctl(stream.fd, VIDIOC_STREAMON, &type) && errno == ENOLINK);

	CHECK_EQ(device_write("enabled", "1"), 0);
	stream_on(&stream);
	CHECK_EQ(stream_take(&stream, &frame, 3000), 0);
	CHECK(picture_is_right(&stream, stream.memory[frame.index], frame.number));
	stream_off(&stream);
	stream_close(&stream);
	CHECK(tvcap_adds_up());
}

static const struct ktap_test tests[] = {
	{ "each error is counted and shown", each_error_is_counted_and_shown },
	{ "frames that fail", frames_that_fail },
	{ "a capture that hangs is restarted", a_capture_that_hangs_is_restarted },
	{ "DMA that does not end", dma_that_does_not_end },
	{ "frames without their interrupt", frames_without_their_interrupt },
	{ "switched off", switched_off },
	{ "switched off while streaming", switched_off_while_streaming },
};

int main(int argc, char **argv)
{
	device_init(argc, argv);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
