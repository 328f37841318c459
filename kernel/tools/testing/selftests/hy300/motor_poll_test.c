// SPDX-License-Identifier: GPL-2.0
/*
 * Notification: each state attribute wakes poll() and epoll when it changes,
 * and none does when nothing changes.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "ktap.h"
#include "device.h"
#include "motor.h"

static const char * const states[] = {
	"position", "target_position", "moving", "homed", "limit_switch", "fault",
};

#define STATES	ARRAY_SIZE(states)
#define WOKEN	(POLLPRI | POLLERR)

static int fds[STATES];
static char before[STATES][32];

static void read_fd(int fd, char *text, size_t size)
{
	ssize_t len = pread(fd, text, size - 1, 0);

	text[len > 0 ? len : 0] = '\0';
}

static void open_all(void)
{
	unsigned int i;

	for (i = 0; i < STATES; i++) {
		fds[i] = device_open(states[i], O_RDONLY);
		CHECK(fds[i] >= 0);
		read_fd(fds[i], before[i], sizeof(before[i]));
	}
}

static void close_all(void)
{
	unsigned int i;

	for (i = 0; i < STATES; i++)
		close(fds[i]);
}

static short woken(unsigned int state, int milliseconds)
{
	struct pollfd poller = { .fd = fds[state], .events = POLLPRI | POLLERR };

	if (poll(&poller, 1, patience(milliseconds)) == 1)
		return poller.revents & WOKEN;
	return 0;
}

/* The attribute wakes its poller, and says something else than before. */
static void check_woken(const char *name)
{
	char text[32];
	unsigned int i;

	for (i = 0; strcmp(states[i], name); i++)
		;
	if (woken(i, 2000) != WOKEN)
		ktap_fail(__FILE__, __LINE__, "%s does not wake poll()", name);
	read_fd(fds[i], text, sizeof(text));
	if (!strcmp(text, before[i]))
		ktap_fail(__FILE__, __LINE__, "%s wakes and still says %s", name, text);
}

static void nothing_wakes_at_rest(void)
{
	unsigned int i;

	motor_homed();
	open_all();
	for (i = 0; i < STATES; i++) {
		if (woken(i, 100))
			ktap_fail(__FILE__, __LINE__, "%s wakes at rest", states[i]);
	}
	close_all();
}

static void reading_wakes_nobody(void)
{
	unsigned int i, other;
	char text[32];

	motor_homed();
	open_all();
	for (i = 0; i < STATES; i++)
		read_fd(fds[i], text, sizeof(text));
	for (other = 0; other < STATES; other++)
		CHECK(!woken(other, 20));
	close_all();
}

static void a_move(void)
{
	motor_homed();
	open_all();
	CHECK_EQ(device_write("target_position", "60"), 0);
	check_woken("target_position");
	check_woken("moving");
	check_woken("position");
	CHECK(motor_rests(5000));
	close_all();
}

static void a_move_wakes_nothing_else(void)
{
	motor_homed();
	open_all();
	CHECK_EQ(device_write("target_position", "20"), 0);
	CHECK(motor_rests(5000));
	CHECK(!woken(3, 0));
	CHECK(!woken(4, 0));
	CHECK(!woken(5, 0));
	close_all();
	open_all();
	CHECK_EQ(device_write("target_position", "20"), 0);
	CHECK_EQ(device_write("target_position", "5000"), -ERANGE);
	CHECK_EQ(device_write("stop", "1"), 0);
	for (unsigned int i = 0; i < STATES; i++)
		CHECK(!woken(i, 20));
	close_all();
}

static void the_end_of_a_move(void)
{
	motor_homed();
	CHECK_EQ(device_write("target_position", "100"), 0);
	open_all();
	CHECK_STR(before[2], "1\n");
	check_woken("moving");
	CHECK_EQ(device_number("moving"), 0);
	CHECK_EQ(device_number("position"), 100);
	close_all();
}

static void a_stop(void)
{
	motor_homed();
	CHECK_EQ(device_write("target_position", "400"), 0);
	CHECK(motor_passes(5, 2000));
	open_all();
	CHECK_EQ(device_write("stop", "1"), 0);
	check_woken("target_position");
	check_woken("moving");
	close_all();
}

static void a_homing(void)
{
	motor_reset();
	/*
	 * From the closed switch, which opens and stays open: on the way to it, it would be closed
	 * for a step only, too short for a reader.
	 */
	board_set("rotor", -8);
	CHECK_EQ(device_number("limit_switch"), 1);
	open_all();
	CHECK_EQ(device_write("home", "1"), 0);
	check_woken("limit_switch");
	CHECK(motor_rests(10000));
	check_woken("homed");
	close_all();
}

static void a_fault_and_its_clearing(void)
{
	motor_homed();
	board_write("switch_mode", "stuck_closed");
	open_all();
	CHECK_EQ(device_write("target_position", "50"), 0);
	check_woken("fault");
	check_woken("homed");
	close_all();
	CHECK(motor_rests(500));
	open_all();
	CHECK_EQ(device_write("fault", "none"), 0);
	check_woken("fault");
	close_all();
}

static void epoll_wakes_once_a_reading(void)
{
	struct epoll_event event = { .events = EPOLLPRI | EPOLLERR, };
	int epoll = epoll_create1(EPOLL_CLOEXEC), wakes = 0;
	char text[32];
	double before, after;

	motor_homed();
	before = device_metric("position_changes_total",
			       "hy300_motor_state_changes_total{attribute=\"position\"}");
	open_all();
	CHECK(!epoll_ctl(epoll, EPOLL_CTL_ADD, fds[0], &event));
	CHECK_EQ(epoll_wait(epoll, &event, 1, 50), 0);
	CHECK_EQ(device_write("target_position", "50"), 0);
	while (epoll_wait(epoll, &event, 1, 500) == 1) {
		CHECK(event.events & EPOLLPRI);
		read_fd(fds[0], text, sizeof(text));
		wakes++;
		CHECK(wakes < 1000);
	}
	CHECK(wakes > 1);
	CHECK_STR(text, "50\n");
	/* The counter says how many a slow reader has missed. */
	after = device_metric("position_changes_total",
			      "hy300_motor_state_changes_total{attribute=\"position\"}");
	CHECK(after - before >= 50 && after - before >= wakes);
	close(epoll);
	close_all();
}

static const struct ktap_test tests[] = {
	{ "nothing wakes at rest", nothing_wakes_at_rest },
	{ "reading wakes nobody", reading_wakes_nobody },
	{ "a move wakes target_position, moving and position", a_move },
	{ "a move wakes nothing else", a_move_wakes_nothing_else },
	{ "the end of a move wakes moving when all is final", the_end_of_a_move },
	{ "a stop wakes target_position and moving", a_stop },
	{ "a homing wakes limit_switch and homed", a_homing },
	{ "a fault and its clearing wake fault", a_fault_and_its_clearing },
	{ "epoll wakes once for each reading", epoll_wakes_once_a_reading },
};

int main(int argc, char **argv)
{
	device_init(argc, argv);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
