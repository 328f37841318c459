// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting for a message and for room: poll, select, epoll by level and by edge, SIGIO.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "device.h"
#include "kmsgpipe.h"
#include "ktap.h"

#define READABLE	(POLLIN | POLLRDNORM)
#define WRITABLE	(POLLOUT | POLLWRNORM)

static char message[KMSGPIPE_MAX_MESSAGE];

static int events_of(int fd)
{
	struct pollfd poller = { .fd = fd, .events = READABLE | WRITABLE | POLLPRI };

	return poll(&poller, 1, 0) < 0 ? -errno : poller.revents;
}

static void poll_tells_messages_and_room(void)
{
	int fd = pipe_fresh(O_RDWR);

	CHECK_EQ(events_of(fd), WRITABLE);
	CHECK_EQ(write(fd, "1", 1), 1);
	CHECK_EQ(events_of(fd), READABLE | WRITABLE);
	CHECK(!pipe_set("max_buf_size", "8192"));
	CHECK_EQ(events_of(fd), READABLE | WRITABLE);
	CHECK_EQ(pipe_fill(), SMALL_FITS);
	CHECK_EQ(events_of(fd), READABLE);
	/* The message of one byte makes no room for one of the largest. */
	CHECK_EQ(read(fd, message, sizeof(message)), 1);
	CHECK_EQ(events_of(fd), READABLE);
	CHECK_EQ(read(fd, message, sizeof(message)), KMSGPIPE_MAX_MESSAGE);
	CHECK_EQ(events_of(fd), WRITABLE);
	close(fd);
}

static void poll_tells_what_the_descriptor_can_do(void)
{
	int reader = pipe_fresh(O_RDONLY), writer = pipe_open(O_WRONLY);

	CHECK_EQ(write(writer, "1", 1), 1);
	CHECK_EQ(events_of(reader), READABLE);
	CHECK_EQ(events_of(writer), WRITABLE);
	close(reader);
	close(writer);
}

/* poll() looks again when its time is up: only who returns earlier was woken. */
#define LONG_MS		20000

/* A thread that polls for one kind of events. */
struct poller {
	int fd;
	short events;
};

static void *poll_for(void *data)
{
	const struct poller *poller = data;
	struct pollfd pollfd = { .fd = poller->fd, .events = poller->events };

	if (poll(&pollfd, 1, LONG_MS) != 1)
		return NULL;
	return (void *)(long)pollfd.revents;
}

static void poll_is_woken_by_a_message_and_by_room(void)
{
	int fd = pipe_fresh(O_RDWR);
	struct poller poller = { .fd = fd, .events = POLLIN };
	pthread_t thread;
	long long begin;
	void *events;

	CHECK(!pthread_create(&thread, NULL, poll_for, &poller));
	usleep(50000);
	begin = now_ms();
	CHECK_EQ(write(fd, "1", 1), 1);
	pthread_join(thread, &events);
	CHECK_EQ((long)events, POLLIN);
	CHECK(now_ms() - begin < LONG_MS);

	CHECK(!pipe_set("max_buf_size", "8192"));
	CHECK_EQ(pipe_fill(), SMALL_FITS);
	poller.events = POLLOUT;
	CHECK(!pthread_create(&thread, NULL, poll_for, &poller));
	usleep(50000);
	begin = now_ms();
	CHECK_EQ(ioctl(fd, KMSGPIPE_IOC_CLEAR), SMALL_FITS + 1);
	pthread_join(thread, &events);
	CHECK_EQ((long)events, POLLOUT);
	CHECK(now_ms() - begin < LONG_MS);
	close(fd);
}

static void poll_is_woken_by_a_larger_ring(void)
{
	int fd = pipe_fresh(O_RDWR);
	struct poller poller = { .fd = fd, .events = POLLOUT };
	pthread_t thread;
	void *events;

	CHECK(!pipe_set("max_buf_size", "8192"));
	CHECK_EQ(pipe_fill(), SMALL_FITS);
	CHECK(!pthread_create(&thread, NULL, poll_for, &poller));
	usleep(50000);
	CHECK(!pipe_set("max_buf_size", "65536"));
	pthread_join(thread, &events);
	CHECK_EQ((long)events, POLLOUT);
	close(fd);
}

