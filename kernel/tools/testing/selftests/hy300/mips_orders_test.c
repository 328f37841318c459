// SPDX-License-Identifier: GPL-2.0
/*
 * Restart, power-down and keystone, with a processor that does what it is
 * told, and with ones that are slow, silent or dead, or lose what they are
 * told.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ktap.h"
#include "mips.h"

static int power_down(void)
{
	int fd = mips_open(O_RDWR), ret;

	CHECK(fd >= 0);
	ret = ioctl(fd, MIPSLOADER_IOC_POWER_DOWN) ? -errno : 0;
	close(fd);
	return ret;
}

static double orders(const char *order)
{
	char series[64];

	snprintf(series, sizeof(series), "hy300_mips_orders_total{order=\"%s\"}", order);
	return device_metric("communication_errors", series);
}

static double offset(const char *corner, const char *axis)
{
	char series[96];

	snprintf(series, sizeof(series),
		 "hy300_mips_keystone_offset{corner=\"%s\",axis=\"%s\"}", corner, axis);
	return device_metric("firmware_status", series);
}

static void a_restart(void)
{
	long boots = board_number("mips/boots");
	double counted = orders("restart");

	mips_attach_again();
	counted = orders("restart");
	CHECK_EQ(device_write("keystone", "9 9 9 9 9 9 9 9"), 0);
	CHECK_EQ(device_write("restart", "1"), 0);
	CHECK_EQ(board_number("mips/boots"), boots + 1);
	CHECK(mips_becomes("running", 2000));
	CHECK_EQ(orders("restart"), counted + 1);
	/* A processor that has booted knows of no corners: it was told them again. */
	CHECK_STR(device_read("keystone"), "9 9 9 9 9 9 9 9");
	CHECK_STR(file_read(device_board, "mips/keystone"), "9 9 9 9 9 9 9 9");
	CHECK_EQ(device_write("restart", "0"), -EINVAL);
	CHECK_EQ(device_write("restart", "now"), -EINVAL);
	CHECK_EQ(board_number("mips/boots"), boots + 1);
}

static void a_first_boot_that_fails(void)
{
	long boots;
	double errors;

	mips_reset();
	boots = board_number("mips/boots");
	errors = mips_errors("boot_timeout");
	board_set("mips/fail_boots", 1);
	CHECK_EQ(device_write("restart", "1"), 0);
	CHECK_EQ(board_number("mips/boots"), boots + 2);
	CHECK_EQ(mips_errors("boot_timeout"), errors + 1);
	CHECK(mips_becomes("running", 2000));
}

static void a_dead_processor(void)
{
	long long begin;
	double errors;

	mips_reset();
	errors = mips_errors("boot_timeout");
	board_write("mips/mode", "dead");
	CHECK(mips_becomes("off", 2000));
	CHECK_EQ(device_write("keystone", MIPS_STRAIGHT), -EAGAIN);
	begin = now_ms();
	CHECK_EQ(device_write("restart", "1"), -ETIMEDOUT);
	CHECK(now_ms() - begin >= 4000);
	CHECK_EQ(mips_errors("boot_timeout"), errors + 2);
	CHECK_STR(device_read("state"), "off");
	/* Off is what a power-down asks for. */
	CHECK_EQ(power_down(), 0);
}

static void a_power_down(void)
{
	double counted;

	mips_reset();
	counted = orders("power_down");
	CHECK_EQ(power_down(), 0);
	CHECK_STR(device_read("state"), "off");
	CHECK_EQ(orders("power_down"), counted + 1);
	CHECK_EQ(device_write("keystone", MIPS_STRAIGHT), -EAGAIN);
	CHECK_EQ(device_write("restart", "1"), 0);
	CHECK(mips_becomes("running", 2000));
}

static void a_power_down_that_is_lost(void)
{
	double errors;

	mips_reset();
	errors = mips_errors("power_down_timeout");
	board_set("mips/lose_next", 1);
	CHECK_EQ(power_down(), -ETIMEDOUT);
	CHECK_EQ(mips_errors("power_down_timeout"), errors + 1);
	CHECK_STR(device_read("state"), "running");
	CHECK_EQ(power_down(), 0);
}

static void a_keystone_correction(void)
{
	static const char corners[] = "-100 100 0 1 -1 50 -50 7";
	double counted;

	mips_reset();
	counted = orders("keystone");
	CHECK_EQ(device_write("keystone", corners), 0);
	CHECK_STR(device_read("keystone"), corners);
	/* The processor has found in memory what was written. */
	CHECK_STR(file_read(device_board, "mips/keystone"), corners);
	CHECK_EQ(orders("keystone"), counted + 1);
	CHECK_EQ(offset("top_left", "x"), -100);
	CHECK_EQ(offset("bottom_right", "y"), 7);
	/* White space is as it comes. */
	CHECK_EQ(device_write("keystone", "\t1  2\n3 4 5 6 7\t+8\n\n"), 0);
	CHECK_STR(device_read("keystone"), "1 2 3 4 5 6 7 8");
}

