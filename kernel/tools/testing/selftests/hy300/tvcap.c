// SPDX-License-Identifier: GPL-2.0
/*
 * What the tests of the HDMI input do again and again.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device.h"
#include "tvcap.h"

/* A step that the tests take for granted */
#define MUST(_condition)							\
	do {									\
		if (!(_condition)) {						\
			printf("# %s:%d: not so: %s (%s)\n", __FILE__, __LINE__, #_condition, \
			       strerror(errno));				\
			exit(1);						\
		}								\
	} while (0)

int tvcap_open(int flags)
{
	const char *node = device_read("video_node");
	char path[64];

	MUST(node);
	snprintf(path, sizeof(path), "/dev/%s", node);
	return open(path, flags | O_CLOEXEC);
}

bool tvcap_says(const char *attribute, const char *text)
{
	long long end = now_ms() + TVCAP_MAX_WAIT;
	const char *now;

	do {
		now = device_read(attribute);
		MUST(now);
		if (!strcmp(now, text))
			return true;
		usleep(2000);
	} while (now_ms() < end);
	printf("# %s says %s, not %s\n", attribute, now, text);
	return false;
}

void tvcap_reset(void)
{
	board_set("hdmi_dead", 0);
	board_set("hdmi_stuck_dma", 0);
	board_set("hdmi_hold_frames", 0);
	board_set("hdmi_fail_frames", 0);
	board_set("hdmi_flicker", 0);
	board_set("hdmi_dead_irqs", 0x20);
	board_set("hdmi_sending", 1);
	board_set("hdmi_plugged", 1);
	board_write("hdmi_mode", "640x480@60");
	MUST(!device_write("enabled", "1"));
	MUST(tvcap_says("streaming", "0"));
	MUST(tvcap_says("resolution", "640x480"));
	MUST(tvcap_says("error", "none"));
}

void tvcap_negotiate(int fd, const char *mode)
{
	struct v4l2_dv_timings timings;
	char resolution[32];

	board_write("hdmi_mode", mode);
	snprintf(resolution, sizeof(resolution), "%.*s", (int)strcspn(mode, "@"), mode);
	MUST(tvcap_says("resolution", resolution));
	memset(&timings, 0, sizeof(timings));
	MUST(!ioctl(fd, VIDIOC_QUERY_DV_TIMINGS, &timings));
	MUST(!ioctl(fd, VIDIOC_S_DV_TIMINGS, &timings));
}

void stream_open(struct stream *stream, const char *mode, uint32_t format)
{
	struct v4l2_requestbuffers request = {
		.count = TVCAP_BUFFERS,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};
	struct v4l2_format fmt = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	unsigned int i;

	memset(stream, 0, sizeof(*stream));
	stream->fd = tvcap_open(O_RDWR | O_NONBLOCK);
	MUST(stream->fd >= 0);
	tvcap_negotiate(stream->fd, mode);
	fmt.fmt.pix.pixelformat = format;
	MUST(!ioctl(stream->fd, VIDIOC_S_FMT, &fmt));
	MUST(fmt.fmt.pix.pixelformat == format);
	stream->width = fmt.fmt.pix.width;
	stream->height = fmt.fmt.pix.height;
	stream->format = format;
	stream->size = fmt.fmt.pix.sizeimage;

	MUST(!ioctl(stream->fd, VIDIOC_REQBUFS, &request));
	stream->count = request.count;
	MUST(stream->count == TVCAP_BUFFERS);
	for (i = 0; i < stream->count; i++) {
		struct v4l2_buffer buffer = {
			.index = i,
			.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
			.memory = V4L2_MEMORY_MMAP,
		};

		MUST(!ioctl(stream->fd, VIDIOC_QUERYBUF, &buffer));
		MUST(buffer.length >= stream->size);
		stream->memory[i] = mmap(NULL, stream->size, PROT_READ | PROT_WRITE, MAP_SHARED,
					 stream->fd, buffer.m.offset);
		MUST(stream->memory[i] != MAP_FAILED);
		stream_queue(stream, i);
	}
}

void stream_queue(const struct stream *stream, unsigned int index)
{
	struct v4l2_buffer buffer = {
		.index = index,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};

	MUST(!ioctl(stream->fd, VIDIOC_QBUF, &buffer));
}

void stream_on(const struct stream *stream)
{
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

	MUST(!ioctl(stream->fd, VIDIOC_STREAMON, &type));
}

void stream_off(const struct stream *stream)
{
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

	MUST(!ioctl(stream->fd, VIDIOC_STREAMOFF, &type));
}

void stream_close(struct stream *stream)
{
	unsigned int i;

	for (i = 0; i < stream->count; i++)
		munmap(stream->memory[i], stream->size);
	close(stream->fd);
}

