// SPDX-License-Identifier: GPL-2.0
/*
 * splice() out of the pipe and into it: one call moves one message, with the bytes of read().
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kmsgpipe.h"
#include "ktap.h"

static char message[KMSGPIPE_MAX_MESSAGE + 1];
static int ends[2];

static void new_pipe(void)
{
	if (ends[1]) {
		close(ends[0]);
		close(ends[1]);
	}
	CHECK(!pipe2(ends, O_CLOEXEC | O_NONBLOCK));
}

static ssize_t splice_out(int fd, size_t len)
{
	ssize_t ret = splice(fd, NULL, ends[1], NULL, len, 0);

	return ret < 0 ? -errno : ret;
}

static ssize_t splice_in(int fd, size_t len)
{
	ssize_t ret = splice(ends[0], NULL, fd, NULL, len, 0);

	return ret < 0 ? -errno : ret;
}

static void it_carries_the_bytes_that_read_gives(void)
{
	int fd = pipe_fresh(O_RDWR | O_NONBLOCK), i;
	struct kmsgpipe_stats before = pipe_stats();
	size_t len, bytes = 0;

	CHECK(!pipe_set("max_buf_size", "8192"));
	new_pipe();
	for (i = 0; i < 300; i++) {
		len = 1 + (i * 797) % KMSGPIPE_MAX_MESSAGE;
		pipe_pattern(message, len, i);
		CHECK_EQ(write(fd, message, len), len);
		CHECK_EQ(splice_out(fd, KMSGPIPE_MAX_MESSAGE), len);
		memset(message, 0, sizeof(message));
		CHECK_EQ(read(ends[0], message, sizeof(message)), len);
		CHECK(pipe_is_pattern(message, len, i));
		bytes += len;
	}
	CHECK_EQ(splice_out(fd, KMSGPIPE_MAX_MESSAGE), -EAGAIN);
	/* They count as read. */
	CHECK_EQ(pipe_stats().reads - before.reads, 300);
	CHECK_EQ(pipe_stats().read_bytes - before.read_bytes, bytes);
	close(fd);
}

static void one_call_moves_one_message(void)
{
	int fd = pipe_fresh(O_RDWR | O_NONBLOCK);

	new_pipe();
	CHECK_EQ(write(fd, "one", 3), 3);
	CHECK_EQ(write(fd, "three", 5), 5);
	CHECK_EQ(splice_out(fd, 65536), 3);
	CHECK_EQ(splice_out(fd, 65536), 5);
	/* The pipe behind it knows no boundaries. */
	CHECK_EQ(read(ends[0], message, sizeof(message)), 8);
	CHECK(!memcmp(message, "onethree", 8));
	close(fd);
}

static void a_message_that_does_not_fit_stays(void)
{
	int fd = pipe_fresh(O_RDWR | O_NONBLOCK);

	new_pipe();
	CHECK_EQ(write(fd, "message", 7), 7);
	CHECK_EQ(splice_out(fd, 6), -EMSGSIZE);
	CHECK_EQ(pipe_stats().messages, 1);
	CHECK(read(ends[0], message, 1) < 0 && errno == EAGAIN);
	CHECK_EQ(splice_out(fd, 7), 7);
	close(fd);
}

static void a_full_pipe_takes_none(void)
{
	int fd = pipe_fresh(O_RDWR | O_NONBLOCK), i;
	ssize_t ret;

	CHECK(!pipe_set("max_buf_size", "131072"));
	new_pipe();
	CHECK(fcntl(ends[1], F_SETPIPE_SZ, 4096) >= 4096);
	for (i = 0; i < 20; i++) {
		pipe_pattern(message, KMSGPIPE_MAX_MESSAGE, i);
		CHECK_EQ(write(fd, message, KMSGPIPE_MAX_MESSAGE), KMSGPIPE_MAX_MESSAGE);
	}
	for (i = 0; (ret = splice_out(fd, KMSGPIPE_MAX_MESSAGE)) > 0; i++)
		CHECK_EQ(ret, KMSGPIPE_MAX_MESSAGE);
	CHECK_EQ(ret, -EAGAIN);
	CHECK(i > 0 && i < 20);
	CHECK_EQ(pipe_stats().messages, 20 - i);
	/* The next is the one that did not go. */
	CHECK_EQ(read(fd, message, sizeof(message)), KMSGPIPE_MAX_MESSAGE);
	CHECK(pipe_is_pattern(message, KMSGPIPE_MAX_MESSAGE, i));
	close(fd);
}

static void what_was_spliced_is_not_overwritten(void)
{
	int fd = pipe_fresh(O_RDWR | O_NONBLOCK), i;

	CHECK(!pipe_set("max_buf_size", "8192"));
	new_pipe();
	pipe_pattern(message, 4000, 1);
	CHECK_EQ(write(fd, message, 4000), 4000);
	CHECK_EQ(splice_out(fd, 4000), 4000);
	/* Round the ring while the bytes wait in the pipe behind it. */
	for (i = 0; i < 10; i++) {
		memset(message, 'x', 4000);
		CHECK_EQ(write(fd, message, 4000), 4000);
		CHECK_EQ(read(fd, message, sizeof(message)), 4000);
	}
	CHECK_EQ(read(ends[0], message, sizeof(message)), 4000);
	CHECK(pipe_is_pattern(message, 4000, 1));
	close(fd);
}

