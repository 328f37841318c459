// SPDX-License-Identifier: GPL-2.0
/*
 * The motor's history on the daedalus bridge: each transition once, in order, with the value that
 * its attribute shows and the time of the kernel; what is lost is counted and seen as a gap.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <linux/hy300.h>

#include "bridge.h"
#include "device.h"
#include "ktap.h"
#include "motor.h"

#define NOTIFY_BYTES	(sizeof(struct daedalus_v4l2_header) + sizeof(struct daedalus_v4l2_notify))
#define MOST		4096

static const char * const states[HY300_MOTOR_STATES] = {
	[HY300_MOTOR_POSITION] = "position",
	[HY300_MOTOR_TARGET] = "target_position",
	[HY300_MOTOR_MOVING] = "moving",
	[HY300_MOTOR_HOMED] = "homed",
	[HY300_MOTOR_LIMIT] = "limit_switch",
	[HY300_MOTOR_FAULT] = "fault",
};

/* What was read since greeted() */
static struct daedalus_v4l2_notify history[MOST];
static unsigned int length;
static unsigned long long next;

static unsigned long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/* Opens the bridge and says HELLO; `next` is the number that the first transition will carry. */
static int greeted(void)
{
	struct bridge_message response;
	int fd = bridge_open(O_RDWR | O_NONBLOCK);

	CHECK(fd >= 0);
	CHECK_EQ(bridge_greet(fd, &response), 0);
	next = response.hello.sequence;
	length = 0;
	return fd;
}

/* Reads a NOTIFY and checks everything but what it says. */
static bool read_notify(int fd, struct daedalus_v4l2_notify *notify)
{
	struct bridge_message message;
	ssize_t ret = bridge_read(fd, &message);

	if (ret == -EAGAIN)
		return false;
	CHECK_EQ(ret, NOTIFY_BYTES);
	CHECK_EQ(message.header.type, DAEDALUS_V4L2_NOTIFY);
	CHECK_EQ(message.header.cookie, 0);
	*notify = message.notify;
	CHECK_EQ(notify->subsystem, HY300_SUBSYSTEM_MOTOR);
	CHECK_EQ(notify->unit, device_unit);
	CHECK(notify->event < HY300_MOTOR_STATES);
	CHECK_EQ(notify->reserved, 0);
	return true;
}

/* Reads until the motor rests. Callers move it so little that all of it fits into the queue. */
static void follow(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	long long begin = now_ms();

	do {
		/* It looks again when its time is up: only who returns earlier was woken. */
		CHECK_EQ(poll(&poller, 1, 20000), 1);
		CHECK(now_ms() - begin < 20000);
		while (read_notify(fd, &history[length])) {
			CHECK_EQ(history[length].sequence, next);
			next++;
			CHECK(++length < MOST);
		}
	} while (!length || history[length - 1].event != HY300_MOTOR_MOVING ||
		 history[length - 1].value);
}

/* How often an attribute was told of */
static unsigned int told(unsigned int event)
{
	unsigned int i, count = 0;

	for (i = 0; i < length; i++)
		count += history[i].event == event;
	return count;
}

/* The value that it was told to have last */
static long long last_told(unsigned int event)
{
	unsigned int i;

	for (i = length; i > 0; i--) {
		if (history[i - 1].event == event)
			return history[i - 1].value;
	}
	ktap_fail(__FILE__, __LINE__, "%s was not told of", states[event]);
}

static void nothing_before_hello(void)
{
	long long unheard = bridge_statistic("unheard");
	long long transitions = bridge_statistic("transitions");
	struct bridge_message message;
	int fd;

	motor_homed();
	fd = bridge_open(O_RDWR | O_NONBLOCK);
	CHECK(fd >= 0);
	CHECK_EQ(device_write("target_position", "10"), 0);
	CHECK(motor_rests(60000));
	CHECK_EQ(bridge_read(fd, &message), -EAGAIN);
	CHECK(bridge_statistic("unheard") > unheard + 10);
	CHECK_EQ(bridge_statistic("transitions") - transitions,
		 bridge_statistic("unheard") - unheard);
	CHECK_EQ(bridge_greet(fd, &message), 0);
	CHECK_EQ(message.hello.sequence, bridge_statistic("transitions"));
	CHECK_EQ(bridge_read(fd, &message), -EAGAIN);
}

