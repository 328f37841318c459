// SPDX-License-Identifier: GPL-2.0
/*
 * What kmsgpipe's mechanisms cost and buy, as ratios within one run: taking messages by read(),
 * mmap and splice, being told of them, dropping old ones, counting.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench.h"
#include "kmsgpipe.h"
#include "ktap.h"

#define TOLD	200
#define ROUNDS	5

static char message[KMSGPIPE_MAX_MESSAGE];
/* What a reader makes of the bytes; where it goes keeps the compiler from leaving that out. */
static __u64 sum;

/* Each word once, as a reader would who looks at what it gets. */
static void look_at(const void *bytes, size_t len)
{
	const __u64 *words = bytes;
	__u64 total = 0;
	size_t i;

	for (i = 0; i < len / 8; i++)
		total += words[i];
	__atomic_store_n(&sum, total, __ATOMIC_RELAXED);
}

static int pipe_to_fill[2];

static void empty_pipe(void)
{
	static char bytes[65536];

	while (read(pipe_to_fill[0], bytes, sizeof(bytes)) > 0)
		;
}

/* A way of taking all messages out of the pipe */
typedef void (*take_t)(int fd, size_t len, int count);

static void take_by_read(int fd, size_t len, int count)
{
	while (count--) {
		CHECK_EQ(read(fd, message, sizeof(message)), len);
		look_at(message, len);
	}
}

/* The peer: a pipe(2), into which fill() has put the same. */
static void take_from_plain_pipe(int fd, size_t len, int count)
{
	(void)fd;
	while (count--) {
		CHECK_EQ(read(pipe_to_fill[0], message, len), len);
		look_at(message, len);
	}
}

static struct mapping mapping;

static void take_in_place(int fd, int count, int at_a_time)
{
	const struct kmsgpipe_message *found;
	int i;

	for (i = 1; i <= count; i++) {
		found = mapping_message(&mapping);
		CHECK(found);
		look_at(found + 1, found->len);
		mapping_pass(&mapping, found->len);
		if (i % at_a_time == 0 || i == count) {
			__u64 sequence = found->sequence;

			CHECK(ioctl(fd, KMSGPIPE_IOC_CONSUME, &sequence) > 0);
		}
	}
}

static void take_one_in_place(int fd, size_t len, int count)
{
	(void)len;
	take_in_place(fd, count, 1);
}

static void take_all_in_place(int fd, size_t len, int count)
{
	(void)len;
	take_in_place(fd, count, count);
}

static void forward_by_read_and_write(int fd, size_t len, int count)
{
	while (count--) {
		CHECK_EQ(read(fd, message, sizeof(message)), len);
		CHECK_EQ(write(pipe_to_fill[1], message, len), len);
	}
}

static void forward_by_splice(int fd, size_t len, int count)
{
	while (count--)
		CHECK_EQ(splice(fd, NULL, pipe_to_fill[1], NULL, KMSGPIPE_MAX_MESSAGE, 0), len);
}

