// SPDX-License-Identifier: GPL-2.0
/*
 * What the mechanisms of the class hy300 cost and buy, as ratios within one run: a notification,
 * and state by sysfs against history by the bridge.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>
#include <linux/hy300.h>

#include "bench.h"
#include "bridge.h"
#include "device.h"
#include "ktap.h"

#define MOTOR	"/sys/class/hy300/motor"

static void motor_write(const char *attribute, const char *text)
{
	int ret = file_write(MOTOR, attribute, text);

	if (ret)
		ktap_fail(__FILE__, __LINE__, "%s refuses %s: %s", attribute, text,
			  strerror(-ret));
}

static bool motor_moves(void)
{
	const char *text = file_read(MOTOR, "moving");

	return text && *text == '1';
}

static void motor_home(void)
{
	if (motor_moves())
		motor_write("stop", "1");
	file_write(MOTOR, "fault", "none");
	motor_write("home", "1");
	while (motor_moves())
		usleep(10000);
}

static atomic_bool polling;

/* Someone who waits for an attribute and reads it again, as the agent does. */
static void *poll_attribute(void *unused)
{
	int fd = open(MOTOR "/target_position", O_RDONLY | O_CLOEXEC);
	struct pollfd poller = { .fd = fd, .events = POLLPRI | POLLERR };
	char text[32];

	(void)unused;
	while (polling) {
		if (pread(fd, text, sizeof(text), 0) < 0)
			break;
		poll(&poller, 1, 100);
	}
	close(fd);
	return NULL;
}

/* The times of stores that change a state or do not: least and middle */
struct cost {
	bool changes;
	__u64 least;
	__u64 middle;
};

static void store(struct cost *cost, int fd)
{
	static const char * const targets[] = { "990", "991" };
	static __u64 times[TURNS];
	unsigned int i;
	__u64 begin;

	/* On the way all the time: beginning a move costs more than changing its target. */
	motor_home();
	CHECK_EQ(pwrite(fd, targets[0], 3, 0), 3);
	for (i = 0; i < ARRAY_SIZE(times); i++) {
		begin = now_ns();
		CHECK_EQ(pwrite(fd, targets[cost->changes ? (i + 1) % 2 : 0], 3, 0), 3);
		times[i] = now_ns() - begin;
	}
	CHECK(motor_moves());
	begin = least(times, ARRAY_SIZE(times));
	if (!cost->least || begin < cost->least)
		cost->least = begin;
	begin = median(times, ARRAY_SIZE(times));
	if (!cost->middle || begin < cost->middle)
		cost->middle = begin;
}

static void a_notification(void)
{
	int fd = open(MOTOR "/target_position", O_WRONLY | O_CLOEXEC), bridge, round;
	struct cost same = { .changes = false }, alone = { .changes = true };
	struct cost polled = { .changes = true }, bridged = { .changes = true };
	const struct cost *costs[] = { &alone, &polled, &bridged };
	static const char * const names[] = {
		"nobody listens", "a poller", "the bridge",
	};
	struct bridge_message hello;
	pthread_t poller;
	unsigned int i;

	CHECK(fd >= 0);
	for (round = 0; round < 3; round++) {
		store(&same, fd);
		store(&alone, fd);
		polling = true;
		CHECK(!pthread_create(&poller, NULL, poll_attribute, NULL));
		store(&polled, fd);
		polling = false;
		pthread_join(poller, NULL);
		/* A daemon that reads nothing: its queue is full soon, the rest is counted. */
		bridge = bridge_open(O_RDWR);
		CHECK(bridge >= 0);
		CHECK_EQ(bridge_greet(bridge, &hello), 0);
		store(&bridged, fd);
		bridge_close();
	}
	motor_write("stop", "1");
	close(fd);
	printf("# a store to target_position that changes nothing = 1 (%llu ns, median %llu ns)\n",
	       same.least, same.middle);
	for (i = 0; i < ARRAY_SIZE(costs); i++)
		printf("# changed and notified, %s: %.2f, of medians %.2f\n", names[i],
		       (double)costs[i]->least / same.least,
		       (double)costs[i]->middle / same.middle);
}

static void state_and_history(void)
{
	int fd = open(MOTOR "/position", O_RDONLY | O_CLOEXEC), bridge, seen = 0, told = 0;
	struct pollfd poller = { .fd = fd, .events = POLLPRI | POLLERR };
	struct bridge_message told_of;
	long long last = -1, end;
	unsigned int lost = 0;
	bool moving = true;
	char text[32];

	CHECK(fd >= 0);
	motor_home();
	bridge = bridge_open(O_RDWR | O_NONBLOCK);
	CHECK(bridge >= 0);
	CHECK(bridge_greet(bridge, &told_of) == 0);
	CHECK(pread(fd, text, sizeof(text), 0) > 0);
	motor_write("target_position", "50");
	/* A handler that takes 20 ms each time, and steps that take 3. */
	while (moving) {
		moving = motor_moves();
		if (poll(&poller, 1, 50) == 1) {
			CHECK(pread(fd, text, sizeof(text), 0) > 0);
			seen++;
			usleep(20000);
		}
	}
	for (end = now_ms() + 1000; now_ms() < end;) {
		if (bridge_read(bridge, &told_of) <= 0)
			break;
		if (told_of.header.type != DAEDALUS_V4L2_NOTIFY)
			continue;
		if (last >= 0)
			lost += told_of.notify.sequence - last - 1;
		last = told_of.notify.sequence;
		told += told_of.notify.subsystem == HY300_SUBSYSTEM_MOTOR &&
			told_of.notify.unit == 0 &&
			told_of.notify.event == HY300_MOTOR_POSITION;
	}
	bridge_close();
	close(fd);
	printf("# 50 steps, a handler of 20 ms: sysfs showed %d, the bridge told %d, lost %u\n",
	       seen, told, lost);
	CHECK(seen > 0 && seen < 50);
	CHECK(told > seen);
}

static const struct ktap_test parts[] = {
	{ "the cost of a notification", a_notification },
	{ "state by sysfs, history by the bridge", state_and_history },
};

int main(void)
{
	return ktap_run(parts, ARRAY_SIZE(parts));
}
