// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting for the daedalus bridge: poll, select, epoll by level and by edge, SIGIO, blocking
 * read(), and two readers at once.
 */
#define _GNU_SOURCE	/* F_SETSIG */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "bridge.h"
#include "device.h"
#include "ktap.h"

#define WRITABLE	(POLLOUT | POLLWRNORM)
#define READABLE	(POLLIN | POLLRDNORM)
#define EVERYTHING	(WRITABLE | READABLE | POLLPRI)

/* poll() and select() look again when their time is up: only who returns earlier was woken. */
#define LONG_MS		20000

/* Long enough for a thread to be waiting; too short only makes a test easier to pass. */
#define WHILE_US	50000

static int opened(int flags)
{
	int fd = bridge_open(O_RDWR | flags);

	CHECK(fd >= 0);
	return fd;
}

static void read_ping(int fd)
{
	struct bridge_message message;

	CHECK(bridge_read(fd, &message) > 0);
	CHECK(bridge_is_ping(&message));
}

static void *ping_in_a_while(void *unused)
{
	(void)unused;
	usleep(WHILE_US);
	return (void *)(long)bridge_ping();
}

static pthread_t begin_ping(void)
{
	pthread_t pinger;

	CHECK(!pthread_create(&pinger, NULL, ping_in_a_while, NULL));
	return pinger;
}

static void end_ping(pthread_t pinger)
{
	void *ret;

	pthread_join(pinger, &ret);
	CHECK_EQ((long)ret, 0);
}

static short polled(int fd, int milliseconds)
{
	struct pollfd poller = { .fd = fd, .events = EVERYTHING };

	CHECK(poll(&poller, 1, milliseconds) >= 0);
	return poller.revents;
}

static void poll_says_what_is_so(void)
{
	int fd = opened(0);

	CHECK_EQ(polled(fd, 0), WRITABLE);
	CHECK_EQ(bridge_ping(), 0);
	CHECK_EQ(polled(fd, 0), WRITABLE | READABLE);
	CHECK_EQ(polled(fd, 0), WRITABLE | READABLE);
	read_ping(fd);
	CHECK_EQ(polled(fd, 0), WRITABLE);
}

static void poll_is_woken(void)
{
	int fd = opened(0);
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	long long begin = now_ms();
	pthread_t pinger;
	int ret;

	CHECK_EQ(poll(&poller, 1, 20), 0);
	pinger = begin_ping();
	ret = poll(&poller, 1, LONG_MS);
	end_ping(pinger);
	CHECK(now_ms() - begin < LONG_MS);
	CHECK_EQ(ret, 1);
	CHECK_EQ(poller.revents, POLLIN);
	read_ping(fd);
}

static void select_is_woken(void)
{
	struct timeval time = { .tv_sec = LONG_MS / 1000 };
	long long begin = now_ms();
	int fd = opened(0);
	pthread_t pinger;
	fd_set readers, writers, others;
	int ret;

	FD_ZERO(&readers);
	FD_ZERO(&writers);
	FD_ZERO(&others);
	FD_SET(fd, &writers);
	CHECK_EQ(select(fd + 1, NULL, &writers, NULL, &time), 1);

	FD_SET(fd, &readers);
	FD_SET(fd, &others);
	pinger = begin_ping();
	ret = select(fd + 1, &readers, NULL, &others, &time);
	end_ping(pinger);
	CHECK(now_ms() - begin < LONG_MS);
	CHECK_EQ(ret, 1);
	CHECK(FD_ISSET(fd, &readers));
	CHECK(!FD_ISSET(fd, &others));
	read_ping(fd);
}