static void select_tells_messages_and_room(void)
{
	int fd = pipe_fresh(O_RDWR);
	struct timeval none = { 0 };
	fd_set readable, writable;

	FD_ZERO(&readable);
	FD_ZERO(&writable);
	FD_SET(fd, &readable);
	FD_SET(fd, &writable);
	CHECK_EQ(select(fd + 1, &readable, &writable, NULL, &none), 1);
	CHECK(!FD_ISSET(fd, &readable) && FD_ISSET(fd, &writable));

	CHECK(!pipe_set("max_buf_size", "8192"));
	CHECK_EQ(pipe_fill(), SMALL_FITS);
	FD_SET(fd, &readable);
	FD_SET(fd, &writable);
	CHECK_EQ(select(fd + 1, &readable, &writable, NULL, &none), 1);
	CHECK(FD_ISSET(fd, &readable) && !FD_ISSET(fd, &writable));
	close(fd);
}

static int watch(int fd, unsigned int events)
{
	struct epoll_event event = { .events = events };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	CHECK(epoll >= 0);
	CHECK(!epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	return epoll;
}

/* The events that epoll has now, 0 when it has none. */
static int epoll_events(int epoll)
{
	struct epoll_event event;
	int count = epoll_wait(epoll, &event, 1, 0);

	return count < 0 ? -errno : count ? (int)event.events : 0;
}

static void epoll_by_level_tells_until_it_is_read(void)
{
	int fd = pipe_fresh(O_RDWR);
	int epoll = watch(fd, EPOLLIN);

	CHECK_EQ(epoll_events(epoll), 0);
	CHECK_EQ(write(fd, "1", 1), 1);
	CHECK_EQ(epoll_events(epoll), EPOLLIN);
	CHECK_EQ(epoll_events(epoll), EPOLLIN);
	CHECK_EQ(read(fd, message, 1), 1);
	CHECK_EQ(epoll_events(epoll), 0);
	close(epoll);
	close(fd);
}

static void epoll_by_edge_tells_each_message_once(void)
{
	int fd = pipe_fresh(O_RDWR);
	int epoll = watch(fd, EPOLLIN | EPOLLET);

	CHECK_EQ(epoll_events(epoll), 0);
	CHECK_EQ(write(fd, "1", 1), 1);
	CHECK_EQ(epoll_events(epoll), EPOLLIN);
	CHECK_EQ(epoll_events(epoll), 0);
	/* Also when the one before is still there. */
	CHECK_EQ(write(fd, "2", 1), 1);
	CHECK_EQ(epoll_events(epoll), EPOLLIN);
	CHECK_EQ(epoll_events(epoll), 0);
	/* Taking one is no news for readers. */
	CHECK_EQ(read(fd, message, 1), 1);
	CHECK_EQ(epoll_events(epoll), 0);
	close(epoll);
	close(fd);
}

static void epoll_by_edge_tells_room_once(void)
{
	int fd = pipe_fresh(O_RDWR), epoll;

	CHECK(!pipe_set("max_buf_size", "8192"));
	CHECK_EQ(pipe_fill(), SMALL_FITS);
	epoll = watch(fd, EPOLLOUT | EPOLLET);
	CHECK_EQ(epoll_events(epoll), 0);
	CHECK_EQ(read(fd, message, sizeof(message)), KMSGPIPE_MAX_MESSAGE);
	CHECK_EQ(epoll_events(epoll), EPOLLOUT);
	CHECK_EQ(epoll_events(epoll), 0);
	close(epoll);
	close(fd);
}

static void what_puts_no_message_in_wakes_no_reader(void)
{
	int fd = pipe_fresh(O_RDWR);
	int epoll = watch(fd, EPOLLIN | EPOLLET);

	/* None of these puts a message in. */
	CHECK(!pipe_set("max_buf_size", "131072"));
	CHECK(!pipe_set("trigger_cleanup", "1"));
	CHECK_EQ(ioctl(fd, KMSGPIPE_IOC_CLEAR), 0);
	CHECK_EQ(write(fd, message, 0), 0);
	pipe_proc("size");
	CHECK_EQ(epoll_events(epoll), 0);
	close(epoll);
	close(fd);
}

/* Has this descriptor send the signal to the thread; 0 means SIGIO. */
static void send_signals(int fd, int number)
{
	CHECK(!fcntl(fd, F_SETOWN, getpid()));
	if (number)
		CHECK(!fcntl(fd, F_SETSIG, number));
	CHECK(!fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC));
}

/* The signal that is there, or -errno. */
static int next_signal(int number, siginfo_t *info)
{
	static const struct timespec soon = { .tv_nsec = 200 * 1000 * 1000 };
	sigset_t set;
	int ret;

	sigemptyset(&set);
	sigaddset(&set, number);
	ret = sigtimedwait(&set, info, &soon);
	return ret < 0 ? -errno : ret;
}

