// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes that nobody should send: mutated messages to the bridge, every ioctl
 * of every character device with mutated arguments, and noise in every file
 * that can be written. Some of the calls have an allocation or a copy fail.
 *
 * usage: fuzz_test PATH...	see targets.h
 * HY300_FUZZ_SECONDS says how long each of the three lasts at least, HY300_SEED repeats a run.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <linux/daedalus-v4l2.h>
#include <linux/kmsgpipe.h>
#include <linux/mipsloader.h>
#include <linux/videodev2.h>

#include "../ktap.h"
#include "targets.h"

#define LARGEST		(DAEDALUS_V4L2_MAX_PAYLOAD + 4096)

/* Above are the kernel's own numbers, such as ENOIOCTLCMD, that must not reach user space. */
#define LARGEST_ERRNO	133

#define LEAST_CALLS	1000
#define MOST_SECONDS	60

static const struct {
	const char *node;
	unsigned long numbers[48];
} ioctls[] = {
	{ "mipsloader", {
		MIPSLOADER_IOC_LOAD_FIRMWARE, MIPSLOADER_IOC_RESTART, MIPSLOADER_IOC_POWER_DOWN,
		MIPSLOADER_IOC_GET_STATUS } },
	{ "kmsgpipe", {
		KMSGPIPE_IOC_CLEAR, KMSGPIPE_IOC_STATS, KMSGPIPE_IOC_GET_SIZE,
		KMSGPIPE_IOC_SET_SIZE, KMSGPIPE_IOC_CONSUME } },
	{ "video", {
		VIDIOC_QUERYCAP, VIDIOC_ENUM_FMT, VIDIOC_G_FMT, VIDIOC_S_FMT, VIDIOC_TRY_FMT,
		VIDIOC_REQBUFS, VIDIOC_CREATE_BUFS, VIDIOC_PREPARE_BUF, VIDIOC_QUERYBUF,
		VIDIOC_QBUF, VIDIOC_DQBUF, VIDIOC_EXPBUF, VIDIOC_STREAMON, VIDIOC_STREAMOFF,
		VIDIOC_G_PARM, VIDIOC_S_PARM, VIDIOC_ENUMINPUT, VIDIOC_G_INPUT, VIDIOC_S_INPUT,
		VIDIOC_QUERYCTRL, VIDIOC_QUERY_EXT_CTRL, VIDIOC_QUERYMENU, VIDIOC_G_CTRL,
		VIDIOC_S_CTRL, VIDIOC_G_EXT_CTRLS, VIDIOC_S_EXT_CTRLS, VIDIOC_TRY_EXT_CTRLS,
		VIDIOC_ENUM_FRAMESIZES, VIDIOC_ENUM_FRAMEINTERVALS, VIDIOC_G_SELECTION,
		VIDIOC_S_SELECTION, VIDIOC_CROPCAP, VIDIOC_G_EDID, VIDIOC_S_EDID,
		VIDIOC_S_DV_TIMINGS, VIDIOC_G_DV_TIMINGS, VIDIOC_ENUM_DV_TIMINGS,
		VIDIOC_QUERY_DV_TIMINGS, VIDIOC_DV_TIMINGS_CAP, VIDIOC_SUBSCRIBE_EVENT,
		VIDIOC_UNSUBSCRIBE_EVENT, VIDIOC_DQEVENT, VIDIOC_LOG_STATUS, VIDIOC_G_PRIORITY,
		VIDIOC_S_PRIORITY } },
	{ "", { FIONREAD } },
};

static unsigned int seed;
static int fail_nth = -1;
static unsigned char *bytes;