static void not_a_keystone_correction(void)
{
	static const struct {
		const char *text;
		int error;
	} cases[] = {
		{ "1 2 3 4 5 6 7", -EINVAL }, { "1 2 3 4 5 6 7 8 9", -EINVAL }, { "\n", -EINVAL },
		{ "1 2 3 4 5 6 7 x", -EINVAL }, { "1,2,3,4,5,6,7,8", -EINVAL },
		{ "1 2 3 4 5 6 7 8.5", -EINVAL }, { "0x1 2 3 4 5 6 7 8", -EINVAL },
		{ "1 2 3 4 5 6 7 -", -EINVAL }, { "0 0 0 0 0 0 0 101", -ERANGE },
		{ "-101 0 0 0 0 0 0 0", -ERANGE }, { "0 0 0 0 0 0 0 4294967296", -ERANGE },
		{ "0 0 0 0 0 0 0 99999999999999999999999", -EINVAL },
	};
	long corrections;
	unsigned int i;

	mips_reset();
	CHECK_EQ(device_write("keystone", "1 2 3 4 5 6 7 8"), 0);
	corrections = board_number("mips/corrections");
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		if (device_write("keystone", cases[i].text) != cases[i].error)
			ktap_fail(__FILE__, __LINE__, "\"%s\" is not refused as it should be",
				  cases[i].text);
	}
	CHECK_STR(device_read("keystone"), "1 2 3 4 5 6 7 8");
	CHECK_EQ(board_number("mips/corrections"), corrections);
}

static const char * const writers[] = { "1 1 1 1 1 1 1 1", "-2 -2 -2 -2 -2 -2 -2 -2" };

static void *write_keystone(void *corners)
{
	long failures = 0;
	int i;

	for (i = 0; i < 25; i++)
		failures += !!device_write("keystone", corners);
	return (void *)failures;
}

static void two_writers(void)
{
	pthread_t threads[2];
	const char *text;
	void *failures;
	long corrections, before;
	int i;

	mips_reset();
	corrections = board_number("mips/corrections");
	for (i = 0; i < 2; i++)
		CHECK(!pthread_create(&threads[i], NULL, write_keystone, (void *)writers[i]));
	for (i = 0; i < 200; i++) {
		/* Never a mixture, in the processor as little as in the attribute */
		before = board_number("mips/corrections");
		text = file_read(device_board, "mips/keystone");
		CHECK(before == corrections || !strcmp(text, writers[0]) ||
		      !strcmp(text, writers[1]));
		usleep(1000);
	}
	for (i = 0; i < 2; i++) {
		pthread_join(threads[i], &failures);
		CHECK_EQ((long)failures, 0);
	}
	CHECK_EQ(board_number("mips/corrections"), corrections + 50);
	text = strdup(device_read("keystone"));
	CHECK_STR(file_read(device_board, "mips/keystone"), text);
}

static void *restart(void *unused)
{
	(void)unused;
	return (void *)(long)device_write("restart", "1");
}

static void an_order_waits_for_the_one_before(void)
{
	long long end = now_ms() + patience(5000);
	pthread_t thread;
	void *result;
	long boots;

	mips_reset();
	board_set("mips/boot_step_ms", 300);
	boots = board_number("mips/boots");
	CHECK(!pthread_create(&thread, NULL, restart, NULL));
	while (board_number("mips/boots") == boots && now_ms() < end)
		usleep(1000);
	CHECK(board_number("mips/boots") > boots);
	/* A processor that is booting takes no corners: EAGAIN if this did not wait. */
	CHECK_EQ(device_write("keystone", "1 2 3 4 5 6 7 8"), 0);
	CHECK_STR(device_read("keystone"), "1 2 3 4 5 6 7 8");
	pthread_join(thread, &result);
	CHECK_EQ((long)result, 0);
}

static void a_busy_processor(void)
{
	long long begin;
	double errors;
	long commands;

	mips_reset();
	errors = mips_errors("busy_timeout");
	commands = board_number("mips/commands");
	board_write("mips/busy_stuck", "Y");
	begin = now_ms();
	CHECK_EQ(device_write("keystone", "1 2 3 4 5 6 7 8"), -EBUSY);
	CHECK(now_ms() - begin >= 1000);
	CHECK_EQ(mips_errors("busy_timeout"), errors + 1);
	CHECK_EQ(board_number("mips/commands"), commands);
	CHECK_STR(device_read("keystone"), MIPS_STRAIGHT);
	board_write("mips/busy_stuck", "N");
	CHECK_EQ(device_write("keystone", "1 2 3 4 5 6 7 8"), 0);
}