int stream_take(const struct stream *stream, struct frame *frame, int milliseconds)
{
	struct pollfd poller = { .fd = stream->fd, .events = POLLIN };
	struct v4l2_buffer buffer = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};

	if (!poll(&poller, 1, patience(milliseconds)))
		return -ETIMEDOUT;
	if (ioctl(stream->fd, VIDIOC_DQBUF, &buffer))
		return -errno;
	frame->index = buffer.index;
	frame->sequence = buffer.sequence;
	frame->failed = buffer.flags & V4L2_BUF_FLAG_ERROR;
	frame->number = picture_number(stream, stream->memory[buffer.index]);
	return 0;
}

/* How a format lays out what the picture is checked by: bytes a pixel, offset of R or Y. */
static unsigned int pixel_bytes(uint32_t format, unsigned int *offset)
{
	*offset = format == V4L2_PIX_FMT_XRGB32;
	switch (format) {
	case V4L2_PIX_FMT_YUV420:
		return 1;
	case V4L2_PIX_FMT_YUYV:
		return 2;
	case V4L2_PIX_FMT_RGB24:
		return 3;
	default:
		return 4;
	}
}

uint32_t picture_number(const struct stream *stream, const void *memory)
{
	unsigned int offset, bytes = pixel_bytes(stream->format, &offset);
	const uint8_t *at = (const uint8_t *)memory + offset;
	uint32_t number = 0;
	int bit;

	for (bit = 0; bit < 32; bit++)
		number = number << 1 | at[bit * bytes] >> 7;
	return number;
}

/* The formulas are those of the model, drivers/misc/hy300-virtual-board/hdmi-picture.c. */
static bool pixel_is_right(const struct stream *stream, const uint8_t *memory, unsigned int x,
			   unsigned int y, uint32_t number)
{
	unsigned int offset, bytes = pixel_bytes(stream->format, &offset);
	const uint8_t *at = memory + ((size_t)y * stream->width + x) * bytes + offset;
	unsigned int pixels = stream->width * stream->height;
	unsigned int chroma = y / 2 * (stream->width / 2) + x / 2;
	uint8_t p = x + (y & ~1U) + 2 * number;
	uint8_t even = p & ~1U;

	switch (stream->format) {
	case V4L2_PIX_FMT_YUV420:
		return at[0] == p && memory[pixels + chroma] == even &&
		       memory[pixels + pixels / 4 + chroma] == 255 - even;
	case V4L2_PIX_FMT_YUYV:
		return at[0] == p && at[1] == (x & 1 ? 255 - even : even);
	default:
		return at[0] == p && at[1] == 255 - p && at[2] == 128;
	}
}

bool picture_is_right(const struct stream *stream, const void *memory, uint32_t number)
{
	unsigned int x, y;

	/* Every pixel of some lines, the last one among them; the first begins with the number. */
	for (y = 0; y < stream->height; y += y + 7 < stream->height ? 7 : 1) {
		for (x = y ? 0 : 32; x < stream->width; x++) {
			if (pixel_is_right(stream, memory, x, y, number))
				continue;
			printf("# frame %u is wrong at (%u, %u)\n", number, x, y);
			return false;
		}
	}
	return true;
}

long tvcap_captured(void)
{
	return device_metric("capture_stats", "hy300_tvcap_frames_captured_total");
}

long tvcap_dropped(void)
{
	return device_metric("capture_stats", "hy300_tvcap_frames_dropped_total");
}

long tvcap_errors(const char *type)
{
	char series[64];

	snprintf(series, sizeof(series), "hy300_tvcap_errors_total{type=\"%s\"}", type);
	return device_metric("error_counters", series);
}

static long made, captured, dropped;

void tvcap_count(void)
{
	made = board_number("hdmi_frames");
	captured = tvcap_captured();
	dropped = tvcap_dropped();
}

bool tvcap_adds_up(void)
{
	long new_made = board_number("hdmi_frames") - made;
	long new_captured = tvcap_captured() - captured;
	long new_dropped = tvcap_dropped() - dropped;

	if (new_captured + new_dropped == new_made)
		return true;
	printf("# %ld captured and %ld dropped are not %ld made\n", new_captured, new_dropped,
	       new_made);
	return false;
}

static char device[64];

void tvcap_find_device(void)
{
	char path[256], target[256];
	ssize_t len;

	snprintf(path, sizeof(path), "%s/device", device_class);
	len = readlink(path, target, sizeof(target) - 1);
	MUST(len > 0);
	target[len] = '\0';
	snprintf(device, sizeof(device), "%s", strrchr(target, '/') + 1);
}

int tvcap_driver_write(const char *file)
{
	return file_write("/sys/bus/platform/drivers/sunxi-tvcap", file, device);
}
