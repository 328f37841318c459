// SPDX-License-Identifier: GPL-2.0
/*
 * The machine sleeps and wakes up: a processor that ran is powered down and
 * booted again, one that was off stays off. The kernel's own test facility
 * ends the sleep when all devices are suspended.
 */
#include <unistd.h>

#include "ktap.h"
#include "mips.h"

static void sleep_and_wake(void)
{
	CHECK_EQ(file_write("/sys/module/suspend/parameters", "pm_test_delay", "0"), 0);
	CHECK_EQ(file_write("/sys/power", "pm_test", "devices"), 0);
	CHECK_EQ(file_write("/sys/power", "state", "freeze"), 0);
	CHECK_EQ(file_write("/sys/power", "pm_test", "none"), 0);
}

static void a_running_processor(void)
{
	long boots, commands;

	mips_reset();
	boots = board_number("mips/boots");
	commands = board_number("mips/commands");
	sleep_and_wake();
	/* Powered down, and booted */
	CHECK_EQ(board_number("mips/commands"), commands + 1);
	CHECK_EQ(board_number("mips/boots"), boots + 1);
	CHECK(mips_becomes("running", 3000));
	CHECK_EQ(device_write("keystone", "1 1 1 1 1 1 1 1"), 0);
}

static void a_processor_that_is_off(void)
{
	long boots;

	mips_attach_again();
	boots = board_number("mips/boots");
	board_set("mips/word", 0);
	CHECK(mips_becomes("off", 1000));
	sleep_and_wake();
	CHECK_EQ(board_number("mips/boots"), boots);
	CHECK_STR(device_read("state"), "off");
	/* Its state is followed again. */
	board_set("mips/word", 5);
	CHECK(mips_becomes("running", 1000));
}

static const struct ktap_test tests[] = {
	{ "a running processor", a_running_processor },
	{ "a processor that is off", a_processor_that_is_off },
};

int main(int argc, char **argv)
{
	mips_init(argc, argv);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