static void a_move(void)
{
	unsigned long long begin, end;
	unsigned int i;
	int fd;

	motor_homed();
	fd = greeted();
	begin = now_ns();
	CHECK_EQ(device_write("target_position", "40"), 0);
	follow(fd);
	end = now_ns();

	CHECK(begin <= history[0].ktime_ns);
	for (i = 1; i < length; i++)
		CHECK(history[i - 1].ktime_ns <= history[i].ktime_ns);
	CHECK(history[length - 1].ktime_ns <= end);

	/* The order of a move: where to, that it moves, each step, that it rests */
	CHECK_EQ(length, 43);
	CHECK_EQ(history[0].event, HY300_MOTOR_TARGET);
	CHECK_EQ(history[0].value, 40);
	CHECK_EQ(history[1].event, HY300_MOTOR_MOVING);
	CHECK_EQ(history[1].value, 1);
	for (i = 1; i <= 40; i++) {
		CHECK_EQ(history[i + 1].event, HY300_MOTOR_POSITION);
		CHECK_EQ(history[i + 1].value, i);
	}
	CHECK_EQ(told(HY300_MOTOR_MOVING), 2);
	CHECK_EQ(last_told(HY300_MOTOR_MOVING), 0);
}

static void check_attributes(void)
{
	static const char * const faults[HY300_FAULT_COUNT] = {
		[HY300_FAULT_NONE] = "none",
		[HY300_FAULT_LIMIT_STUCK] = "limit_switch_stuck",
		[HY300_FAULT_HOMING_TIMEOUT] = "homing_timeout",
		[HY300_FAULT_LIMIT_UNEXPECTED] = "limit_switch_unexpected",
		[HY300_FAULT_STEP] = "step_error",
	};
	unsigned int event;

	for (event = 0; event < HY300_MOTOR_STATES; event++) {
		if (!told(event))
			continue;
		if (event == HY300_MOTOR_FAULT)
			CHECK_STR(device_read("fault"), faults[last_told(event)]);
		else if (device_number(states[event]) != last_told(event))
			ktap_fail(__FILE__, __LINE__, "%s is not %lld, which was told last",
				  states[event], last_told(event));
	}
}

/* A homing and a fault of the switch tell each attribute what it shows, as often as it counts. */
static void every_change_is_told(void)
{
	double before[HY300_MOTOR_STATES];
	char series[HY300_MOTOR_STATES][96];
	unsigned int event, count;
	int fd;

	/* Near the switch, so that all of it fits into the queue */
	motor_reset();
	board_set("rotor", 8);
	for (event = 0; event < HY300_MOTOR_STATES; event++) {
		snprintf(series[event], sizeof(series[event]),
			 "hy300_motor_state_changes_total{attribute=\"%s\"}", states[event]);
		before[event] = device_metric("position_changes_total", series[event]);
	}
	fd = greeted();
	CHECK_EQ(device_write("home", "1"), 0);
	follow(fd);
	check_attributes();
	CHECK_EQ(told(HY300_MOTOR_HOMED), 1);
	CHECK_EQ(last_told(HY300_MOTOR_HOMED), 1);
	CHECK_EQ(told(HY300_MOTOR_LIMIT), 2);
	CHECK_EQ(last_told(HY300_MOTOR_LIMIT), 0);

	board_write("switch_mode", "stuck_closed");
	CHECK_EQ(device_write("target_position", "20"), 0);
	follow(fd);
	check_attributes();
	CHECK_EQ(told(HY300_MOTOR_FAULT), 1);
	CHECK_EQ(last_told(HY300_MOTOR_FAULT), HY300_FAULT_LIMIT_UNEXPECTED);

	for (event = 0; event < HY300_MOTOR_STATES; event++) {
		count = device_metric("position_changes_total", series[event]) - before[event];
		if (told(event) != count)
			ktap_fail(__FILE__, __LINE__, "%s told %u times, counted %u times",
				  states[event], told(event), count);
	}
}