static unsigned int below(unsigned int limit)
{
	return random_below(&seed, limit);
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static double begun;

/* Whether a test goes on: a slow machine takes longer for as many calls, but not for ever. */
static bool more(unsigned long calls)
{
	const char *text = getenv("HY300_FUZZ_SECONDS");
	double seconds = seconds_now() - begun;

	return seconds < (text ? atof(text) : 10) || (calls < LEAST_CALLS && seconds < MOST_SECONDS);
}

/* Lets one of the next call's allocations or copies fail, now and then. */
static bool arm(void)
{
	char text[8];

	if (fail_nth < 0 || below(4))
		return false;
	snprintf(text, sizeof(text), "%u", 1 + below(12));
	return pwrite(fail_nth, text, strlen(text), 0) > 0;
}

static void disarm(void)
{
	int error = errno;

	/* What was not met meets this write. */
	while (fail_nth >= 0 && pwrite(fail_nth, "0", 1, 0) < 0 && errno == EFAULT)
		;
	errno = error;
}

/* Random bytes, of which interesting numbers are a part, written over what is there. */
static void mutate(unsigned char *data, size_t size)
{
	static const unsigned int numbers[] = {
		0, 1, 2, 4, 16, 32, 64, 4096, 65535, 65536, 65537, 0x7fffffff, 0x80000000,
		0x80000001, 0xffffffff,
	};
	unsigned int rounds = 1 + below(4), number;

	while (size && rounds--) {
		switch (below(4)) {
		case 0:
			data[below(size)] = below(256);
			break;
		case 1:
			data[below(size)] ^= 1 << below(8);
			break;
		default:
			number = numbers[below(ARRAY_SIZE(numbers))];
			if (size >= sizeof(number))
				memcpy(data + below(size / sizeof(number)) * sizeof(number),
				       &number, sizeof(number));
		}
	}
}

static void check_errno(const char *what, const char *path, unsigned long number)
{
	if (errno > LARGEST_ERRNO)
		ktap_fail(__FILE__, __LINE__, "%s %s %#lx: errno %d is the kernel's own", what,
			  path, number, errno);
}

static bool acceptable(const struct daedalus_v4l2_header *header, size_t size)
{
	return size == sizeof(*header) + header->payload_len &&
	       header->magic == DAEDALUS_V4L2_MAGIC &&
	       header->version == DAEDALUS_V4L2_VERSION && !header->reserved &&
	       header->payload_len <= DAEDALUS_V4L2_MAX_PAYLOAD &&
	       (header->type == DAEDALUS_V4L2_HELLO || header->type == DAEDALUS_V4L2_PONG);
}

static void messages_to_the_bridge(void)
{
	unsigned long sent = 0, accepted = 0;
	int fd = open("/dev/daedalus-v4l2", O_RDWR | O_NONBLOCK);

	CHECK(fd >= 0);
	begun = seconds_now();
	while (more(sent)) {
		struct daedalus_v4l2_header header = {
			.magic = DAEDALUS_V4L2_MAGIC,
			.version = DAEDALUS_V4L2_VERSION,
			.type = below(2) ? DAEDALUS_V4L2_HELLO : DAEDALUS_V4L2_PONG,
			.cookie = below(0x10000),
			.payload_len = below(below(8) ? 64 : DAEDALUS_V4L2_MAX_PAYLOAD + 1),
		};
		size_t size = sizeof(header) + header.payload_len;
		ssize_t ret;
		bool armed;

		if (below(4))
			mutate((unsigned char *)&header, sizeof(header));
		if (!below(4))
			size = below(below(2) ? 64 : LARGEST);
		memcpy(bytes, &header, sizeof(header));
		armed = arm();
		ret = write(fd, bytes, size);
		disarm();
		sent++;
		accepted += ret >= 0;
		if (ret >= 0 && (!acceptable(&header, size) || ret != (ssize_t)size))
			ktap_fail(__FILE__, __LINE__, "%zu bytes, type %#x, payload %u: %zd taken",
				  size, header.type, header.payload_len, ret);
		if (ret < 0 && !armed && acceptable(&header, size) && errno != EAGAIN &&
		    errno != EINVAL)
			ktap_fail(__FILE__, __LINE__, "type %#x, payload %u: %s", header.type,
				  header.payload_len, strerror(errno));
		if (ret < 0)
			check_errno("write", "bridge", size);
		if (!below(8) && read(fd, bytes, LARGEST) < 0)
			check_errno("read", "bridge", LARGEST);
	}
	close(fd);
	printf("# %lu messages, %lu accepted\n", sent, accepted);
	CHECK(accepted && sent > 2 * accepted / 3);
}

/* An argument: bytes, numbers, or a pointer to nowhere. */
static unsigned long argument(unsigned long number)
{
	unsigned char *page = bytes + LARGEST;
	size_t size = _IOC_SIZE(number), i;

	switch (below(12)) {
	case 0:
		return 0;
	case 1:
		return below(0x10000);
	case 2:
		/* The end of it is not mapped. */
		return (unsigned long)page - below(size + 8);
	}
	if (below(3))
		memset(bytes, 0, size);
	else
		for (i = 0; i < size; i++)
			bytes[i] = below(256);
	/* What V4L2 mostly asks for first: the type of a buffer. */
	if (size >= 4 && below(2))
		bytes[below(2) ? 0 : 4] = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	if (below(2))
		mutate(bytes, size);
	return (unsigned long)bytes;
}

/* One number of the node's, or, now and then, a neighbour of it. */
static unsigned long number_for(const char *node)
{
	unsigned int i, count = 0;

	for (i = 0; !strstr(node, ioctls[i].node); i++)
		;
	while (count < ARRAY_SIZE(ioctls[i].numbers) && ioctls[i].numbers[count])
		count++;
	if (below(16))
		return ioctls[i].numbers[below(count)];
	return ioctls[i].numbers[below(count)] ^ 1u << below(32);
}

static void every_ioctl(void)
{
	unsigned long calls = 0, done = 0;

	CHECK(node_count);
	begun = seconds_now();
	while (more(calls)) {
		const char *node = nodes[below(node_count)];
		int mode = below(4) ? O_RDWR : below(2) ? O_RDONLY : O_WRONLY;
		int fd = open(node, mode | O_NONBLOCK);
		unsigned int rounds = 1 + below(24);

		while (fd >= 0 && rounds--) {
			unsigned long number = number_for(node), with = argument(number);
			int ret;

			arm();
			ret = ioctl(fd, number, with);
			disarm();
			calls++;
			done += ret >= 0;
			if (ret < 0)
				check_errno("ioctl", node, number);
		}
		if (fd >= 0)
			close(fd);
	}
	printf("# %lu ioctls, %lu succeeded\n", calls, done);
	CHECK(done);
}

static void noise_in_every_file(void)
{
	unsigned long writes = 0;

	CHECK(file_count);
	begun = seconds_now();
	while (more(writes)) {
		const char *path = files[below(file_count)];
		int fd = open(path, O_WRONLY | O_NONBLOCK);
		size_t size = below(below(4) ? 12 : 4096), i;

		if (fd < 0)
			continue;
		for (i = 0; i < size; i++)
			bytes[i] = below(3) ? "0123456789-+ ,x\n"[below(16)] : below(256);
		arm();
		if (write(fd, bytes, size) < 0)
			check_errno("write", path, size);
		disarm();
		close(fd);
		writes++;
	}
	printf("# %lu writes\n", writes);
	CHECK(writes);
}

static void every_file_can_still_be_read(void)
{
	unsigned int i;

	for (i = 0; i < file_count; i++) {
		int fd = open(files[i], O_RDONLY | O_NONBLOCK);

		if (fd < 0)
			continue;
		if (read(fd, bytes, LARGEST) < 0)
			check_errno("read", files[i], LARGEST);
		close(fd);
	}
}

static const struct ktap_test tests[] = {
	{ "messages to the bridge", messages_to_the_bridge },
	{ "every ioctl of every character device", every_ioctl },
	{ "noise in every file", noise_in_every_file },
	{ "every file can still be read", every_file_can_still_be_read },
};

int main(int argc, char **argv)
{
	targets_init(argc, argv);
	seed = random_seed();
	fail_nth = open("/proc/thread-self/fail-nth", O_WRONLY | O_CLOEXEC);
	/* A page behind it that cannot be touched. */
	bytes = mmap(NULL, LARGEST + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		     -1, 0);
	if (bytes == MAP_FAILED || mprotect(bytes + LARGEST, 4096, PROT_NONE)) {
		perror("# mmap");
		return 1;
	}
	return ktap_run(tests, ARRAY_SIZE(tests));
}
