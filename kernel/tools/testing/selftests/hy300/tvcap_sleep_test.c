// SPDX-License-Identifier: GPL-2.0
/*
 * The machine sleeps and wakes up: the HDMI input is as it was, and a stream
 * goes on.
 */
#include "device.h"
#include "ktap.h"
#include "tvcap.h"

static void without_a_stream(void)
{
	tvcap_reset();
	CHECK_EQ(sleep_and_wake(), 0);
	CHECK_EQ(device_number("enabled"), 1);
	CHECK_EQ(board_number("hdmi_hotplug"), 1);
	board_set("hdmi_plugged", 0);
	CHECK(tvcap_says("hdmi_connected", "0"));
	board_set("hdmi_plugged", 1);
	CHECK(tvcap_says("signal_detected", "1"));
}

static void while_it_is_off(void)
{
	tvcap_reset();
	CHECK_EQ(device_write("enabled", "0"), 0);
	CHECK_EQ(sleep_and_wake(), 0);
	CHECK_EQ(device_number("enabled"), 0);
	CHECK_EQ(board_number("hdmi_hotplug"), 0);
	CHECK_EQ(device_write("enabled", "1"), 0);
	CHECK(tvcap_says("signal_detected", "1"));
}

static void a_stream_goes_on(void)
{
	struct stream stream;
	struct frame frame;
	unsigned int i;

	tvcap_reset();
	stream_open(&stream, "640x480@60", V4L2_PIX_FMT_YUYV);
	stream_on(&stream);
	CHECK_EQ(stream_take(&stream, &frame, 2000), 0);
	stream_queue(&stream, frame.index);
	CHECK_EQ(sleep_and_wake(), 0);
	CHECK_EQ(device_number("streaming"), 1);
	/* Those that had been filled, and more than there are buffers */
	for (i = 0; i < 2 * TVCAP_BUFFERS; i++) {
		CHECK_EQ(stream_take(&stream, &frame, 5000), 0);
		CHECK(!frame.failed);
		CHECK(picture_is_right(&stream, stream.memory[frame.index], frame.number));
		stream_queue(&stream, frame.index);
	}
	stream_off(&stream);
	stream_close(&stream);
	CHECK_EQ(board_number("hdmi_violations"), 0);
}

static const struct ktap_test tests[] = {
	{ "without a stream", without_a_stream },
	{ "while it is off", while_it_is_off },
	{ "a stream goes on", a_stream_goes_on },
};

int main(int argc, char **argv)
{
	if (!can_sleep()) {
		printf("# this kernel has no CONFIG_PM_DEBUG\n1..0\n");
		return 0;
	}
	device_init(argc, argv);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
