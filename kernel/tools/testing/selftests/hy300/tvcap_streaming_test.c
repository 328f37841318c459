// SPDX-License-Identifier: GPL-2.0
/*
 * Streams of the HDMI input: by mmap(), read() and dma-buf, in each format,
 * frames checked by content and sequence, and every one of them accounted for.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device.h"
#include "ktap.h"
#include "tvcap.h"

static const uint32_t formats[] = {
	V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_YUV420, V4L2_PIX_FMT_RGB24, V4L2_PIX_FMT_XRGB32,
};

static const char * const format_words[] = { "YUYV", "YUV420", "RGB24", "RGB32" };

/* Takes frames, and checks that sequence and content tell the same story. */
static void take_frames(const struct stream *stream, unsigned int frames)
{
	struct frame frame, first = { };
	unsigned int i;

	for (i = 0; i < frames; i++) {
		CHECK_EQ(stream_take(stream, &frame, 2000), 0);
		CHECK(!frame.failed);
		CHECK(picture_is_right(stream, stream->memory[frame.index], frame.number));
		if (!i)
			first = frame;
		CHECK_EQ(frame.number - first.number, frame.sequence - first.sequence);
		stream_queue(stream, frame.index);
	}
}

static void each_format(void)
{
	struct stream stream;
	unsigned int i;

	tvcap_reset();
	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		tvcap_count();
		stream_open(&stream, "640x480@60", formats[i]);
		CHECK_STR(device_read("format"), format_words[i]);
		stream_on(&stream);
		take_frames(&stream, 10);
		stream_off(&stream);
		stream_close(&stream);
		CHECK(tvcap_adds_up());
	}
}

static void each_size(void)
{
	static const char * const modes[] = {
		"320x240@60", "720x576@50", "1024x768@60", "1280x720@60", "1920x1080@30",
	};
	struct stream stream;
	unsigned int i;

	tvcap_reset();
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		tvcap_count();
		stream_open(&stream, modes[i], V4L2_PIX_FMT_YUYV);
		CHECK_EQ(stream.size, stream.width * stream.height * 2);
		stream_on(&stream);
		take_frames(&stream, 5);
		stream_off(&stream);
		stream_close(&stream);
		CHECK(tvcap_adds_up());
	}
}

static void at_the_rate_of_the_source(void)
{
	struct stream stream;
	struct frame frame;
	long long begin;
	double interval;

	tvcap_reset();
	stream_open(&stream, "640x480@25", V4L2_PIX_FMT_YUYV);
	stream_on(&stream);
	CHECK_EQ(stream_take(&stream, &frame, 2000), 0);
	stream_queue(&stream, frame.index);
	begin = now_ms();
	take_frames(&stream, 25);
	/* An emulated processor may be late, but the source is never early. */
	CHECK(now_ms() - begin >= 900);
	interval = device_metric("frame_metrics", "hy300_tvcap_frame_interval_seconds");
	CHECK(interval > 0 && interval < 5);
	stream_off(&stream);
	stream_close(&stream);
}

static void frames_without_a_buffer_are_dropped(void)
{
	struct stream stream;
	struct frame frame;
	uint32_t last = 0;
	long captured, dropped;
	unsigned int i;

	tvcap_reset();
	tvcap_count();
	captured = tvcap_captured();
	dropped = tvcap_dropped();
	stream_open(&stream, "640x480@60", V4L2_PIX_FMT_YUYV);
	stream_on(&stream);
	/* All buffers are filled, and none comes back until some frames were dropped. */
	for (i = 0; i < 3000 && tvcap_dropped() - dropped <= 5; i++)
		usleep(10000);
	CHECK(tvcap_dropped() - dropped > 5);
	CHECK_EQ(tvcap_captured() - captured, TVCAP_BUFFERS);
	CHECK_EQ(device_metric("buffer_status", "hy300_tvcap_buffer_queue_depth"), 0);
	for (i = 0; i < TVCAP_BUFFERS; i++) {
		CHECK_EQ(stream_take(&stream, &frame, 2000), 0);
		CHECK_EQ(frame.sequence, i);
		last = frame.sequence;
		stream_queue(&stream, frame.index);
	}
	CHECK_EQ(stream_take(&stream, &frame, 2000), 0);
	/* The gap in the sequence is what was dropped. */
	CHECK(frame.sequence > last + 5);
	stream_off(&stream);
	stream_close(&stream);
	CHECK(tvcap_adds_up());
}

static void by_read(void)
{
	struct stream stream = { .format = V4L2_PIX_FMT_YUYV, .width = 640, .height = 480 };
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	size_t size = stream.width * stream.height * 2;
	uint32_t number, last = 0;
	unsigned int i;
	char *memory;

	tvcap_reset();
	tvcap_count();
	memory = malloc(size);
	CHECK(memory);
	stream.fd = tvcap_open(O_RDWR);
	CHECK(stream.fd >= 0);
	tvcap_negotiate(stream.fd, "640x480@60");
	format.fmt.pix.pixelformat = V4L2_PIX_FMT_YUYV;
	CHECK(!ioctl(stream.fd, VIDIOC_S_FMT, &format));
	for (i = 0; i < 10; i++) {
		CHECK_EQ(read(stream.fd, memory, size), (long)size);
		number = picture_number(&stream, memory);
		CHECK(picture_is_right(&stream, memory, number));
		CHECK(!i || number > last);
		last = number;
	}
	CHECK_STR(device_read("streaming"), "1");
	CHECK_EQ(device_metric("buffer_status", "hy300_tvcap_buffers"), 4);
	close(stream.fd);
	CHECK_STR(device_read("streaming"), "0");
	free(memory);
	CHECK(tvcap_adds_up());
}