static int watch(int fd, unsigned int events)
{
	struct epoll_event event = { .events = events };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	CHECK(epoll >= 0);
	CHECK(!epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	return epoll;
}

static int events(int epoll, int milliseconds)
{
	struct epoll_event event;

	return epoll_wait(epoll, &event, 1, milliseconds);
}

static void epoll_by_level(void)
{
	int fd = opened(0);
	int epoll = watch(fd, EPOLLIN);
	pthread_t pinger;
	int ret;

	CHECK_EQ(events(epoll, 20), 0);
	pinger = begin_ping();
	ret = events(epoll, LONG_MS);
	end_ping(pinger);
	CHECK_EQ(ret, 1);
	CHECK_EQ(bridge_ping(), 0);
	CHECK_EQ(events(epoll, 0), 1);
	read_ping(fd);
	CHECK_EQ(events(epoll, 0), 1);
	read_ping(fd);
	CHECK_EQ(events(epoll, 20), 0);
	close(epoll);
}

static void epoll_by_edge(void)
{
	int fd = opened(O_NONBLOCK);
	int epoll = watch(fd, EPOLLIN | EPOLLET);
	struct bridge_message message;
	pthread_t pinger;
	int ret;

	CHECK_EQ(events(epoll, 20), 0);
	pinger = begin_ping();
	ret = events(epoll, LONG_MS);
	end_ping(pinger);
	CHECK_EQ(ret, 1);
	/* Nothing new, although nothing was read */
	CHECK_EQ(events(epoll, 20), 0);
	/* Each message is an edge, whether or not another waits before it. */
	CHECK_EQ(bridge_ping(), 0);
	CHECK_EQ(events(epoll, 1000), 1);
	CHECK_EQ(events(epoll, 20), 0);
	read_ping(fd);
	CHECK_EQ(events(epoll, 20), 0);
	read_ping(fd);
	CHECK_EQ(bridge_read(fd, &message), -EAGAIN);
	CHECK_EQ(bridge_ping(), 0);
	CHECK_EQ(events(epoll, 1000), 1);
	close(epoll);
}

static void a_reader_waits(void)
{
	int fd = opened(0);
	pthread_t pinger = begin_ping();

	read_ping(fd);
	end_ping(pinger);
}

static void a_response_wakes_too(void)
{
	struct bridge_message hello = bridge_message(DAEDALUS_V4L2_HELLO, 1);
	int fd = opened(O_NONBLOCK);
	int epoll = watch(fd, EPOLLIN | EPOLLET);

	CHECK_EQ(events(epoll, 20), 0);
	CHECK_EQ(bridge_send(fd, &hello), sizeof(hello.header));
	CHECK_EQ(events(epoll, 1000), 1);
	close(epoll);
}

/* Waits for SIGIO, which is blocked; whether it came. */
static bool signalled(int milliseconds, siginfo_t *info)
{
	struct timespec time = { 0, milliseconds * 1000000L };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	return sigtimedwait(&set, info, &time) == SIGIO;
}

static void sigio(void)
{
	int fd = opened(O_NONBLOCK);
	int flags = fcntl(fd, F_GETFL);
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	CHECK(!pthread_sigmask(SIG_BLOCK, &set, NULL));

	/* Not asked for, it does not come. */
	CHECK(!fcntl(fd, F_SETOWN, getpid()));
	CHECK_EQ(bridge_ping(), 0);
	CHECK(!signalled(20, &info));

	CHECK(!fcntl(fd, F_SETFL, flags | O_ASYNC));
	CHECK_EQ(bridge_ping(), 0);
	CHECK(signalled(900, &info));
	CHECK(!signalled(20, &info));

	/* With F_SETSIG it says which descriptor, and why. */
	CHECK(!fcntl(fd, F_SETSIG, SIGIO));
	CHECK_EQ(bridge_ping(), 0);
	CHECK(signalled(900, &info));
	CHECK_EQ(info.si_fd, fd);
	CHECK_EQ(info.si_code, POLL_IN);
	CHECK_EQ(info.si_band, READABLE);

	CHECK(!fcntl(fd, F_SETFL, flags));
	CHECK_EQ(bridge_ping(), 0);
	CHECK(!signalled(20, &info));

	/* Closed while it is on: nothing comes any more. */
	CHECK(!fcntl(fd, F_SETFL, flags | O_ASYNC));
	bridge_close();
	CHECK_EQ(bridge_ping(), 0);
	CHECK(!signalled(20, &info));
	CHECK(!pthread_sigmask(SIG_UNBLOCK, &set, NULL));
}

#define MESSAGES	400

static atomic_int messages_read, messages_wrong;
static int shared_fd;

/* Ends at the response to a HELLO. */
static void *read_some(void *unused)
{
	struct bridge_message message;

	(void)unused;
	for (;;) {
		if (bridge_read(shared_fd, &message) <= 0)
			break;
		if (message.header.type == DAEDALUS_V4L2_HELLO_RESPONSE)
			return NULL;
		if (bridge_is_ping(&message))
			messages_read++;
		else
			messages_wrong++;
	}
	messages_wrong++;
	return NULL;
}

static void two_readers(void)
{
	struct bridge_message last = bridge_message(DAEDALUS_V4L2_HELLO, 0);
	long long read_before = bridge_statistic("read");
	pthread_t readers[2];
	int i, sent = 0;

	messages_read = 0;
	messages_wrong = 0;
	shared_fd = opened(0);
	for (i = 0; i < 2; i++)
		CHECK(!pthread_create(&readers[i], NULL, read_some, NULL));
	while (sent < MESSAGES) {
		if (!bridge_ping())
			sent++;
		else
			sched_yield();
	}
	/* One for each of them */
	for (i = 0; i < 2; i++) {
		while (bridge_send(shared_fd, &last) < 0)
			sched_yield();
	}
	for (i = 0; i < 2; i++)
		pthread_join(readers[i], NULL);
	CHECK_EQ(messages_wrong, 0);
	CHECK_EQ(messages_read, MESSAGES);
	CHECK_EQ(bridge_statistic("read"), read_before + MESSAGES + 2);
}

static const struct ktap_test tests[] = {
	{ "poll() says what is so", poll_says_what_is_so },
	{ "poll() is woken", poll_is_woken },
	{ "select() is woken", select_is_woken },
	{ "epoll by level", epoll_by_level },
	{ "epoll by edge", epoll_by_edge },
	{ "read() waits", a_reader_waits },
	{ "a response wakes, too", a_response_wakes_too },
	{ "SIGIO comes to who asked for it", sigio },
	{ "two readers get each message once", two_readers },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
