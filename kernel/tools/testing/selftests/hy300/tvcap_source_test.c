// SPDX-License-Identifier: GPL-2.0
/*
 * The source of the HDMI input: plugged, unplugged, without a signal, with
 * another mode, with a lock bit that flickers, at rest and in mid-stream.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "device.h"
#include "ktap.h"
#include "tvcap.h"

static int query(int fd, struct v4l2_dv_timings *timings)
{
	memset(timings, 0, sizeof(*timings));
	return ioctl(fd, VIDIOC_QUERY_DV_TIMINGS, timings) ? -errno : 0;
}

static unsigned int input_status(int fd)
{
	struct v4l2_input input = { };

	CHECK(!ioctl(fd, VIDIOC_ENUMINPUT, &input));
	return input.status;
}

static void what_a_query_says(void)
{
	struct v4l2_dv_timings timings;
	int fd;

	tvcap_reset();
	fd = tvcap_open(O_RDWR);
	CHECK(fd >= 0);
	CHECK_EQ(query(fd, &timings), 0);
	CHECK_EQ(timings.bt.width, 640);
	CHECK_EQ(timings.bt.height, 480);
	CHECK(timings.bt.standards & V4L2_DV_BT_STD_CEA861);
	CHECK_EQ(input_status(fd), 0);

	board_set("hdmi_sending", 0);
	CHECK(tvcap_says("signal_detected", "0"));
	CHECK_EQ(query(fd, &timings), -ENOLCK);
	CHECK_EQ(input_status(fd), V4L2_IN_ST_NO_SYNC);

	board_set("hdmi_plugged", 0);
	CHECK(tvcap_says("hdmi_connected", "0"));
	CHECK_EQ(query(fd, &timings), -ENOLINK);
	CHECK_EQ(input_status(fd), V4L2_IN_ST_NO_SIGNAL);

	CHECK_EQ(device_write("enabled", "0"), 0);
	CHECK_EQ(query(fd, &timings), -ENOLINK);
	CHECK_EQ(input_status(fd), V4L2_IN_ST_NO_POWER);

	tvcap_reset();
	board_write("hdmi_mode", "3840x2160@30");
	CHECK(tvcap_says("resolution", "3840x2160"));
	CHECK_EQ(query(fd, &timings), -ERANGE);
	board_write("hdmi_mode", "160x120@60");
	CHECK(tvcap_says("resolution", "160x120"));
	CHECK_EQ(query(fd, &timings), -ERANGE);
	/* A mode of no standard has timings without blanking. */
	board_write("hdmi_mode", "1000x500@50");
	CHECK(tvcap_says("resolution", "1000x500"));
	CHECK_EQ(query(fd, &timings), 0);
	CHECK_EQ(timings.bt.pixelclock, 1000 * 500 * 50);
	CHECK_EQ(timings.bt.standards, 0);
	close(fd);
}

static void timings_are_negotiated(void)
{
	struct v4l2_dv_timings timings, wrong;
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct stream stream;
	int fd;

	tvcap_reset();
	fd = tvcap_open(O_RDWR);
	CHECK(fd >= 0);
	tvcap_negotiate(fd, "1280x720@60");
	/* The source changes; what was negotiated does not. */
	board_write("hdmi_mode", "1920x1080@60");
	CHECK(tvcap_says("resolution", "1920x1080"));
	CHECK(!ioctl(fd, VIDIOC_G_DV_TIMINGS, &timings));
	CHECK_EQ(timings.bt.width, 1280);
	CHECK(!ioctl(fd, VIDIOC_G_FMT, &format));
	CHECK_EQ(format.fmt.pix.width, 1280);
	wrong = timings;
	wrong.bt.width = 4096;
	CHECK(ioctl(fd, VIDIOC_S_DV_TIMINGS, &wrong) && errno == ERANGE);
	close(fd);

	/* Buffers hold on to the size. */
	stream_open(&stream, "640x480@60", V4L2_PIX_FMT_YUYV);
	CHECK(ioctl(stream.fd, VIDIOC_S_DV_TIMINGS, &timings) && errno == EBUSY);
	CHECK(!ioctl(stream.fd, VIDIOC_G_DV_TIMINGS, &timings));
	CHECK(!ioctl(stream.fd, VIDIOC_S_DV_TIMINGS, &timings));
	stream_close(&stream);
}

static double changes(const char *attribute)
{
	char series[96];

	snprintf(series, sizeof(series), "hy300_tvcap_state_changes_total{attribute=\"%s\"}",
		 attribute);
	return device_metric("capture_stats", series);
}

