// SPDX-License-Identifier: GPL-2.0
/*
 * One write is one message: boundaries, what does not fit, waiting and not, signals, bad memory.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "kmsgpipe.h"
#include "ktap.h"

static char message[KMSGPIPE_MAX_MESSAGE + 1];

static void boundaries_are_kept(void)
{
	static const size_t lens[] = { 1, 7, 8, 9, 100, 4095, 4096, 2 };
	int fd = pipe_fresh(O_RDWR);
	unsigned int i, round;

	/* Often enough to go round the ring. */
	for (round = 0; round < 20; round++) {
		for (i = 0; i < ARRAY_SIZE(lens); i++) {
			pipe_pattern(message, lens[i], round + i);
			CHECK_EQ(write(fd, message, lens[i]), lens[i]);
		}
		for (i = 0; i < ARRAY_SIZE(lens); i++) {
			memset(message, 0, sizeof(message));
			CHECK_EQ(read(fd, message, sizeof(message)), lens[i]);
			CHECK(pipe_is_pattern(message, lens[i], round + i));
		}
	}
	CHECK_EQ(pipe_stats().messages, 0);
	close(fd);
}

static void several_buffers_are_one_message(void)
{
	struct iovec out[] = { { "mo", 2 }, { "tor", 3 }, { " homed", 6 } };
	char first[4], rest[20];
	struct iovec in[] = { { first, sizeof(first) }, { rest, sizeof(rest) } };
	int fd = pipe_fresh(O_RDWR);

	CHECK_EQ(writev(fd, out, 3), 11);
	CHECK_EQ(pipe_stats().messages, 1);
	CHECK_EQ(readv(fd, in, 2), 11);
	CHECK(!memcmp(first, "moto", 4) && !memcmp(rest, "r homed", 7));
	close(fd);
}

static void too_long_a_message_is_refused(void)
{
	int fd = pipe_fresh(O_RDWR | O_NONBLOCK);
	struct kmsgpipe_stats before = pipe_stats();

	CHECK(write(fd, message, KMSGPIPE_MAX_MESSAGE + 1) < 0);
	CHECK_EQ(errno, EMSGSIZE);
	CHECK_EQ(pipe_stats().errors, before.errors + 1);
	CHECK_EQ(pipe_stats().writes, before.writes);
	CHECK(read(fd, message, sizeof(message)) < 0 && errno == EAGAIN);
	close(fd);
}

static void too_small_a_buffer_keeps_the_message(void)
{
	int fd = pipe_fresh(O_RDWR);

	CHECK_EQ(write(fd, "first message", 13), 13);
	CHECK_EQ(write(fd, "second", 6), 6);
	CHECK(read(fd, message, 12) < 0);
	CHECK_EQ(errno, EMSGSIZE);
	CHECK_EQ(pipe_stats().messages, 2);
	CHECK_EQ(read(fd, message, 13), 13);
	CHECK(!memcmp(message, "first message", 13));
	CHECK_EQ(read(fd, message, 6), 6);
	close(fd);
}

static void nothing_is_nothing(void)
{
	int fd = pipe_fresh(O_RDWR);

	CHECK_EQ(write(fd, message, 0), 0);
	CHECK_EQ(pipe_stats().messages, 0);
	/* Neither does it wait. */
	CHECK_EQ(read(fd, message, 0), 0);
	close(fd);
}

static void without_waiting(void)
{
	int fd = pipe_fresh(O_RDWR | O_NONBLOCK);
	struct kmsgpipe_stats before = pipe_stats();

	CHECK(read(fd, message, sizeof(message)) < 0 && errno == EAGAIN);
	CHECK(!pipe_set("max_buf_size", "8192"));
	CHECK_EQ(pipe_fill(), SMALL_FITS);
	CHECK(write(fd, message, KMSGPIPE_MAX_MESSAGE) < 0 && errno == EAGAIN);
	/* What is smaller still fits. */
	CHECK_EQ(write(fd, message, 100), 100);
	CHECK_EQ(pipe_stats().errors, before.errors);
	close(fd);
}

static void a_reader_waits_for_a_message(void)
{
	int fd = pipe_fresh(O_RDWR);
	static struct waiter reader;

	waiter_read(&reader, fd, 100);
	CHECK(waiter_sleeps(&reader));
	CHECK_EQ(write(fd, "here", 4), 4);
	CHECK(waiter_ends(&reader));
	CHECK_EQ(reader.result, 4);
	CHECK(!memcmp(reader.message, "here", 4));
	close(fd);
}

