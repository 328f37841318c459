// SPDX-License-Identifier: GPL-2.0
/*
 * The attributes of the HDMI input: what they say, whom a change wakes, what
 * the bridge tells of it, and that every promised metric is there.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include <linux/hy300.h>

#include "bridge.h"
#include "device.h"
#include "ktap.h"
#include "tvcap.h"

static const char * const states[HY300_TVCAP_STATES] = {
	[HY300_TVCAP_ENABLED] = "enabled",
	[HY300_TVCAP_HDMI_CONNECTED] = "hdmi_connected",
	[HY300_TVCAP_SIGNAL_DETECTED] = "signal_detected",
	[HY300_TVCAP_RESOLUTION] = "resolution",
	[HY300_TVCAP_FORMAT] = "format",
	[HY300_TVCAP_STREAMING] = "streaming",
	[HY300_TVCAP_ERROR] = "error",
};

static int fds[HY300_TVCAP_STATES];
static char before[HY300_TVCAP_STATES][32];
static char after[HY300_TVCAP_STATES][32];

static void read_state(unsigned int state, char *text, size_t size)
{
	ssize_t len = pread(fds[state], text, size - 1, 0);

	text[len > 0 ? len : 0] = '\0';
}

static void watch_all(void)
{
	unsigned int i;

	for (i = 0; i < HY300_TVCAP_STATES; i++) {
		fds[i] = device_open(states[i], O_RDONLY);
		CHECK(fds[i] >= 0);
		read_state(i, before[i], sizeof(before[i]));
	}
}

static void watch_none(void)
{
	unsigned int i;

	for (i = 0; i < HY300_TVCAP_STATES; i++)
		close(fds[i]);
}

static bool woken(unsigned int state, int milliseconds)
{
	struct pollfd poller = { .fd = fds[state], .events = POLLPRI | POLLERR };

	return poll(&poller, 1, patience(milliseconds)) == 1 && poller.revents & POLLPRI;
}

/* The attributes of the mask wake their pollers and say something new; the others do neither. */
static void check_woken(unsigned int mask)
{
	unsigned int i;

	for (i = 0; i < HY300_TVCAP_STATES; i++) {
		if (!(mask & 1 << i))
			continue;
		if (!woken(i, 3000))
			ktap_fail(__FILE__, __LINE__, "%s does not wake poll()", states[i]);
		read_state(i, after[i], sizeof(after[i]));
		if (!strcmp(after[i], before[i]))
			ktap_fail(__FILE__, __LINE__, "%s wakes and still says %s", states[i],
				  after[i]);
	}
	for (i = 0; i < HY300_TVCAP_STATES; i++) {
		if (!(mask & 1 << i) && woken(i, 20))
			ktap_fail(__FILE__, __LINE__, "%s wakes without a change", states[i]);
	}
}

static void at_rest(void)
{
	char text[32];
	unsigned int i;

	tvcap_reset();
	CHECK_EQ(device_number("enabled"), 1);
	CHECK_EQ(device_number("hdmi_connected"), 1);
	CHECK_EQ(device_number("signal_detected"), 1);
	CHECK_STR(device_read("resolution"), "640x480");
	CHECK_EQ(device_number("streaming"), 0);
	CHECK_STR(device_read("error"), "none");
	CHECK(!strncmp(device_read("video_node"), "video", 5));
	watch_all();
	usleep(300000);
	check_woken(0);
	for (i = 0; i < HY300_TVCAP_STATES; i++)
		read_state(i, text, sizeof(text));
	check_woken(0);
	watch_none();
}

static void directions_of_access(void)
{
	static const char * const read_only[] = {
		"hdmi_connected", "signal_detected", "resolution", "format", "streaming", "error",
		"video_node", "capture_stats", "buffer_status", "signal_detection",
		"frame_metrics", "error_counters",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(read_only); i++)
		CHECK(device_open(read_only[i], O_WRONLY) < 0 && errno == EACCES);
}