static void a_flickering_lock_is_no_change(void)
{
	double signal, resolution;

	tvcap_reset();
	signal = changes("signal_detected");
	resolution = changes("resolution");
	board_set("hdmi_flicker", 2);
	usleep(700000);
	CHECK_EQ(device_number("signal_detected"), 1);
	CHECK_EQ(changes("signal_detected"), signal);
	CHECK_EQ(changes("resolution"), resolution);
	/* It does not keep a signal from being found, either. */
	board_set("hdmi_plugged", 0);
	CHECK(tvcap_says("signal_detected", "0"));
	board_set("hdmi_plugged", 1);
	CHECK(tvcap_says("signal_detected", "1"));
	board_set("hdmi_flicker", 0);
}

/* Three samples, 10 ms apart when one differs, make a change: this long, in milliseconds. */
#define BELIEVED	20

/* Returns how often the plug was in or out for so long that it was no bouncing. */
static int bounce(void)
{
	long long began = now_ms(), now;
	int i, long_ones = 0;

	for (i = 0; i < 50; i++) {
		board_set("hdmi_plugged", i % 2);
		usleep(500);
		now = now_ms();
		long_ones += now - began >= BELIEVED;
		began = now;
	}
	board_set("hdmi_plugged", 0);
	return long_ones;
}

static void a_bouncing_plug_is_one_change(void)
{
	double events;
	int long_ones;

	tvcap_reset();
	events = device_metric("signal_detection", "hy300_tvcap_hotplug_events_total");
	long_ones = bounce();
	CHECK(tvcap_says("hdmi_connected", "0"));
	events = device_metric("signal_detection", "hy300_tvcap_hotplug_events_total") - events;
	/* A busy machine makes changes out of some of them, and may see another one late. */
	printf("# %d of 50 were long, %.0f changes\n", long_ones, events);
	CHECK(events <= 5 + 2 * long_ones);
}

static void without_any_interrupt(void)
{
	double interrupts;

	tvcap_reset();
	board_set("hdmi_dead_irqs", 0x3ff);
	interrupts = device_metric("error_counters", "hy300_tvcap_interrupts_total");
	board_set("hdmi_plugged", 0);
	CHECK(tvcap_says("hdmi_connected", "0"));
	board_set("hdmi_plugged", 1);
	CHECK(tvcap_says("resolution", "640x480"));
	CHECK_EQ(device_metric("error_counters", "hy300_tvcap_interrupts_total"), interrupts);
}

static void with_a_hotplug_interrupt_that_works(void)
{
	double interrupts, events;

	tvcap_reset();
	board_set("hdmi_dead_irqs", 0);
	interrupts = device_metric("error_counters", "hy300_tvcap_interrupts_total");
	events = device_metric("signal_detection", "hy300_tvcap_hotplug_events_total");
	board_set("hdmi_plugged", 0);
	CHECK(device_metric("error_counters", "hy300_tvcap_interrupts_total") > interrupts);
	CHECK(tvcap_says("hdmi_connected", "0"));
	CHECK_EQ(device_metric("signal_detection", "hy300_tvcap_hotplug_events_total"), events + 1);
}

static bool next_event(int fd, struct v4l2_event *event, int milliseconds)
{
	struct pollfd poller = { .fd = fd, .events = POLLPRI };

	return poll(&poller, 1, patience(milliseconds)) == 1 && !ioctl(fd, VIDIOC_DQEVENT, event);
}

static void events_tell_of_the_source(void)
{
	struct v4l2_event_subscription source = { .type = V4L2_EVENT_SOURCE_CHANGE };
	struct v4l2_event_subscription power = {
		.type = V4L2_EVENT_CTRL,
		.id = V4L2_CID_DV_RX_POWER_PRESENT,
	};
	bool told_source = false, told_power = false;
	struct v4l2_control control = { .id = V4L2_CID_DV_RX_POWER_PRESENT };
	struct v4l2_event event;
	int fd;

	tvcap_reset();
	fd = tvcap_open(O_RDWR | O_NONBLOCK);
	CHECK(fd >= 0);
	CHECK(!ioctl(fd, VIDIOC_G_CTRL, &control));
	CHECK_EQ(control.value, 1);
	CHECK(!ioctl(fd, VIDIOC_SUBSCRIBE_EVENT, &source));
	CHECK(!ioctl(fd, VIDIOC_SUBSCRIBE_EVENT, &power));
	CHECK(!next_event(fd, &event, 100));

	board_set("hdmi_plugged", 0);
	while (!(told_source && told_power) && next_event(fd, &event, 2000)) {
		if (event.type == V4L2_EVENT_SOURCE_CHANGE)
			told_source = event.u.src_change.changes & V4L2_EVENT_SRC_CH_RESOLUTION;
		else
			told_power = event.u.ctrl.value == 0;
	}
	CHECK(told_source && told_power);

	board_set("hdmi_plugged", 1);
	CHECK(next_event(fd, &event, 2000));
	CHECK(tvcap_says("resolution", "640x480"));
	while (next_event(fd, &event, 300))
		;
	board_write("hdmi_mode", "1280x720@60");
	CHECK(next_event(fd, &event, 2000));
	CHECK_EQ(event.type, V4L2_EVENT_SOURCE_CHANGE);
	close(fd);
}