static void each_of_many_readers_gets_one(void)
{
	static struct waiter readers[4];
	int fd = pipe_fresh(O_RDWR);
	unsigned int i, seen = 0;
	char digit;

	for (i = 0; i < ARRAY_SIZE(readers); i++)
		waiter_read(&readers[i], fd, 1);
	for (i = 0; i < ARRAY_SIZE(readers); i++)
		CHECK(waiter_sleeps(&readers[i]));
	for (i = 0; i < ARRAY_SIZE(readers); i++) {
		digit = (char)i;
		CHECK_EQ(write(fd, &digit, 1), 1);
	}
	for (i = 0; i < ARRAY_SIZE(readers); i++) {
		CHECK(waiter_ends(&readers[i]));
		CHECK_EQ(readers[i].result, 1);
		seen |= 1U << readers[i].message[0];
	}
	CHECK_EQ(seen, 0xf);
	close(fd);
}

static void a_reader_with_a_small_buffer_does_not_stop_the_others(void)
{
	static struct waiter small, large;
	int fd = pipe_fresh(O_RDWR);

	waiter_read(&small, fd, 2);
	CHECK(waiter_sleeps(&small));
	waiter_read(&large, fd, 100);
	CHECK(waiter_sleeps(&large));
	CHECK_EQ(write(fd, "three", 5), 5);
	CHECK(waiter_ends(&large));
	CHECK_EQ(large.result, 5);
	/* It was woken for the message: it has seen it, or waits for the next. */
	if (waiter_sleeps(&small)) {
		CHECK_EQ(write(fd, "4", 1), 1);
		CHECK(waiter_ends(&small));
		CHECK_EQ(small.result, 1);
	} else {
		CHECK(waiter_ends(&small));
		CHECK_EQ(small.error, EMSGSIZE);
	}
	close(fd);
}

static void a_writer_waits_for_room(void)
{
	int fd = pipe_fresh(O_RDWR);
	static struct waiter writer;

	CHECK(!pipe_set("max_buf_size", "8192"));
	CHECK_EQ(pipe_fill(), SMALL_FITS);
	waiter_write(&writer, fd, KMSGPIPE_MAX_MESSAGE);
	CHECK(waiter_sleeps(&writer));
	CHECK_EQ(read(fd, message, sizeof(message)), KMSGPIPE_MAX_MESSAGE);
	CHECK(waiter_ends(&writer));
	CHECK_EQ(writer.result, KMSGPIPE_MAX_MESSAGE);
	CHECK_EQ(read(fd, message, sizeof(message)), KMSGPIPE_MAX_MESSAGE);
	CHECK(pipe_is_pattern(message, KMSGPIPE_MAX_MESSAGE, 99));
	close(fd);
}

static void a_writer_of_little_need_not_wait_for_much(void)
{
	int fd = pipe_fresh(O_RDWR);
	static struct waiter writer;
	int i, count = 0;

	CHECK(!pipe_set("max_buf_size", "8192"));
	while (pipe_stats().used < SMALL_SIZE) {
		CHECK_EQ(write(fd, message, 40), 40);
		count++;
	}
	CHECK_EQ(count, SMALL_SIZE / KMSGPIPE_MESSAGE_SPACE(40));
	waiter_write(&writer, fd, 100);
	CHECK(waiter_sleeps(&writer));
	/* 64 bytes are freed each time and 128 needed. */
	CHECK_EQ(read(fd, message, sizeof(message)), 40);
	CHECK(waiter_sleeps(&writer));
	CHECK_EQ(read(fd, message, sizeof(message)), 40);
	CHECK(waiter_ends(&writer));
	CHECK_EQ(writer.result, 100);
	for (i = 2; i < count; i++)
		CHECK_EQ(read(fd, message, sizeof(message)), 40);
	CHECK_EQ(read(fd, message, sizeof(message)), 100);
	close(fd);
}

static void ignore(int signal)
{
	(void)signal;
}

