// SPDX-License-Identifier: GPL-2.0
/*
 * The driver of the HDMI input is unbound under open files and running
 * streams, and bound again.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device.h"
#include "ktap.h"
#include "tvcap.h"

static void unbound_with_a_running_stream(void)
{
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	struct v4l2_capability capability;
	struct stream stream;
	struct frame frame;
	struct v4l2_exportbuffer export = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	uint32_t number;
	void *shared;

	tvcap_reset();
	stream_open(&stream, "640x480@60", V4L2_PIX_FMT_YUYV);
	stream_on(&stream);
	CHECK_EQ(stream_take(&stream, &frame, 2000), 0);
	number = frame.number;
	export.index = frame.index;
	export.flags = O_RDWR | O_CLOEXEC;
	CHECK(!ioctl(stream.fd, VIDIOC_EXPBUF, &export));

	CHECK_EQ(tvcap_driver_write("unbind"), 0);
	CHECK(access(device_class, F_OK));
	CHECK_EQ(board_number("hdmi_hotplug"), 0);
	CHECK_EQ(stream_take(&stream, &frame, 1000), -ENODEV);
	CHECK(ioctl(stream.fd, VIDIOC_QUERYCAP, &capability) && errno == ENODEV);
	CHECK(ioctl(stream.fd, VIDIOC_STREAMOFF, &type) && errno == ENODEV);
	/* What was captured stays mapped as long as the mapping does. */
	CHECK(picture_is_right(&stream, stream.memory[frame.index], number));

	/* The old file is still open while the device has a new node. */
	CHECK_EQ(tvcap_driver_write("bind"), 0);
	CHECK(ioctl(stream.fd, VIDIOC_QUERYCAP, &capability) && errno == ENODEV);
	stream_close(&stream);
	shared = mmap(NULL, stream.size, PROT_READ, MAP_SHARED, export.fd, 0);
	CHECK(shared != MAP_FAILED);
	CHECK(picture_is_right(&stream, shared, number));
	munmap(shared, stream.size);
	close(export.fd);

	tvcap_reset();
	tvcap_count();
	stream_open(&stream, "640x480@60", V4L2_PIX_FMT_YUYV);
	stream_on(&stream);
	CHECK_EQ(stream_take(&stream, &frame, 3000), 0);
	stream_off(&stream);
	stream_close(&stream);
	CHECK(tvcap_adds_up());
}

static void *dequeue(void *fd)
{
	struct v4l2_buffer buffer = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};

	return (void *)(long)(ioctl(*(int *)fd, VIDIOC_DQBUF, &buffer) ? errno : 0);
}

static void a_waiting_reader_is_woken(void)
{
	struct stream stream;
	pthread_t waiter;
	void *error;

	tvcap_reset();
	stream_open(&stream, "640x480@60", V4L2_PIX_FMT_YUYV);
	board_set("hdmi_plugged", 0);
	CHECK(tvcap_says("hdmi_connected", "0"));
	stream_on(&stream);
	CHECK(fcntl(stream.fd, F_SETFL, 0) == 0);
	CHECK(!pthread_create(&waiter, NULL, dequeue, &stream.fd));
	usleep(100000);
	CHECK_EQ(tvcap_driver_write("unbind"), 0);
	pthread_join(waiter, &error);
	/* videobuf2 has its buffers taken away, or the node is gone. */
	CHECK((long)error == EINVAL || (long)error == ENODEV);
	stream_close(&stream);
	board_set("hdmi_plugged", 1);
	CHECK_EQ(tvcap_driver_write("bind"), 0);
	CHECK(tvcap_says("hdmi_connected", "1"));
}

static void an_attribute_says_enodev(void)
{
	struct pollfd poller;
	char text[32];
	int fd;

	tvcap_reset();
	fd = device_open("signal_detected", O_RDONLY);
	CHECK(fd >= 0);
	CHECK(pread(fd, text, sizeof(text), 0) > 0);
	poller = (struct pollfd){ .fd = fd, .events = POLLPRI };
	CHECK_EQ(tvcap_driver_write("unbind"), 0);
	CHECK_EQ(poll(&poller, 1, patience(1000)), 1);
	CHECK(pread(fd, text, sizeof(text), 0) < 0 && errno == ENODEV);
	close(fd);
	CHECK_EQ(tvcap_driver_write("bind"), 0);
}

static void a_dead_receiver_is_not_bound(void)
{
	tvcap_reset();
	CHECK_EQ(tvcap_driver_write("unbind"), 0);
	board_set("hdmi_dead", 1);
	/* The receiver stays ready until the reset of the next probe. */
	CHECK(tvcap_driver_write("bind"));
	CHECK(access(device_class, F_OK));
	board_set("hdmi_dead", 0);
	CHECK_EQ(tvcap_driver_write("bind"), 0);
	tvcap_reset();
}

static atomic_bool stop;

static void *read_attributes(void *unused)
{
	static const char * const attributes[] = {
		"enabled", "resolution", "format", "streaming", "error", "video_node",
		"capture_stats", "buffer_status", "signal_detection", "error_counters",
	};
	char text[PAGE_BYTES];
	unsigned int i;
	int fd;

	(void)unused;
	while (!stop) {
		for (i = 0; i < ARRAY_SIZE(attributes); i++) {
			fd = device_open(attributes[i], O_RDONLY);
			if (fd < 0)
				continue;
			if (pread(fd, text, sizeof(text), 0) < 0 && errno != ENODEV &&
			    errno != ENODATA)
				abort();
			close(fd);
		}
	}
	return NULL;
}

/* Opens, streams by read() and closes, whatever becomes of the device meanwhile. */
static void *read_frames(void *node)
{
	static char memory[1920 * 1080 * 4];
	int fd;

	while (!stop) {
		fd = open(node, O_RDWR | O_CLOEXEC | O_NONBLOCK);
		if (fd < 0) {
			usleep(1000);
			continue;
		}
		for (int i = 0; i < 3 && !stop; i++) {
			if (read(fd, memory, sizeof(memory)) < 0)
				usleep(10000);
		}
		close(fd);
	}
	return NULL;
}

static void unbound_and_bound_under_users(void)
{
	pthread_t users[2];
	char node[64];
	int i;

	tvcap_reset();
	snprintf(node, sizeof(node), "/dev/%s", device_read("video_node"));
	stop = false;
	CHECK(!pthread_create(&users[0], NULL, read_attributes, NULL));
	CHECK(!pthread_create(&users[1], NULL, read_frames, node));
	for (i = 0; i < 15; i++) {
		usleep(30000);
		device_write("enabled", i % 2 ? "1" : "0");
		if (tvcap_driver_write("unbind") || tvcap_driver_write("bind"))
			break;
	}
	stop = true;
	pthread_join(users[0], NULL);
	pthread_join(users[1], NULL);
	CHECK_EQ(i, 15);
	tvcap_reset();
}

static void the_hardware_was_treated_well(void)
{
	CHECK_EQ(board_number("hdmi_violations"), 0);
}

static const struct ktap_test tests[] = {
	{ "unbound with a running stream", unbound_with_a_running_stream },
	{ "a waiting reader is woken", a_waiting_reader_is_woken },
	{ "an attribute says ENODEV", an_attribute_says_enodev },
	{ "a dead receiver is not bound", a_dead_receiver_is_not_bound },
	{ "unbound and bound under users", unbound_and_bound_under_users },
	{ "the hardware was treated well", the_hardware_was_treated_well },
};

int main(int argc, char **argv)
{
	device_init(argc, argv);
	tvcap_find_device();
	return ktap_run(tests, ARRAY_SIZE(tests));
}
