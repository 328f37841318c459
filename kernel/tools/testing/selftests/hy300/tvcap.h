/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of the HDMI input do again and again: the source's modes,
 * streams by mmap() and otherwise, the content of frames.
 */
#ifndef TVCAP_H
#define TVCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/videodev2.h>

#define TVCAP_BUFFERS	4
#define TVCAP_MAX_WAIT	5000

/* An open video node and its stream */
struct stream {
	int fd;
	unsigned int width;
	unsigned int height;
	uint32_t format;
	size_t size;
	unsigned int count;
	void *memory[8];
};

/* A frame that was dequeued */
struct frame {
	unsigned int index;
	uint32_t sequence;
	uint32_t number;
	bool failed;
};

/* Opens the node of the class device under test. */
int tvcap_open(int flags);

/* The source as a projector is switched on with it: plugged, 640x480 at 60 Hz, without faults. */
void tvcap_reset(void);

/* Waits until an attribute says this; false after TVCAP_MAX_WAIT. */
bool tvcap_says(const char *attribute, const char *text);

/* Sets the source's mode, waits for it, and negotiates it on fd. */
void tvcap_negotiate(int fd, const char *mode);

/* Negotiates mode and format, allocates the buffers and queues all of them. */
void stream_open(struct stream *stream, const char *mode, uint32_t format);
void stream_queue(const struct stream *stream, unsigned int index);
void stream_on(const struct stream *stream);
void stream_off(const struct stream *stream);
void stream_close(struct stream *stream);

/* Dequeues a frame; 0, or -errno, -ETIMEDOUT when none comes in that time. */
int stream_take(const struct stream *stream, struct frame *frame, int milliseconds);

/* The number that a picture spells, and whether the rest of the picture belongs to it. */
uint32_t picture_number(const struct stream *stream, const void *memory);
bool picture_is_right(const struct stream *stream, const void *memory, uint32_t number);

/* Binds or unbinds the driver: "bind" or "unbind"; 0 or -errno. The device is looked for first. */
void tvcap_find_device(void);
int tvcap_driver_write(const char *file);

/* What the metrics say of frames, without the label unit */
long tvcap_captured(void);
long tvcap_dropped(void);
long tvcap_errors(const char *type);

/*
 * Frames that the board made since tvcap_count(), which must all be accounted for: prints and
 * gives false when captured and dropped ones do not add up to them.
 */
void tvcap_count(void);
bool tvcap_adds_up(void);

#endif /* TVCAP_H */