static void into_the_pipe_it_makes_one_message(void)
{
	int fd = pipe_fresh(O_RDWR | O_NONBLOCK);
	struct kmsgpipe_stats before = pipe_stats();

	new_pipe();
	pipe_pattern(message, 3000, 9);
	/* In two pieces, of which splice() finds both. */
	CHECK_EQ(write(ends[1], message, 1000), 1000);
	CHECK_EQ(write(ends[1], message + 1000, 2000), 2000);
	CHECK_EQ(splice_in(fd, KMSGPIPE_MAX_MESSAGE), 3000);
	CHECK_EQ(pipe_stats().writes - before.writes, 1);
	memset(message, 0, sizeof(message));
	CHECK_EQ(read(fd, message, sizeof(message)), 3000);
	CHECK(pipe_is_pattern(message, 3000, 9));
	close(fd);
}

static void into_the_pipe_the_length_is_the_boundary(void)
{
	int fd = pipe_fresh(O_RDWR | O_NONBLOCK);

	new_pipe();
	CHECK_EQ(write(ends[1], "onethree", 8), 8);
	CHECK_EQ(splice_in(fd, 3), 3);
	CHECK_EQ(splice_in(fd, 100), 5);
	CHECK_EQ(read(fd, message, sizeof(message)), 3);
	CHECK_EQ(read(fd, message, sizeof(message)), 5);
	CHECK(!memcmp(message, "three", 5));
	close(fd);
}

static void what_is_too_long_stays_in_the_pipe_behind(void)
{
	int fd = pipe_fresh(O_RDWR | O_NONBLOCK);

	new_pipe();
	CHECK_EQ(write(ends[1], message, sizeof(message)), sizeof(message));
	CHECK_EQ(splice_in(fd, sizeof(message)), -EMSGSIZE);
	CHECK_EQ(pipe_stats().messages, 0);
	CHECK_EQ(splice_in(fd, KMSGPIPE_MAX_MESSAGE), KMSGPIPE_MAX_MESSAGE);
	CHECK_EQ(splice_in(fd, KMSGPIPE_MAX_MESSAGE), 1);
	close(fd);
}

static void a_full_ring_takes_none(void)
{
	int fd = pipe_fresh(O_RDWR | O_NONBLOCK);

	CHECK(!pipe_set("max_buf_size", "8192"));
	CHECK_EQ(pipe_fill(), SMALL_FITS);
	new_pipe();
	memset(message, 'x', sizeof(message));
	CHECK_EQ(write(ends[1], message, KMSGPIPE_MAX_MESSAGE), KMSGPIPE_MAX_MESSAGE);
	CHECK_EQ(splice_in(fd, KMSGPIPE_MAX_MESSAGE), -EAGAIN);
	CHECK_EQ(ioctl(fd, KMSGPIPE_IOC_CLEAR), SMALL_FITS);
	CHECK_EQ(splice_in(fd, KMSGPIPE_MAX_MESSAGE), KMSGPIPE_MAX_MESSAGE);
	CHECK_EQ(read(fd, message, sizeof(message)), KMSGPIPE_MAX_MESSAGE);
	CHECK_EQ(message[KMSGPIPE_MAX_MESSAGE - 1], 'x');
	close(fd);
}

static void *splice_one(void *data)
{
	return (void *)splice_out(*(int *)data, KMSGPIPE_MAX_MESSAGE);
}

static void it_waits_for_a_message(void)
{
	int fd = pipe_fresh(O_RDWR);
	pthread_t thread;
	void *moved;

	new_pipe();
	CHECK(!pthread_create(&thread, NULL, splice_one, &fd));
	usleep(50000);
	CHECK_EQ(write(fd, "late", 4), 4);
	pthread_join(thread, &moved);
	CHECK_EQ((long)moved, 4);
	CHECK_EQ(read(ends[0], message, sizeof(message)), 4);
	close(fd);
}

static void round_and_round_through_a_file(void)
{
	int fd = pipe_fresh(O_RDWR | O_NONBLOCK), file = memfd_create("copy", MFD_CLOEXEC);
	off_t offset = 0;
	int i;

	CHECK(file >= 0);
	new_pipe();
	pipe_pattern(message, 2500, 3);
	CHECK_EQ(write(fd, message, 2500), 2500);
	for (i = 0; i < 50; i++) {
		CHECK_EQ(splice_out(fd, KMSGPIPE_MAX_MESSAGE), 2500);
		CHECK_EQ(splice_in(fd, KMSGPIPE_MAX_MESSAGE), 2500);
	}
	CHECK_EQ(splice_out(fd, KMSGPIPE_MAX_MESSAGE), 2500);
	CHECK_EQ(splice(ends[0], NULL, file, &offset, 2500, 0), 2500);
	memset(message, 0, sizeof(message));
	CHECK_EQ(pread(file, message, sizeof(message), 0), 2500);
	CHECK(pipe_is_pattern(message, 2500, 3));
	close(file);
	close(fd);
}

static const struct ktap_test tests[] = {
	{ "it carries the bytes that read() gives", it_carries_the_bytes_that_read_gives },
	{ "one call moves one message", one_call_moves_one_message },
	{ "a message that does not fit stays", a_message_that_does_not_fit_stays },
	{ "a full pipe takes none", a_full_pipe_takes_none },
	{ "what was spliced is not overwritten", what_was_spliced_is_not_overwritten },
	{ "into the pipe it makes one message", into_the_pipe_it_makes_one_message },
	{ "into the pipe the length is the boundary", into_the_pipe_the_length_is_the_boundary },
	{ "what is too long stays in the pipe behind", what_is_too_long_stays_in_the_pipe_behind },
	{ "a full ring takes none", a_full_ring_takes_none },
	{ "it waits for a message", it_waits_for_a_message },
	{ "round and round, and through a file", round_and_round_through_a_file },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