static void take(const struct stream *stream, struct frame *frame)
{
	CHECK_EQ(stream_take(stream, frame, 3000), 0);
	CHECK(!frame->failed);
	CHECK(picture_is_right(stream, stream->memory[frame->index], frame->number));
	stream_queue(stream, frame->index);
}

/* Frames that were ready before the source went may still come. */
static void drain(const struct stream *stream)
{
	struct frame frame;

	while (!stream_take(stream, &frame, 300))
		stream_queue(stream, frame.index);
}

static void the_source_goes_and_comes_back(void)
{
	struct frame before, after;
	struct stream stream;
	int i;

	tvcap_reset();
	tvcap_count();
	stream_open(&stream, "640x480@60", V4L2_PIX_FMT_YUYV);
	stream_on(&stream);
	for (i = 0; i < 3; i++) {
		take(&stream, &before);
		board_set("hdmi_plugged", 0);
		CHECK(tvcap_says("hdmi_connected", "0"));
		drain(&stream);
		CHECK_EQ(device_number("streaming"), 1);
		board_set("hdmi_plugged", 1);
		take(&stream, &after);
		/* The source counts on, and so does the sequence. */
		CHECK_EQ(after.number - before.number, after.sequence - before.sequence);
	}
	stream_off(&stream);
	stream_close(&stream);
	CHECK(tvcap_adds_up());
}

static void the_stream_begins_before_the_source(void)
{
	struct stream stream;
	struct frame frame;

	tvcap_reset();
	tvcap_count();
	stream_open(&stream, "640x480@60", V4L2_PIX_FMT_YUYV);
	board_set("hdmi_plugged", 0);
	CHECK(tvcap_says("hdmi_connected", "0"));
	stream_on(&stream);
	CHECK_EQ(stream_take(&stream, &frame, 200), -ETIMEDOUT);
	board_set("hdmi_plugged", 1);
	take(&stream, &frame);
	CHECK_EQ(frame.sequence, 0);
	stream_off(&stream);
	stream_close(&stream);
	CHECK(tvcap_adds_up());
}

static void another_mode_in_mid_stream(void)
{
	struct stream stream;
	struct frame frame;

	tvcap_reset();
	tvcap_count();
	stream_open(&stream, "640x480@60", V4L2_PIX_FMT_YUYV);
	stream_on(&stream);
	take(&stream, &frame);
	/* Larger than the buffers: nothing of it may be written to them. */
	board_write("hdmi_mode", "1280x720@60");
	CHECK(tvcap_says("resolution", "1280x720"));
	drain(&stream);
	board_write("hdmi_mode", "640x480@60");
	CHECK(tvcap_says("resolution", "640x480"));
	take(&stream, &frame);
	stream_off(&stream);
	stream_close(&stream);
	CHECK(tvcap_adds_up());
}

static const struct ktap_test tests[] = {
	{ "what a query says", what_a_query_says },
	{ "timings are negotiated", timings_are_negotiated },
	{ "a flickering lock is no change", a_flickering_lock_is_no_change },
	{ "a bouncing plug is one change", a_bouncing_plug_is_one_change },
	{ "without any interrupt", without_any_interrupt },
	{ "with a hot-plug interrupt that works", with_a_hotplug_interrupt_that_works },
	{ "events tell of the source", events_tell_of_the_source },
	{ "the source goes and comes back", the_source_goes_and_comes_back },
	{ "the stream begins before the source", the_stream_begins_before_the_source },
	{ "another mode in mid-stream", another_mode_in_mid_stream },
};

int main(int argc, char **argv)
{
	device_init(argc, argv);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