static void taking_messages(void)
{
	static const size_t lens[] = { 16, 256, 1024, 4096 };
	static const take_t ways[] = {
		take_by_read, take_from_plain_pipe, take_one_in_place, take_all_in_place,
		forward_by_read_and_write, forward_by_splice,
	};
	static __u64 times[ARRAY_SIZE(ways)][TURNS];
	int fd = pipe_fresh(O_RDWR | O_NONBLOCK), turn, i;
	__u64 costs[ARRAY_SIZE(ways)], begin;
	unsigned int size, way;

	CHECK(!pipe2(pipe_to_fill, O_CLOEXEC | O_NONBLOCK));
	CHECK(fcntl(pipe_to_fill[1], F_SETPIPE_SZ, 1 << 20) > 0);
	CHECK(!pipe_set("max_buf_size", "131072"));
	CHECK(mapping_open(&mapping, fd));
	printf("# taking a message, read() = 1 (ns); mmap: one ioctl for each, one for all\n");
	printf("# forwarding it to a pipe(2), read() and write() = 1\n");
	for (size = 0; size < ARRAY_SIZE(lens); size++) {
		for (turn = 0; turn < TURNS; turn++) {
			for (way = 0; way < ARRAY_SIZE(ways); way++) {
				int into = ways[way] == take_from_plain_pipe ? pipe_to_fill[1] : fd;

				for (i = 0; i < BATCH; i++)
					CHECK_EQ(write(into, message, lens[size]), lens[size]);
				mapping_catch_up(&mapping);
				begin = now_ns();
				ways[way](fd, lens[size], BATCH);
				times[way][turn] = (now_ns() - begin) / BATCH;
				empty_pipe();
			}
		}
		for (way = 0; way < ARRAY_SIZE(ways); way++)
			costs[way] = least(times[way], TURNS);
		printf("# %4zu bytes: read 1.00 (%llu), pipe(2) %.2f, mmap %.2f and %.2f\n",
		       lens[size], costs[0], (double)costs[1] / costs[0],
		       (double)costs[2] / costs[0], (double)costs[3] / costs[0]);
		printf("# %4zu bytes: read and write 1.00, splice %.2f\n", lens[size],
		       (double)costs[5] / costs[4]);
	}
	mapping_close(&mapping);
	close(pipe_to_fill[0]);
	close(pipe_to_fill[1]);
	close(fd);
}

/* Ways of waiting for a message; what is returned has been read. */
struct listener {
	void (*wait)(int fd);
	const char *name;
	int flags;
	__u64 delays[TOLD];
	int told;
	unsigned int looks;
};

static int epoll_of_listener;
static unsigned int looks;

static void wait_in_read(int fd)
{
	(void)fd;
}

static void wait_in_poll(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	poll(&poller, 1, -1);
}

static void wait_in_epoll(int fd)
{
	struct epoll_event event;

	(void)fd;
	epoll_wait(epoll_of_listener, &event, 1, -1);
}

static void wait_for_sigio(int fd)
{
	siginfo_t info;
	sigset_t set;

	(void)fd;
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigwaitinfo(&set, &info);
}

static void look_every_10_ms(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	while (poll(&poller, 1, 0) == 0) {
		usleep(10000);
		looks++;
	}
}

static struct listener listeners[] = {
	{ .wait = wait_in_read, .name = "blocked in read()" },
	{ .wait = wait_in_poll, .name = "poll()" },
	{ .wait = wait_in_epoll, .name = "epoll_wait()" },
	{ .wait = wait_for_sigio, .name = "SIGIO", .flags = O_ASYNC },
	{ .wait = look_every_10_ms, .name = "looking every 10 ms" },
};

static void *listen_to_all(void *data)
{
	struct listener *listener = data;
	int fd = pipe_open(O_RDONLY), i;
	struct epoll_event event = { .events = EPOLLIN };
	__u64 sent;

	epoll_of_listener = epoll_create1(EPOLL_CLOEXEC);
	epoll_ctl(epoll_of_listener, EPOLL_CTL_ADD, fd, &event);
	if (listener->flags & O_ASYNC) {
		fcntl(fd, F_SETOWN, getpid());
		fcntl(fd, F_SETSIG, SIGRTMIN);
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC);
	}
	looks = 0;
	for (i = 0; i < TOLD / ROUNDS; i++) {
		listener->wait(fd);
		if (read(fd, &sent, sizeof(sent)) != sizeof(sent))
			break;
		listener->delays[listener->told++] = now_ns() - sent;
	}
	listener->looks += looks;
	close(epoll_of_listener);
	close(fd);
	return NULL;
}

static void tell(struct listener *listener)
{
	int fd = pipe_open(O_WRONLY), i;
	pthread_t thread;
	__u64 sent;

	CHECK(!pthread_create(&thread, NULL, listen_to_all, listener));
	usleep(50000);
	for (i = 0; i < TOLD / ROUNDS; i++) {
		/* Not in step with who looks every 10 ms. */
		usleep(3000 + i * 37 % 4000);
		sent = now_ns();
		CHECK_EQ(write(fd, &sent, sizeof(sent)), sizeof(sent));
	}
	pthread_join(thread, NULL);
	close(fd);
}

