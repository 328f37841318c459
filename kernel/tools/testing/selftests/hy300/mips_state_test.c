// SPDX-License-Identifier: GPL-2.0
/*
 * The state of the MIPS co-processor: what it says, who is told of a change,
 * and that the driver takes a processor as it finds it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "ktap.h"
#include "mips.h"

#define WOKEN	(POLLPRI | POLLERR)

static const char * const states[] = { "state", "firmware_loaded", "keystone" };

static int fds[ARRAY_SIZE(states)];

static void read_all(void)
{
	char text[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(states); i++)
		CHECK(pread(fds[i], text, sizeof(text), 0) > 0);
}

static void open_all(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(states); i++) {
		fds[i] = device_open(states[i], O_RDONLY);
		CHECK(fds[i] >= 0);
	}
	read_all();
}

static void close_all(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(states); i++)
		close(fds[i]);
}

static bool woken(unsigned int state, int milliseconds)
{
	struct pollfd poller = { .fd = fds[state], .events = WOKEN };

	return poll(&poller, 1, patience(milliseconds)) == 1 && (poller.revents & WOKEN) == WOKEN;
}

static double changes(const char *attribute)
{
	char series[96];

	snprintf(series, sizeof(series), "hy300_mips_state_changes_total{attribute=\"%s\"}",
		 attribute);
	return device_metric("firmware_status", series);
}

static void attached_to_a_running_processor(void)
{
	long boots = board_number("mips/boots");
	struct mipsloader_status status;
	int fd;

	mips_attach_again();
	CHECK_STR(device_read("state"), "running");
	CHECK_EQ(device_number("firmware_loaded"), 1);
	CHECK_STR(device_read("keystone"), MIPS_STRAIGHT);
	CHECK_EQ(device_metric("firmware_status", "hy300_mips_attached"), 1);
	CHECK_EQ(device_metric("firmware_status", "hy300_mips_firmware_size_bytes"), 0);
	CHECK(!strstr(device_read("firmware_status"), "hy300_mips_firmware_info"));
	CHECK(!strstr(device_read("memory_stats"), "hy300_mips_memory_usage_bytes"));
	/* Nothing has happened to it. */
	CHECK_EQ(board_number("mips/boots"), boots);

	fd = mips_open(O_RDONLY);
	CHECK(fd >= 0);
	CHECK_EQ(mips_status(fd, &status), 0);
	CHECK_EQ(status.state, HY300_MIPS_RUNNING);
	CHECK_EQ(status.flags, MIPSLOADER_FIRMWARE_LOADED | MIPSLOADER_ATTACHED);
	CHECK_EQ(status.firmware_size, 0);
	CHECK_STR(status.name, "");
	close(fd);
}

static void bound_to_a_processor_that_is_off(void)
{
	CHECK_EQ(mips_driver_write("unbind"), 0);
	board_set("mips/word", 0);
	CHECK_EQ(mips_driver_write("bind"), 0);
	CHECK_STR(device_read("state"), "off");
	CHECK_EQ(device_number("firmware_loaded"), 0);
	CHECK_EQ(device_metric("firmware_status", "hy300_mips_attached"), 0);
	CHECK_EQ(device_metric("firmware_status", "hy300_mips_state{state=\"off\"}"), 1);
	CHECK_EQ(device_write("keystone", MIPS_STRAIGHT), -EAGAIN);
}

static void every_number_has_its_word(void)
{
	static const struct {
		int number;
		const char *word;
	} words[] = {
		{ 0, "off" }, { 1, "initial" }, { 2, "sleep" }, { 3, "idle" },
		{ 4, "transition_up" }, { 5, "running" }, { 6, "unknown" }, { 200, "unknown" },
	};
	char series[64];
	unsigned int i;

	mips_attach_again();
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		board_set("mips/word", words[i].number);
		CHECK_STR(device_read("state"), words[i].word);
		snprintf(series, sizeof(series), "hy300_mips_state{state=\"%s\"}", words[i].word);
		CHECK_EQ(device_metric("firmware_status", series), 1);
		/* U-Boot's firmware shows by its running only. */
		CHECK_EQ(device_number("firmware_loaded"), words[i].number == 5);
	}
}

static void nothing_wakes_at_rest(void)
{
	unsigned int i;

	mips_attach_again();
	open_all();
	/* Longer than between two looks of the driver at the state */
	usleep(1200000);
	for (i = 0; i < ARRAY_SIZE(states); i++) {
		if (woken(i, 0))
			ktap_fail(__FILE__, __LINE__, "%s wakes at rest", states[i]);
	}
	read_all();
	for (i = 0; i < ARRAY_SIZE(states); i++)
		CHECK(!woken(i, 0));
	close_all();
}

