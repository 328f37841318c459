// SPDX-License-Identifier: GPL-2.0
/*
 * The daedalus bridge's queue: order, its bound, the place kept for PING, and what open() forgets.
 * Responses to HELLO fill it, since their number is known.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "bridge.h"
#include "ktap.h"

#define PLACES		((int)DAEDALUS_V4L2_QUEUE_SIZE)

static int opened(void)
{
	int fd = bridge_open(O_RDWR | O_NONBLOCK);

	CHECK(fd >= 0);
	CHECK_EQ(bridge_statistic("queued"), 0);
	return fd;
}

static ssize_t hello(int fd, unsigned int cookie)
{
	struct bridge_message message = bridge_message(DAEDALUS_V4L2_HELLO, cookie);

	return bridge_send(fd, &message);
}

static void check_response(int fd, unsigned int cookie)
{
	struct bridge_message message;

	CHECK(bridge_read(fd, &message) > 0);
	CHECK_EQ(message.header.type, DAEDALUS_V4L2_HELLO_RESPONSE);
	CHECK_EQ(message.header.cookie, cookie);
}

static void check_ping(int fd)
{
	struct bridge_message message;

	CHECK(bridge_read(fd, &message) > 0);
	CHECK(bridge_is_ping(&message));
}

static void open_flushes(void)
{
	struct bridge_message message;
	int fd = opened();

	CHECK_EQ(hello(fd, 1), sizeof(message.header));
	CHECK_EQ(bridge_ping(), 0);
	CHECK_EQ(bridge_statistic("queued"), 2);
	bridge_close();
	CHECK_EQ(bridge_ping(), 0);
	CHECK_EQ(bridge_statistic("queued"), 3);
	fd = opened();
	CHECK_EQ(bridge_read(fd, &message), -EAGAIN);
}

/* A PONG to a PING that somebody else has read answers nothing. */
static void open_forgets_what_was_asked(void)
{
	struct bridge_message message, pong;
	long long stray = bridge_statistic("stray_pongs");
	int fd = opened();

	CHECK_EQ(bridge_ping(), 0);
	CHECK(bridge_read(fd, &message) > 0);
	fd = opened();
	pong = message;
	pong.header.type = DAEDALUS_V4L2_PONG;
	CHECK(bridge_send(fd, &pong) > 0);
	CHECK_EQ(bridge_statistic("stray_pongs"), stray + 1);
}

static void a_place_is_kept_for_ping(void)
{
	long long dropped = bridge_statistic("dropped");
	struct bridge_message message;
	int fd = opened();
	int i;

	for (i = 0; i < PLACES - 1; i++)
		CHECK_EQ(hello(fd, i), sizeof(message.header));
	CHECK_EQ(bridge_statistic("dropped"), dropped);
	CHECK_EQ(hello(fd, i), -ENOBUFS);
	CHECK_EQ(bridge_statistic("dropped"), dropped + 1);
	CHECK_EQ(bridge_statistic("queued"), PLACES - 1);

	CHECK_EQ(bridge_ping(), 0);
	CHECK_EQ(bridge_statistic("queued"), PLACES);
	CHECK_EQ(bridge_ping(), -ENOBUFS);
	CHECK_EQ(bridge_statistic("dropped"), dropped + 2);

	/* One place is free again: it is the PING's, which is still waiting. */
	check_response(fd, 0);
	CHECK_EQ(hello(fd, 1000), -ENOBUFS);
	check_response(fd, 1);
	CHECK_EQ(hello(fd, 1001), sizeof(message.header));

	/* What was dropped is missing, the rest is there, in order. */
	for (i = 2; i < PLACES - 1; i++)
		check_response(fd, i);
	check_ping(fd);
	check_response(fd, 1001);
	CHECK_EQ(bridge_read(fd, &message), -EAGAIN);
	CHECK_EQ(bridge_statistic("dropped"), dropped + 3);
}

static void pings_fill_every_place(void)
{
	struct bridge_message message;
	int fd = opened();
	int i;

	for (i = 0; i < PLACES; i++)
		CHECK_EQ(bridge_ping(), 0);
	CHECK_EQ(bridge_ping(), -ENOBUFS);
	/* A HELLO that cannot be answered has not been said. */
	CHECK_EQ(hello(fd, 1), -ENOBUFS);
	CHECK_EQ(bridge_statistic("greeted"), 0);
	for (i = 0; i < PLACES; i++)
		check_ping(fd);
	CHECK_EQ(bridge_read(fd, &message), -EAGAIN);
}

static void the_order_is_kept_all_around(void)
{
	struct bridge_message message;
	unsigned int sent = 0, received = 0;
	int fd = opened();
	int round;

	srand(1);
	for (round = 0; round < 100; round++) {
		int in = rand() % (PLACES - 1 - (int)(sent - received) + 1);
		int out;

		while (in--)
			CHECK_EQ(hello(fd, sent++), sizeof(message.header));
		CHECK_EQ(bridge_statistic("queued"), sent - received);
		out = rand() % ((int)(sent - received) + 1);
		while (out--)
			check_response(fd, received++);
	}
	while (received < sent)
		check_response(fd, received++);
	CHECK(sent > 10 * DAEDALUS_V4L2_QUEUE_SIZE);
	CHECK_EQ(bridge_read(fd, &message), -EAGAIN);
}

static void the_head_stays_while_others_come(void)
{
	struct bridge_message message;
	int fd = opened();

	CHECK_EQ(hello(fd, 1), sizeof(message.header));
	CHECK(read(fd, &message, sizeof(message.header)) < 0 && errno == EMSGSIZE);
	while (!bridge_ping())
		;
	CHECK(read(fd, &message, sizeof(message.header)) < 0 && errno == EMSGSIZE);
	CHECK_EQ(bridge_statistic("queued"), PLACES);
	check_response(fd, 1);
	check_ping(fd);
}

static const struct ktap_test tests[] = {
	{ "open() forgets what waits", open_flushes },
	{ "open() forgets what was asked", open_forgets_what_was_asked },
	{ "a place is kept for PING, what finds none is counted", a_place_is_kept_for_ping },
	{ "PINGs fill every place", pings_fill_every_place },
	{ "the order is kept all around", the_order_is_kept_all_around },
	{ "the head stays after a short read, whatever comes", the_head_stays_while_others_come },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
