// SPDX-License-Identifier: GPL-2.0
/*
 * The ioctls: clear, statistics, size and what a change of it does to those who wait; bad ones.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kmsgpipe.h"
#include "ktap.h"

static char message[KMSGPIPE_MAX_MESSAGE];

static int set_size(int fd, unsigned int size)
{
	return ioctl(fd, KMSGPIPE_IOC_SET_SIZE, &size) ? -errno : 0;
}

static unsigned int get_size(int fd)
{
	unsigned int size = 0;

	CHECK(!ioctl(fd, KMSGPIPE_IOC_GET_SIZE, &size));
	return size;
}

static void clear_drops_everything(void)
{
	int fd = pipe_fresh(O_RDWR | O_NONBLOCK);
	struct kmsgpipe_stats before = pipe_stats();
	int i;

	for (i = 0; i < 5; i++)
		CHECK_EQ(write(fd, message, 10), 10);
	CHECK_EQ(ioctl(fd, KMSGPIPE_IOC_CLEAR), 5);
	CHECK_EQ(ioctl(fd, KMSGPIPE_IOC_CLEAR), 0);
	CHECK(read(fd, message, sizeof(message)) < 0 && errno == EAGAIN);
	CHECK_EQ(pipe_stats().cleared, before.cleared + 5);
	CHECK_EQ(pipe_stats().used, 0);
	close(fd);
}

static void clear_makes_room_for_a_writer(void)
{
	int fd = pipe_fresh(O_RDWR);
	static struct waiter writer;

	CHECK(!set_size(fd, SMALL_SIZE));
	CHECK_EQ(pipe_fill(), SMALL_FITS);
	waiter_write(&writer, fd, KMSGPIPE_MAX_MESSAGE);
	CHECK(waiter_sleeps(&writer));
	CHECK_EQ(ioctl(fd, KMSGPIPE_IOC_CLEAR), SMALL_FITS);
	CHECK(waiter_ends(&writer));
	CHECK_EQ(writer.result, KMSGPIPE_MAX_MESSAGE);
	close(fd);
}

static void statistics_count(void)
{
	int fd = pipe_fresh(O_RDWR | O_NONBLOCK);
	struct kmsgpipe_stats before, after;

	CHECK(!ioctl(fd, KMSGPIPE_IOC_STATS, &before));
	CHECK_EQ(write(fd, message, 100), 100);
	CHECK_EQ(write(fd, message, 23), 23);
	CHECK_EQ(read(fd, message, sizeof(message)), 100);
	CHECK(read(fd, message, 5) < 0 && errno == EMSGSIZE);
	CHECK_EQ(get_size(fd), 65536);
	CHECK(!ioctl(fd, KMSGPIPE_IOC_STATS, &after));
	CHECK_EQ(after.writes - before.writes, 2);
	CHECK_EQ(after.write_bytes - before.write_bytes, 123);
	CHECK_EQ(after.reads - before.reads, 1);
	CHECK_EQ(after.read_bytes - before.read_bytes, 100);
	CHECK_EQ(after.errors - before.errors, 1);
	CHECK_EQ(after.ioctls - before.ioctls, 2);
	CHECK_EQ(after.messages, 1);
	CHECK_EQ(after.used, KMSGPIPE_MESSAGE_SPACE(23));
	CHECK_EQ(after.size, 65536);
	CHECK_EQ(after.open, 1);
	CHECK_EQ(after.reserved, 0);
	close(fd);
}

static void the_size_is_rounded_up(void)
{
	int fd = pipe_fresh(O_RDWR);

	CHECK(!set_size(fd, 10000));
	CHECK_EQ(get_size(fd), 16384);
	CHECK_EQ(pipe_attribute("max_buf_size"), 16384);
	CHECK(!set_size(fd, KMSGPIPE_MAX_SIZE));
	CHECK_EQ(get_size(fd), KMSGPIPE_MAX_SIZE);
	CHECK(!set_size(fd, KMSGPIPE_MIN_SIZE));
	CHECK_EQ(get_size(fd), KMSGPIPE_MIN_SIZE);
	CHECK_EQ(set_size(fd, KMSGPIPE_MAX_MESSAGE - 1), -ERANGE);
	CHECK_EQ(set_size(fd, KMSGPIPE_MAX_SIZE + 1), -ERANGE);
	CHECK_EQ(set_size(fd, 0), -ERANGE);
	CHECK_EQ(set_size(fd, ~0U), -ERANGE);
	CHECK_EQ(get_size(fd), KMSGPIPE_MIN_SIZE);
	close(fd);
}

static void messages_stay_when_the_size_changes(void)
{
	static const unsigned int sizes[] = { 16384, 1048576, 65536, 16384, 131072 };
	int fd = pipe_fresh(O_RDWR | O_NONBLOCK);
	unsigned int i, j;

	/* From many places of the ring, so that some messages go over its end. */
	for (i = 0; i < 40; i++) {
		for (j = 0; j < 3; j++) {
			pipe_pattern(message, 3000 + j, i + j);
			CHECK_EQ(write(fd, message, 3000 + j), 3000 + j);
		}
		CHECK(!set_size(fd, sizes[i % ARRAY_SIZE(sizes)]));
		CHECK_EQ(pipe_stats().messages, 3);
		for (j = 0; j < 3; j++) {
			CHECK_EQ(read(fd, message, sizeof(message)), 3000 + j);
			CHECK(pipe_is_pattern(message, 3000 + j, i + j));
		}
	}
	close(fd);
}

