// SPDX-License-Identifier: GPL-2.0
/*
 * The daedalus bridge's round trip in six steps. Runs by hand as well, as root, while no daemon
 * has the device open: each step says what went over the device.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "bridge.h"
#include "ktap.h"

#define HELLO_COOKIE	0x48454c4f

static int fd = -1;
static struct bridge_message ping;

static const char * const names[] = {
	"hellos", "pings", "pongs", "stray_pongs", "refused", "dropped",
};

static long long before[ARRAY_SIZE(names)];

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static bool readable(int milliseconds)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	return poll(&poller, 1, milliseconds) == 1 && poller.revents == POLLIN;
}

static void show(const char *direction, const struct bridge_message *message)
{
	printf("# %s type 0x%08x, cookie 0x%x, %u bytes of payload\n", direction,
	       message->header.type, message->header.cookie, message->header.payload_len);
}

static void step_open(void)
{
	struct bridge_message message;
	unsigned int i;

	fd = bridge_open(O_RDWR | O_NONBLOCK);
	CHECK(fd >= 0);
	CHECK_EQ(bridge_read(fd, &message), -EAGAIN);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		before[i] = bridge_statistic(names[i]);
}

static void step_hello(void)
{
	struct bridge_message hello = bridge_message(DAEDALUS_V4L2_HELLO, HELLO_COOKIE);
	struct bridge_message response;
	long long sent = now_ns(), received;

	CHECK_EQ(bridge_send(fd, &hello), sizeof(hello.header));
	CHECK_EQ(bridge_receive(fd, &response), sizeof(response.header) + sizeof(response.hello));
	received = now_ns();
	show("sent    ", &hello);
	show("received", &response);
	printf("# round trip %lld us\n", (received - sent) / 1000);
	CHECK_EQ(response.header.magic, DAEDALUS_V4L2_MAGIC);
	CHECK_EQ(response.header.version, DAEDALUS_V4L2_VERSION);
	CHECK_EQ(response.header.type, DAEDALUS_V4L2_HELLO_RESPONSE);
	CHECK_EQ(response.header.cookie, HELLO_COOKIE);
	CHECK_EQ(response.header.payload_len, sizeof(response.hello));
	CHECK_EQ(response.header.reserved, 0);
	CHECK(sent <= (long long)response.hello.ktime_ns);
	CHECK((long long)response.hello.ktime_ns <= received);
	CHECK_EQ(response.hello.queue_size, DAEDALUS_V4L2_QUEUE_SIZE);
	CHECK_EQ(response.hello.reserved, 0);
}

static void step_ping(void)
{
	CHECK(!readable(0));
	CHECK_EQ(bridge_ping(), 0);
}

static void step_poll(void)
{
	CHECK(readable(1000));
	CHECK_EQ(bridge_receive(fd, &ping), sizeof(ping.header) + BRIDGE_PING_BYTES);
	show("received", &ping);
	CHECK(bridge_is_ping(&ping));
	CHECK(!readable(0));
}

static void step_pong(void)
{
	struct bridge_message pong = ping;

	pong.header.type = DAEDALUS_V4L2_PONG;
	CHECK_EQ(bridge_send(fd, &pong), sizeof(pong.header) + BRIDGE_PING_BYTES);
	show("sent    ", &pong);
}

static void step_statistics(void)
{
	static const long long grown[ARRAY_SIZE(names)] = { 1, 1, 1, 0, 0, 0 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		long long now = bridge_statistic(names[i]);

		printf("# %s %lld\n", names[i], now);
		if (now - before[i] != grown[i])
			ktap_fail(__FILE__, __LINE__, "%s has grown by %lld, not %lld", names[i],
				  now - before[i], grown[i]);
	}
	CHECK_EQ(bridge_statistic("open"), 1);
	bridge_close();
	CHECK_EQ(bridge_statistic("open"), 0);
}

static const struct ktap_test tests[] = {
	{ "step 1: open, nothing waits", step_open },
	{ "step 2: HELLO is answered with its cookie", step_hello },
	{ "step 3: a PING is asked for in debugfs", step_ping },
	{ "step 4: poll() sees it, read() gives it", step_poll },
	{ "step 5: PONG returns its cookie and payload", step_pong },
	{ "step 6: the statistics have counted each", step_statistics },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