static void a_silent_processor(void)
{
	long long begin;
	double errors;

	mips_reset();
	errors = mips_errors("keystone_timeout");
	board_write("mips/mode", "silent");
	begin = now_ms();
	CHECK_EQ(device_write("keystone", "1 2 3 4 5 6 7 8"), -ETIMEDOUT);
	CHECK(now_ms() - begin >= 1000);
	CHECK_EQ(mips_errors("keystone_timeout"), errors + 1);
	CHECK_STR(device_read("state"), "unresponsive");
	CHECK_STR(device_read("keystone"), MIPS_STRAIGHT);
	/* Told again: the message may only have been lost. */
	board_write("mips/mode", "ok");
	CHECK_EQ(device_write("keystone", "1 2 3 4 5 6 7 8"), 0);
	CHECK_STR(device_read("state"), "running");
	CHECK_STR(device_read("keystone"), "1 2 3 4 5 6 7 8");
}

static void a_slow_processor(void)
{
	double errors;

	mips_reset();
	errors = mips_errors("keystone_timeout") + mips_errors("boot_timeout");
	board_write("mips/mode", "slow");
	CHECK_EQ(device_write("keystone", "8 7 6 5 4 3 2 1"), 0);
	CHECK_STR(device_read("keystone"), "8 7 6 5 4 3 2 1");
	CHECK_EQ(device_write("restart", "1"), 0);
	CHECK(mips_becomes("running", 4000));
	CHECK_EQ(mips_errors("keystone_timeout") + mips_errors("boot_timeout"), errors);
}

static void lost_messages(void)
{
	long lost, timeouts = 0;
	double errors;
	int i, ret;

	mips_reset();
	errors = mips_errors("keystone_timeout");
	lost = board_number("mips/lost");
	board_set("mips/lose_percent", 50);
	for (i = 0; i < 6; i++) {
		ret = device_write("keystone", writers[i % 2]);
		CHECK(!ret || ret == -ETIMEDOUT);
		timeouts += !!ret;
	}
	board_set("mips/lose_percent", 0);
	/* Each message that was lost is a time-out that was counted, and nothing else is. */
	CHECK_EQ(board_number("mips/lost"), lost + timeouts);
	CHECK_EQ(mips_errors("keystone_timeout"), errors + timeouts);
	CHECK_EQ(device_write("keystone", MIPS_STRAIGHT), 0);
}

static void memories_are_announced(void)
{
	mips_attach_again();
	/* What a processor that runs was told is not Linux's to change. */
	CHECK_EQ(board_number("mips/share_address"), 0);
	CHECK_EQ(board_number("mips/boot_address"), 0);
	CHECK_EQ(device_write("restart", "1"), 0);
	if (device_unit == 0) {
		CHECK_EQ(board_number("mips/share_address"), 0);
		CHECK_EQ(board_number("mips/boot_address"), 0);
		return;
	}
	/* The HY310's processor hears of them from Linux, and does not boot without. */
	CHECK_EQ(board_number("mips/share_address"), 0x4e300000);
	CHECK_EQ(board_number("mips/share_size"), 0x500000);
	CHECK_EQ(board_number("mips/boot_address"), 0x4e000000);
	board_set("mips/power_on", 1);
	CHECK_EQ(device_write("restart", "1"), 0);
	CHECK_EQ(board_number("mips/share_address"), 0x4e300000);
	CHECK(device_metric("register_access_count",
			    "hy300_mips_register_access_total{register=\"share_address\"}") >= 2);
}

static void accesses_are_counted(void)
{
	static const char * const registers[] = { "cmd", "status", "data", "control" };
	double before[ARRAY_SIZE(registers)];
	char series[96];
	int again;
	unsigned int i;

	mips_attach_again();
	for (again = 0; again < 2; again++) {
		for (i = 0; i < ARRAY_SIZE(registers); i++) {
			double now;

			snprintf(series, sizeof(series),
				 "hy300_mips_register_access_total{register=\"%s\"}", registers[i]);
			now = device_metric("register_access_count", series);
			if (!again)
				before[i] = now;
			else
				CHECK(now > before[i]);
			/* One command, given again after the restart, and reset on and off */
			if (again && (i == 0 || i == 3))
				CHECK_EQ(now, before[i] + 2);
		}
		if (!again) {
			CHECK_EQ(device_write("keystone", "1 1 1 1 1 1 1 1"), 0);
			CHECK_EQ(device_write("restart", "1"), 0);
		}
	}
}

static const struct ktap_test tests[] = {
	{ "a restart", a_restart },
	{ "a first boot that fails", a_first_boot_that_fails },
	{ "a dead processor", a_dead_processor },
	{ "a power-down", a_power_down },
	{ "a power-down that is lost", a_power_down_that_is_lost },
	{ "a keystone correction", a_keystone_correction },
	{ "not a keystone correction", not_a_keystone_correction },
	{ "two writers of keystone", two_writers },
	{ "an order waits for the one before", an_order_waits_for_the_one_before },
	{ "a busy processor", a_busy_processor },
	{ "a silent processor", a_silent_processor },
	{ "a slow processor", a_slow_processor },
	{ "lost messages", lost_messages },
	{ "the memories are announced", memories_are_announced },
	{ "accesses of registers are counted", accesses_are_counted },
};

int main(int argc, char **argv)
{
	mips_init(argc, argv);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