static void a_ring_too_small_for_its_messages_is_refused(void)
{
	int fd = pipe_fresh(O_RDWR);
	int i;

	for (i = 0; i < 5; i++)
		CHECK_EQ(write(fd, message, sizeof(message)), sizeof(message));
	CHECK_EQ(set_size(fd, 16384), -EBUSY);
	CHECK_EQ(get_size(fd), 65536);
	CHECK_EQ(pipe_stats().messages, 5);
	close(fd);
}

static void a_sleeping_reader_survives_a_change_of_size(void)
{
	int fd = pipe_fresh(O_RDWR);
	static struct waiter reader;

	waiter_read(&reader, fd, sizeof(message));
	CHECK(waiter_sleeps(&reader));
	CHECK(!set_size(fd, KMSGPIPE_MAX_SIZE));
	CHECK(!set_size(fd, KMSGPIPE_MIN_SIZE));
	CHECK(waiter_sleeps(&reader));
	pipe_pattern(message, 1000, 5);
	CHECK_EQ(write(fd, message, 1000), 1000);
	CHECK(waiter_ends(&reader));
	CHECK_EQ(reader.result, 1000);
	CHECK(pipe_is_pattern(reader.message, 1000, 5));
	close(fd);
}

static void a_larger_ring_has_room_for_a_writer(void)
{
	int fd = pipe_fresh(O_RDWR);
	static struct waiter writer;

	CHECK(!set_size(fd, SMALL_SIZE));
	CHECK_EQ(pipe_fill(), SMALL_FITS);
	waiter_write(&writer, fd, KMSGPIPE_MAX_MESSAGE);
	CHECK(waiter_sleeps(&writer));
	CHECK(!set_size(fd, 65536));
	CHECK(waiter_ends(&writer));
	CHECK_EQ(writer.result, KMSGPIPE_MAX_MESSAGE);
	CHECK_EQ(pipe_stats().messages, SMALL_FITS + 1);
	close(fd);
}

static void bad_ioctls_are_refused_and_counted(void)
{
	int fd = pipe_fresh(O_RDWR), reader = pipe_open(O_RDONLY), writer = pipe_open(O_WRONLY);
	struct kmsgpipe_stats before = pipe_stats();
	unsigned int size = 65536;
	__u64 sequence = 1;
	void *nowhere = (void *)8;

	CHECK(ioctl(fd, _IO(KMSGPIPE_IOC_MAGIC, 99)) < 0 && errno == ENOTTY);
	CHECK(ioctl(fd, _IO('M', 1)) < 0 && errno == ENOTTY);
	/* The right number with the wrong size of its argument. */
	CHECK(ioctl(fd, _IOR(KMSGPIPE_IOC_MAGIC, 3, __u64), &sequence) < 0 && errno == ENOTTY);
	CHECK(ioctl(fd, KMSGPIPE_IOC_STATS, nowhere) < 0 && errno == EFAULT);
	CHECK(ioctl(fd, KMSGPIPE_IOC_GET_SIZE, nowhere) < 0 && errno == EFAULT);
	CHECK(ioctl(fd, KMSGPIPE_IOC_SET_SIZE, nowhere) < 0 && errno == EFAULT);
	CHECK(ioctl(fd, KMSGPIPE_IOC_CONSUME, nowhere) < 0 && errno == EFAULT);
	CHECK(ioctl(writer, KMSGPIPE_IOC_CLEAR) < 0 && errno == EBADF);
	CHECK(ioctl(writer, KMSGPIPE_IOC_CONSUME, &sequence) < 0 && errno == EBADF);
	CHECK(ioctl(reader, KMSGPIPE_IOC_SET_SIZE, &size) < 0 && errno == EBADF);
	CHECK_EQ(pipe_stats().errors, before.errors + 10);
	close(fd);
	close(reader);
	close(writer);
}

static const struct ktap_test tests[] = {
	{ "clear drops everything", clear_drops_everything },
	{ "clear makes room for a writer", clear_makes_room_for_a_writer },
	{ "statistics count", statistics_count },
	{ "the size is rounded up", the_size_is_rounded_up },
	{ "messages stay when the size changes", messages_stay_when_the_size_changes },
	{ "a ring too small for its messages is refused",
	  a_ring_too_small_for_its_messages_is_refused },
	{ "a sleeping reader survives a change of size",
	  a_sleeping_reader_survives_a_change_of_size },
	{ "a larger ring has room for a writer", a_larger_ring_has_room_for_a_writer },
	{ "bad ioctls are refused and counted", bad_ioctls_are_refused_and_counted },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