static void being_told_of_a_message(void)
{
	unsigned int way, round;
	__u64 first = 0, middle;

	pipe_reset();
	for (round = 0; round < ROUNDS; round++)
		for (way = 0; way < ARRAY_SIZE(listeners); way++)
			tell(&listeners[way]);
	printf("# from write() to the reader that has it, blocked in read() = 1\n");
	for (way = 0; way < ARRAY_SIZE(listeners); way++) {
		CHECK_EQ(listeners[way].told, TOLD);
		middle = median(listeners[way].delays, TOLD);
		if (!way)
			first = middle;
		printf("# %s: %.2f (%llu us), looked %u times in vain\n", listeners[way].name,
		       (double)middle / first, middle / 1000, listeners[way].looks);
	}
}

#define CLEANUPS	20

static void cleaning_up(void)
{
	int fd = pipe_fresh(O_WRONLY | O_NONBLOCK), turn, count = 0;
	static __u64 writes[CLEANUPS], runs[CLEANUPS];
	__u64 begin, run, store;

	CHECK(!pipe_set("cleanup_age_ms", "60000"));
	for (turn = 0; turn < CLEANUPS; turn++) {
		begin = now_ns();
		CHECK(!pipe_set("trigger_cleanup", "1"));
		writes[turn] = now_ns() - begin;
	}
	store = least(writes, CLEANUPS);
	CHECK(!pipe_set("cleanup_age_ms", "0"));
	for (turn = 0; turn < CLEANUPS; turn++) {
		begin = now_ns();
		for (count = 0; count < BATCH; count++)
			CHECK_EQ(write(fd, message, 16), 16);
		writes[turn] = (now_ns() - begin) / BATCH;
		while (write(fd, message, 16) == 16)
			count++;
		begin = now_ns();
		CHECK(!pipe_set("trigger_cleanup", "1"));
		runs[turn] = now_ns() - begin;
	}
	run = least(runs, CLEANUPS);
	run = run > store ? run - store : 0;
	printf("# dropping %d messages at once takes as long as %.1f writes\n", count,
	       (double)run / least(writes, CLEANUPS));
	close(fd);
}

static void a_counter(void)
{
	static __u64 reads[TURNS], adds[TURNS], shared_adds[TURNS];
	int fd = pipe_fresh(O_RDWR | O_NONBLOCK), turn, i;
	__u64 begin, read_ns, counter = 0;

	for (turn = 0; turn < TURNS; turn++) {
		for (i = 0; i < BATCH; i++)
			CHECK_EQ(write(fd, message, 256), 256);
		begin = now_ns();
		take_by_read(fd, 256, BATCH);
		reads[turn] = (now_ns() - begin) / BATCH;
		/* In thousandths of a nanosecond; relaxed, as a counter under a lock is. */
		begin = now_ns();
		for (i = 0; i < 10000; i++)
			__atomic_store_n(&counter, __atomic_load_n(&counter, __ATOMIC_RELAXED) + 1,
					 __ATOMIC_RELAXED);
		adds[turn] = (now_ns() - begin) / 10;
		begin = now_ns();
		for (i = 0; i < 10000; i++)
			__atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
		shared_adds[turn] = (now_ns() - begin) / 10;
	}
	read_ns = least(reads, TURNS);
	printf("# a read() of 256 bytes = 100 %% (%llu ns)\n", read_ns);
	printf("# a counter under a lock that is held %.3f %%, an atomic one %.3f %%\n",
	       least(adds, TURNS) / 10.0 / read_ns, least(shared_adds, TURNS) / 10.0 / read_ns);
	close(fd);
}

static const struct ktap_test parts[] = {
	{ "taking messages: read, mmap, splice", taking_messages },
	{ "being told of a message: read, poll, epoll, SIGIO, looking", being_told_of_a_message },
	{ "dropping old messages at once", cleaning_up },
	{ "the cost of a counter", a_counter },
};

int main(void)
{
	sigset_t blocked;

	/* SIGIO is taken by sigwaitinfo(). */
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	return ktap_run(parts, ARRAY_SIZE(parts));
}