static void a_signal_ends_the_waiting_and_takes_nothing(void)
{
	struct sigaction action = { .sa_handler = ignore };
	int fd = pipe_fresh(O_RDWR);
	static struct waiter waiter;
	struct kmsgpipe_stats before;

	CHECK(!sigaction(SIGUSR1, &action, NULL));
	waiter_read(&waiter, fd, 100);
	CHECK(waiter_sleeps(&waiter));
	pthread_kill(waiter.thread, SIGUSR1);
	CHECK(waiter_ends(&waiter));
	CHECK_EQ(waiter.error, EINTR);

	CHECK(!pipe_set("max_buf_size", "8192"));
	CHECK_EQ(pipe_fill(), SMALL_FITS);
	before = pipe_stats();
	waiter_write(&waiter, fd, KMSGPIPE_MAX_MESSAGE);
	CHECK(waiter_sleeps(&waiter));
	pthread_kill(waiter.thread, SIGUSR1);
	CHECK(waiter_ends(&waiter));
	CHECK_EQ(waiter.error, EINTR);
	CHECK_EQ(pipe_stats().messages, before.messages);
	CHECK_EQ(pipe_stats().errors, before.errors);
	close(fd);
}

static void a_signal_whose_handler_restarts_goes_unnoticed(void)
{
	struct sigaction action = { .sa_handler = ignore, .sa_flags = SA_RESTART };
	int fd = pipe_fresh(O_RDWR);
	static struct waiter reader;

	CHECK(!sigaction(SIGUSR2, &action, NULL));
	waiter_read(&reader, fd, 100);
	CHECK(waiter_sleeps(&reader));
	pthread_kill(reader.thread, SIGUSR2);
	usleep(20000);
	CHECK(waiter_sleeps(&reader));
	CHECK_EQ(write(fd, "1", 1), 1);
	CHECK(waiter_ends(&reader));
	CHECK_EQ(reader.result, 1);
	close(fd);
}

static void bad_memory_loses_nothing(void)
{
	long page = sysconf(_SC_PAGESIZE);
	char *half = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			  0);
	int fd = pipe_fresh(O_RDWR | O_NONBLOCK);
	struct kmsgpipe_stats before = pipe_stats();

	CHECK(half != MAP_FAILED);
	CHECK(!munmap(half + page, page));
	/* The first bytes are good, the rest is not there. */
	CHECK(write(fd, half + page - 8, 100) < 0 && errno == EFAULT);
	CHECK_EQ(pipe_stats().messages, 0);
	CHECK_EQ(write(fd, "twelve bytes", 12), 12);
	CHECK(read(fd, half + page - 8, 100) < 0 && errno == EFAULT);
	CHECK_EQ(pipe_stats().messages, 1);
	CHECK_EQ(pipe_stats().errors, before.errors + 2);
	CHECK_EQ(read(fd, message, sizeof(message)), 12);
	CHECK(!memcmp(message, "twelve bytes", 12));
	munmap(half, page);
	close(fd);
}

static void the_device_is_a_stream_for_its_group(void)
{
	int reader = pipe_fresh(O_RDONLY), writer = pipe_open(O_WRONLY);
	struct stat stat;

	CHECK(lseek(reader, 0, SEEK_SET) < 0 && errno == ESPIPE);
	CHECK(write(reader, "1", 1) < 0 && errno == EBADF);
	CHECK(read(writer, message, 1) < 0 && errno == EBADF);
	CHECK(pwrite(writer, "1", 1, 0) < 0 && errno == ESPIPE);
	CHECK(!fstat(reader, &stat));
	CHECK(S_ISCHR(stat.st_mode));
	CHECK_EQ(stat.st_mode & 0777, 0660);
	close(reader);
	close(writer);
}

static const struct ktap_test tests[] = {
	{ "boundaries are kept", boundaries_are_kept },
	{ "several buffers are one message", several_buffers_are_one_message },
	{ "too long a message is refused", too_long_a_message_is_refused },
	{ "too small a buffer keeps the message", too_small_a_buffer_keeps_the_message },
	{ "nothing is nothing", nothing_is_nothing },
	{ "without waiting", without_waiting },
	{ "a reader waits for a message", a_reader_waits_for_a_message },
	{ "each of many readers gets one", each_of_many_readers_gets_one },
	{ "a reader with a small buffer does not stop the others",
	  a_reader_with_a_small_buffer_does_not_stop_the_others },
	{ "a writer waits for room", a_writer_waits_for_room },
	{ "a writer of little need not wait for much", a_writer_of_little_need_not_wait_for_much },
	{ "a signal ends the waiting and takes nothing",
	  a_signal_ends_the_waiting_and_takes_nothing },
	{ "a signal whose handler restarts goes unnoticed",
	  a_signal_whose_handler_restarts_goes_unnoticed },
	{ "bad memory loses nothing", bad_memory_loses_nothing },
	{ "the device is a stream for its group", the_device_is_a_stream_for_its_group },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