static void each_change_wakes_its_readers(void)
{
	struct stream stream;

	tvcap_reset();
	stream_open(&stream, "640x480@60", V4L2_PIX_FMT_YUYV);
	stream_close(&stream);
	watch_all();
	board_set("hdmi_sending", 0);
	check_woken(1 << HY300_TVCAP_SIGNAL_DETECTED | 1 << HY300_TVCAP_RESOLUTION);
	watch_none();

	watch_all();
	board_set("hdmi_sending", 1);
	check_woken(1 << HY300_TVCAP_SIGNAL_DETECTED | 1 << HY300_TVCAP_RESOLUTION);
	watch_none();

	watch_all();
	board_write("hdmi_mode", "1280x720@60");
	check_woken(1 << HY300_TVCAP_RESOLUTION);
	watch_none();

	watch_all();
	board_set("hdmi_plugged", 0);
	check_woken(1 << HY300_TVCAP_HDMI_CONNECTED | 1 << HY300_TVCAP_SIGNAL_DETECTED |
		    1 << HY300_TVCAP_RESOLUTION);
	watch_none();

	watch_all();
	CHECK_EQ(device_write("enabled", "0"), 0);
	check_woken(1 << HY300_TVCAP_ENABLED);
	watch_none();

	tvcap_reset();
	watch_all();
	board_set("hdmi_irqs", 1 << 6);
	check_woken(1 << HY300_TVCAP_ERROR);
	CHECK_STR(after[HY300_TVCAP_ERROR], "hardware\n");
	strcpy(before[HY300_TVCAP_ERROR], after[HY300_TVCAP_ERROR]);
	check_woken(1 << HY300_TVCAP_ERROR);
	watch_none();

	watch_all();
	stream_open(&stream, "640x480@60", V4L2_PIX_FMT_RGB24);
	stream_on(&stream);
	check_woken(1 << HY300_TVCAP_FORMAT | 1 << HY300_TVCAP_STREAMING);
	watch_none();
	watch_all();
	stream_off(&stream);
	check_woken(1 << HY300_TVCAP_STREAMING);
	watch_none();
	stream_close(&stream);
}

static void expect_notify(int fd, unsigned int event, long long value)
{
	static unsigned long long time, sequence;
	struct bridge_message message;
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	if (poll(&poller, 1, patience(3000)) != 1)
		ktap_fail(__FILE__, __LINE__, "nothing tells of %s", states[event]);
	CHECK(bridge_read(fd, &message) > 0);
	CHECK_EQ(message.header.type, DAEDALUS_V4L2_NOTIFY);
	CHECK_EQ(message.notify.subsystem, HY300_SUBSYSTEM_TVCAP);
	CHECK_EQ(message.notify.unit, device_unit);
	CHECK_EQ(message.notify.event, event);
	CHECK_EQ(message.notify.value, value);
	CHECK(message.notify.ktime_ns >= time);
	CHECK(message.notify.sequence > sequence || !sequence);
	time = message.notify.ktime_ns;
	sequence = message.notify.sequence;
}

static void the_bridge_tells_it_in_order(void)
{
	struct bridge_message response;
	struct stream stream;
	struct frame frame;
	int fd;

	tvcap_reset();
	stream_open(&stream, "640x480@60", V4L2_PIX_FMT_YUYV);
	fd = bridge_open(O_RDWR | O_NONBLOCK);
	CHECK(fd >= 0);
	CHECK_EQ(bridge_greet(fd, &response), 0);

	stream_on(&stream);
	expect_notify(fd, HY300_TVCAP_STREAMING, 1);
	CHECK_EQ(stream_take(&stream, &frame, 2000), 0);
	board_set("hdmi_plugged", 0);
	expect_notify(fd, HY300_TVCAP_HDMI_CONNECTED, 0);
	expect_notify(fd, HY300_TVCAP_SIGNAL_DETECTED, 0);
	expect_notify(fd, HY300_TVCAP_RESOLUTION, 0);
	board_set("hdmi_plugged", 1);
	expect_notify(fd, HY300_TVCAP_HDMI_CONNECTED, 1);
	expect_notify(fd, HY300_TVCAP_SIGNAL_DETECTED, 1);
	expect_notify(fd, HY300_TVCAP_RESOLUTION, 480 << 16 | 640);
	CHECK_EQ(device_write("enabled", "0"), 0);
	expect_notify(fd, HY300_TVCAP_ENABLED, 0);
	expect_notify(fd, HY300_TVCAP_STREAMING, 0);
	expect_notify(fd, HY300_TVCAP_HDMI_CONNECTED, 0);
	stream_off(&stream);
	bridge_close();
	stream_close(&stream);
}