static void a_message_sends_sigio(void)
{
	int fd = pipe_fresh(O_RDONLY), writer = pipe_open(O_WRONLY);
	siginfo_t info;

	send_signals(fd, 0);
	CHECK_EQ(write(writer, "1", 1), 1);
	CHECK_EQ(next_signal(SIGIO, &info), SIGIO);
	CHECK_EQ(next_signal(SIGIO, &info), -EAGAIN);
	/* Nobody is told who has not asked, or asks no longer. */
	CHECK(!fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_ASYNC));
	CHECK_EQ(write(writer, "1", 1), 1);
	CHECK_EQ(next_signal(SIGIO, &info), -EAGAIN);
	close(fd);
	close(writer);
}

static void a_queued_signal_says_which_descriptor_and_why(void)
{
	int fd = pipe_fresh(O_RDONLY), writer = pipe_open(O_WRONLY);
	siginfo_t info;
	int i;

	send_signals(fd, SIGRTMIN);
	for (i = 0; i < 3; i++)
		CHECK_EQ(write(writer, "1", 1), 1);
	for (i = 0; i < 3; i++) {
		CHECK_EQ(next_signal(SIGRTMIN, &info), SIGRTMIN);
		CHECK_EQ(info.si_fd, fd);
		CHECK_EQ(info.si_code, POLL_IN);
		CHECK_EQ(info.si_band, READABLE);
	}
	CHECK_EQ(next_signal(SIGRTMIN, &info), -EAGAIN);
	close(fd);
	close(writer);
}

static void room_sends_sigio_to_writers_of_a_full_pipe(void)
{
	int fd = pipe_fresh(O_RDONLY), writer = pipe_open(O_WRONLY);
	siginfo_t info;

	send_signals(writer, SIGRTMIN);
	/* Was there room before, it is no news. */
	CHECK_EQ(write(writer, "1", 1), 1);
	CHECK_EQ(read(fd, message, 1), 1);
	CHECK_EQ(next_signal(SIGRTMIN, &info), -EAGAIN);

	CHECK(!pipe_set("max_buf_size", "8192"));
	CHECK_EQ(pipe_fill(), SMALL_FITS);
	CHECK_EQ(read(fd, message, sizeof(message)), KMSGPIPE_MAX_MESSAGE);
	CHECK_EQ(next_signal(SIGRTMIN, &info), SIGRTMIN);
	CHECK_EQ(info.si_fd, writer);
	CHECK_EQ(info.si_code, POLL_OUT);
	CHECK_EQ(info.si_band, WRITABLE | POLLWRBAND);
	close(fd);
	close(writer);
}

static void a_closed_descriptor_sends_nothing(void)
{
	int fd = pipe_fresh(O_RDWR), writer = pipe_open(O_WRONLY);
	siginfo_t info;

	send_signals(fd, SIGRTMIN);
	close(fd);
	CHECK_EQ(write(writer, "1", 1), 1);
	CHECK_EQ(next_signal(SIGRTMIN, &info), -EAGAIN);
	close(writer);
}

static const struct ktap_test tests[] = {
	{ "poll tells messages and room", poll_tells_messages_and_room },
	{ "poll tells what the descriptor can do", poll_tells_what_the_descriptor_can_do },
	{ "poll is woken by a message and by room", poll_is_woken_by_a_message_and_by_room },
	{ "poll is woken by a larger ring", poll_is_woken_by_a_larger_ring },
	{ "select tells messages and room", select_tells_messages_and_room },
	{ "epoll by level tells until it is read", epoll_by_level_tells_until_it_is_read },
	{ "epoll by edge tells each message once", epoll_by_edge_tells_each_message_once },
	{ "epoll by edge tells room once", epoll_by_edge_tells_room_once },
	{ "what puts no message in wakes no reader", what_puts_no_message_in_wakes_no_reader },
	{ "a message sends SIGIO", a_message_sends_sigio },
	{ "a queued signal says which descriptor and why",
	  a_queued_signal_says_which_descriptor_and_why },
	{ "room sends SIGIO to the writers of a full pipe",
	  room_sends_sigio_to_writers_of_a_full_pipe },
	{ "a closed descriptor sends nothing", a_closed_descriptor_sends_nothing },
};

int main(void)
{
	sigset_t blocked;

	/* All signals are taken by sigtimedwait(). */
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGIO);
	sigaddset(&blocked, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