static int export_buffer(const struct stream *stream, unsigned int index)
{
	struct v4l2_exportbuffer export = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.index = index,
		.flags = O_CLOEXEC | O_RDWR,
	};

	return ioctl(stream->fd, VIDIOC_EXPBUF, &export) ? -errno : export.fd;
}

static void by_exported_dma_buf(void)
{
	int exported[TVCAP_BUFFERS];
	void *shared[TVCAP_BUFFERS];
	struct stream stream;
	struct frame frame;
	unsigned int i;

	tvcap_reset();
	stream_open(&stream, "640x480@60", V4L2_PIX_FMT_RGB24);
	for (i = 0; i < TVCAP_BUFFERS; i++) {
		exported[i] = export_buffer(&stream, i);
		CHECK(exported[i] >= 0);
		shared[i] = mmap(NULL, stream.size, PROT_READ, MAP_SHARED, exported[i], 0);
		CHECK(shared[i] != MAP_FAILED);
	}
	stream_on(&stream);
	for (i = 0; i < 10; i++) {
		CHECK_EQ(stream_take(&stream, &frame, 2000), 0);
		CHECK_EQ(picture_number(&stream, shared[frame.index]), frame.number);
		CHECK(picture_is_right(&stream, shared[frame.index], frame.number));
		stream_queue(&stream, frame.index);
	}
	stream_off(&stream);
	stream_close(&stream);
	/* The memory stays as long as the dma-buf does. */
	CHECK(picture_is_right(&stream, shared[frame.index],
			       picture_number(&stream, shared[frame.index])));
	for (i = 0; i < TVCAP_BUFFERS; i++) {
		munmap(shared[i], stream.size);
		close(exported[i]);
	}
}

/* Frames of one stream go into dma-bufs that another allocated, as those of a display would. */
static void into_imported_dma_buf(void)
{
	struct v4l2_requestbuffers request = {
		.count = TVCAP_BUFFERS,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_DMABUF,
	};
	struct v4l2_buffer buffer = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_DMABUF,
	};
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	int exported[TVCAP_BUFFERS];
	void *shared[TVCAP_BUFFERS];
	struct stream stream;
	unsigned int i;

	tvcap_reset();
	stream_open(&stream, "640x480@60", V4L2_PIX_FMT_YUYV);
	for (i = 0; i < TVCAP_BUFFERS; i++) {
		exported[i] = export_buffer(&stream, i);
		CHECK(exported[i] >= 0);
		shared[i] = mmap(NULL, stream.size, PROT_READ, MAP_SHARED, exported[i], 0);
		CHECK(shared[i] != MAP_FAILED);
	}
	stream_close(&stream);

	stream.fd = tvcap_open(O_RDWR);
	CHECK(stream.fd >= 0);
	CHECK(!ioctl(stream.fd, VIDIOC_REQBUFS, &request));
	for (i = 0; i < TVCAP_BUFFERS; i++) {
		buffer.index = i;
		buffer.m.fd = exported[i];
		CHECK(!ioctl(stream.fd, VIDIOC_QBUF, &buffer));
	}
	CHECK(!ioctl(stream.fd, VIDIOC_STREAMON, &type));
	for (i = 0; i < 10; i++) {
		uint32_t number;

		CHECK(!ioctl(stream.fd, VIDIOC_DQBUF, &buffer));
		number = picture_number(&stream, shared[buffer.index]);
		CHECK(picture_is_right(&stream, shared[buffer.index], number));
		CHECK(!ioctl(stream.fd, VIDIOC_QBUF, &buffer));
	}
	close(stream.fd);
	for (i = 0; i < TVCAP_BUFFERS; i++) {
		munmap(shared[i], stream.size);
		close(exported[i]);
	}
}

static unsigned int buffers_for(int fd, unsigned int wanted)
{
	struct v4l2_requestbuffers request = {
		.count = wanted,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};

	CHECK(!ioctl(fd, VIDIOC_REQBUFS, &request));
	return request.count;
}

static void two_to_eight_buffers(void)
{
	int fd;

	tvcap_reset();
	fd = tvcap_open(O_RDWR);
	CHECK(fd >= 0);
	tvcap_negotiate(fd, "640x480@60");
	CHECK_EQ(buffers_for(fd, 1), 2);
	CHECK_EQ(buffers_for(fd, 5), 5);
	CHECK_EQ(device_metric("buffer_status", "hy300_tvcap_buffers"), 5);
	CHECK_EQ(buffers_for(fd, 32), 8);
	CHECK_EQ(buffers_for(fd, 0), 0);
	CHECK_EQ(device_metric("buffer_status", "hy300_tvcap_buffers"), 0);
	close(fd);
}

static void the_hardware_was_treated_well(void)
{
	CHECK_EQ(board_number("hdmi_violations"), 0);
}

static const struct ktap_test tests[] = {
	{ "each format", each_format },
	{ "each size", each_size },
	{ "at the rate of the source", at_the_rate_of_the_source },
	{ "frames without a buffer are dropped", frames_without_a_buffer_are_dropped },
	{ "by read()", by_read },
	{ "by an exported dma-buf", by_exported_dma_buf },
	{ "into an imported dma-buf", into_imported_dma_buf },
	{ "two to eight buffers", two_to_eight_buffers },
	{ "the hardware was treated well", the_hardware_was_treated_well },
};

int main(int argc, char **argv)
{
	device_init(argc, argv);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