static void what_is_lost_is_counted(void)
{
	long long dropped = bridge_statistic("dropped");
	struct daedalus_v4l2_notify notify;
	unsigned long long first;
	struct bridge_message message;
	unsigned int i;
	int fd;

	motor_homed();
	fd = greeted();
	first = next;
	CHECK_EQ(device_write("target_position", "200"), 0);
	CHECK(motor_rests(60000));
	dropped = bridge_statistic("dropped") - dropped;
	CHECK(dropped >= 200 - (long long)DAEDALUS_V4L2_QUEUE_SIZE);

	/* A PING still finds its place, the last one. */
	CHECK_EQ(bridge_ping(), 0);
	CHECK_EQ(bridge_statistic("queued"), DAEDALUS_V4L2_QUEUE_SIZE);
	for (i = 0; i < DAEDALUS_V4L2_QUEUE_SIZE - 1; i++) {
		CHECK(read_notify(fd, &notify));
		CHECK_EQ(notify.sequence, first + i);
	}
	CHECK(bridge_read(fd, &message) > 0);
	CHECK(bridge_is_ping(&message));

	/* The next transition shows the gap, and it is as long as the counter says. */
	CHECK_EQ(device_write("target_position", "180"), 0);
	CHECK(motor_rests(60000));
	CHECK(read_notify(fd, &notify));
	CHECK_EQ(notify.sequence, first + i + dropped);
	CHECK_EQ(notify.event, HY300_MOTOR_TARGET);
	CHECK_EQ(notify.value, 180);
}

/* Lost at the end of a burst, after which nothing comes that shows the gap: HELLO tells. */
static void hello_closes_the_account(void)
{
	struct daedalus_v4l2_notify notify = { };
	struct bridge_message message;
	long long dropped;
	int fd;

	motor_homed();
	fd = greeted();
	dropped = bridge_statistic("dropped");
	CHECK_EQ(device_write("target_position", "100"), 0);
	CHECK(motor_rests(60000));
	dropped = bridge_statistic("dropped") - dropped;
	while (read_notify(fd, &notify))
		;
	CHECK_EQ(bridge_greet(fd, &message), 0);
	CHECK_EQ(message.hello.sequence - (notify.sequence + 1), dropped);
	CHECK(dropped > 0);
}

/* Nothing is lost and nothing heard twice from one daemon to the next; the numbers go on. */
static void the_numbers_go_on(void)
{
	unsigned long long last;
	int fd;

	motor_homed();
	fd = greeted();
	CHECK_EQ(device_write("target_position", "10"), 0);
	follow(fd);
	last = next;
	greeted();
	CHECK_EQ(next, last);
	bridge_close();
	CHECK_EQ(device_write("target_position", "0"), 0);
	CHECK(motor_rests(60000));
	/* Target, moving, ten steps, at rest */
	greeted();
	CHECK_EQ(next, last + 13);
}

static const struct ktap_test tests[] = {
	{ "nothing is told before HELLO", nothing_before_hello },
	{ "a move is told in order, with its time", a_move },
	{ "every change is told, as the attribute shows it", every_change_is_told },
	{ "what is lost is counted and a gap in the sequence", what_is_lost_is_counted },
	{ "HELLO tells what was lost last", hello_closes_the_account },
	{ "the numbers go on from daemon to daemon", the_numbers_go_on },
};

/* The tests of the other subsystems have just ended; what they set off is not ours. */
static void wait_for_quiet(void)
{
	long long end = now_ms() + 5000, before;

	do {
		before = bridge_statistic("transitions");
		usleep(500000);
	} while (bridge_statistic("transitions") != before && now_ms() < end);
}

int main(int argc, char **argv)
{
	device_init(argc, argv);
	wait_for_quiet();
	return ktap_run(tests, ARRAY_SIZE(tests));
}