static void a_change_wakes(void)
{
	double before, counted;
	int i;

	mips_attach_again();
	before = changes("state");
	counted = device_metric("register_access_count", "hy300_mips_interrupts_total");
	open_all();
	for (i = 0; i < 6; i++) {
		board_set("mips/word", i % 2 ? 5 : 3);
		CHECK(woken(0, 2000));
		CHECK(woken(1, 1000));
		CHECK(!woken(2, 0));
		read_all();
	}
	/* By the interrupt, not by the look that the driver takes twice a second. */
	CHECK(device_metric("register_access_count", "hy300_mips_interrupts_total") >= counted + 6);
	CHECK_STR(device_read("state"), "running");
	CHECK_EQ(changes("state"), before + 6);
	CHECK_EQ(changes("firmware_loaded"), 6);
	close_all();
}

static void a_change_wakes_without_the_interrupt(void)
{
	double before;

	mips_attach_again();
	board_write("mips/interrupt_works", "N");
	before = device_metric("register_access_count", "hy300_mips_interrupts_total");
	open_all();
	board_set("mips/word", 2);
	CHECK(woken(0, 2000));
	CHECK_STR(device_read("state"), "sleep");
	board_set("mips/word", 5);
	read_all();
	close_all();
	CHECK_EQ(device_metric("register_access_count", "hy300_mips_interrupts_total"), before);
}

static void every_change_wakes_epoll_once(void)
{
	struct epoll_event event = { .events = EPOLLPRI | EPOLLERR | EPOLLET };
	int epoll = epoll_create1(EPOLL_CLOEXEC), i;

	mips_attach_again();
	open_all();
	CHECK(!epoll_ctl(epoll, EPOLL_CTL_ADD, fds[0], &event));
	while (epoll_wait(epoll, &event, 1, 50) == 1)
		;
	for (i = 0; i < 4; i++) {
		board_set("mips/word", i % 2 ? 5 : 3);
		CHECK_EQ(epoll_wait(epoll, &event, 1, 2000), 1);
		CHECK(event.events & EPOLLPRI);
		read_all();
		CHECK_EQ(epoll_wait(epoll, &event, 1, 50), 0);
	}
	close(epoll);
	close_all();
}

static void a_keystone_wakes(void)
{
	mips_attach_again();
	open_all();
	CHECK_EQ(device_write("keystone", "1 2 3 4 5 6 7 8"), 0);
	CHECK(woken(2, 1000));
	CHECK_EQ(changes("keystone"), 1);
	read_all();
	/* The same again is no change. */
	CHECK_EQ(device_write("keystone", "1 2 3 4 5 6 7 8"), 0);
	CHECK(!woken(2, 50));
	CHECK_EQ(device_write("keystone", "1 2 3 4 5 6 7"), -EINVAL);
	CHECK(!woken(2, 50));
	close_all();
}

static void a_boot_is_followed(void)
{
	struct pollfd poller;
	unsigned int seen = 0;
	char text[32];
	int fd;

	mips_attach_again();
	board_set("mips/boot_step_ms", 300);
	fd = device_open("state", O_RDONLY);
	CHECK(pread(fd, text, sizeof(text), 0) > 0);
	CHECK_EQ(device_write("restart", "1"), 0);
	for (;;) {
		ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

		CHECK(len > 0);
		text[len - 1] = '\0';
		if (!strcmp(text, "running"))
			break;
		seen |= 1 << (!strcmp(text, "idle") ? 0 : !strcmp(text, "transition_up") ? 1 : 2);
		poller = (struct pollfd){ .fd = fd, .events = WOKEN };
		CHECK_EQ(poll(&poller, 1, patience(2000)), 1);
	}
	CHECK_EQ(seen, 3);
	/* off, initial, idle, transition_up, running */
	CHECK_EQ(changes("state"), 5);
	close(fd);
}

static const struct ktap_test tests[] = {
	{ "attached to a running processor", attached_to_a_running_processor },
	{ "bound to a processor that is off", bound_to_a_processor_that_is_off },
	{ "every number has its word", every_number_has_its_word },
	{ "nothing wakes at rest", nothing_wakes_at_rest },
	{ "a change wakes at once", a_change_wakes },
	{ "a change wakes without the interrupt", a_change_wakes_without_the_interrupt },
	{ "every change wakes epoll once", every_change_wakes_epoll_once },
	{ "a keystone correction wakes", a_keystone_wakes },
	{ "a boot is followed to its end", a_boot_is_followed },
};

int main(int argc, char **argv)
{
	mips_init(argc, argv);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