static void every_promised_metric(void)
{
	static const char * const promised[][2] = {
		{ "capture_stats", "hy300_tvcap_frames_captured_total" },
		{ "capture_stats", "hy300_tvcap_frames_dropped_total" },
		{ "capture_stats", "hy300_tvcap_bytes_captured_total" },
		{ "capture_stats", "hy300_tvcap_capture_errors_total" },
		{ "capture_stats", "hy300_tvcap_streaming" },
		{ "buffer_status", "hy300_tvcap_buffers_allocated_total" },
		{ "buffer_status", "hy300_tvcap_buffer_queue_depth" },
		{ "buffer_status", "hy300_tvcap_buffer_usage_ratio" },
		{ "signal_detection", "hy300_tvcap_signal_detected" },
		{ "signal_detection", "hy300_tvcap_hdmi_connected" },
		{ "signal_detection", "hy300_tvcap_signal_changes_total" },
		{ "signal_detection", "hy300_tvcap_hotplug_events_total" },
		{ "signal_detection", "hy300_tvcap_format_changes_total" },
		{ "error_counters", "hy300_tvcap_errors_total{type=\"fifo\"}" },
		{ "error_counters", "hy300_tvcap_interrupts_total" },
		{ "error_counters", "hy300_tvcap_error{error=\"none\"}" },
		{ "error_counters",
		  "hy300_tvcap_register{block=\"tvtop\",register=\"status\"}" },
		{ "error_counters",
		  "hy300_tvcap_register{block=\"tvcap\",register=\"control\"}" },
		{ "frame_metrics", "hy300_tvcap_width_pixels" },
		{ "frame_metrics", "hy300_tvcap_height_pixels" },
		{ "frame_metrics", "hy300_tvcap_frame_interval_seconds" },
	};
	unsigned int i;

	tvcap_reset();
	for (i = 0; i < ARRAY_SIZE(promised); i++)
		device_metric(promised[i][0], promised[i][1]);
}

static void metrics_are_the_truth(void)
{
	double bytes, buffers, changes;
	struct stream stream;
	struct frame frame;
	long captured;

	tvcap_reset();
	CHECK_EQ(device_metric("frame_metrics", "hy300_tvcap_width_pixels"), 640);
	CHECK_EQ(device_metric("frame_metrics", "hy300_tvcap_height_pixels"), 480);
	CHECK(device_metric("frame_metrics", "hy300_tvcap_frame_interval_seconds") > 0.0166);
	CHECK(device_metric("frame_metrics", "hy300_tvcap_frame_interval_seconds") < 0.0167);
	changes = device_metric("signal_detection", "hy300_tvcap_signal_changes_total");
	buffers = device_metric("buffer_status", "hy300_tvcap_buffers_allocated_total");
	stream_open(&stream, "640x480@60", V4L2_PIX_FMT_YUV420);
	CHECK_EQ(device_metric("buffer_status", "hy300_tvcap_buffers_allocated_total"),
		 buffers + TVCAP_BUFFERS);
	bytes = device_metric("capture_stats", "hy300_tvcap_bytes_captured_total");
	captured = tvcap_captured();
	board_set("hdmi_plugged", 0);
	CHECK(tvcap_says("signal_detected", "0"));
	stream_on(&stream);
	CHECK_EQ(device_metric("capture_stats", "hy300_tvcap_streaming"), 1);
	CHECK_EQ(device_metric("buffer_status", "hy300_tvcap_buffer_queue_depth"), TVCAP_BUFFERS);
	CHECK(device_metric("buffer_status", "hy300_tvcap_buffer_usage_ratio") == 1);
	board_set("hdmi_plugged", 1);
	CHECK_EQ(stream_take(&stream, &frame, 2000), 0);
	stream_off(&stream);
	stream_close(&stream);
	captured = tvcap_captured() - captured;
	CHECK(captured > 0);
	CHECK_EQ(device_metric("capture_stats", "hy300_tvcap_bytes_captured_total") - bytes,
		 captured * 640 * 480 * 3 / 2);
	CHECK(device_metric("buffer_status", "hy300_tvcap_buffer_usage_ratio") == 0);

	board_set("hdmi_plugged", 0);
	CHECK(tvcap_says("signal_detected", "0"));
	CHECK_EQ(device_metric("signal_detection", "hy300_tvcap_signal_changes_total"),
		 changes + 3);
	CHECK_EQ(device_metric("signal_detection", "hy300_tvcap_hdmi_connected"), 0);
	CHECK(device_metric("frame_metrics", "hy300_tvcap_frame_interval_seconds") == 0);
}

static const struct ktap_test tests[] = {
	{ "at rest", at_rest },
	{ "directions of access", directions_of_access },
	{ "each change wakes its readers", each_change_wakes_its_readers },
	{ "the bridge tells it in order", the_bridge_tells_it_in_order },
	{ "every promised metric", every_promised_metric },
	{ "metrics are the truth", metrics_are_the_truth },
};

int main(int argc, char **argv)
{
	device_init(argc, argv);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
