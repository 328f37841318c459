// SPDX-License-Identifier: GPL-2.0
/*
 * The machine sleeps and wakes up: a processor that the driver has started is
 * powered down and booted again, one that U-Boot has started is left alone, one
 * that was off stays off.
 */

#include "ktap.h"
#include "mips.h"

static void a_running_processor(void)
{
	long boots, commands;

	mips_reset();
	CHECK_EQ(device_write("keystone", "5 4 3 2 1 0 -1 -2"), 0);
	boots = board_number("mips/boots");
	commands = board_number("mips/commands");
	CHECK_EQ(sleep_and_wake(), 0);
	/* Powered down, booted, and told the corners */
	CHECK_EQ(board_number("mips/commands"), commands + 2);
	CHECK_STR(device_read("keystone"), "5 4 3 2 1 0 -1 -2");
	CHECK_STR(file_read(device_board, "mips/keystone"), "5 4 3 2 1 0 -1 -2");
	CHECK_EQ(board_number("mips/boots"), boots + 1);
	CHECK(mips_becomes("running", 3000));
	CHECK_EQ(device_write("keystone", "1 1 1 1 1 1 1 1"), 0);
}

static void a_processor_that_u_boot_has_started(void)
{
	long boots, commands;

	mips_attach_again();
	boots = board_number("mips/boots");
	commands = board_number("mips/commands");
	CHECK_EQ(sleep_and_wake(), 0);
	CHECK_EQ(board_number("mips/commands"), commands);
	CHECK_EQ(board_number("mips/boots"), boots);
	CHECK_STR(device_read("state"), "running");
	/* Its state is followed again. */
	board_set("mips/word", 3);
	CHECK(mips_becomes("idle", 1000));
}

static void a_processor_that_is_off(void)
{
	long boots;

	mips_attach_again();
	boots = board_number("mips/boots");
	board_set("mips/word", 0);
	CHECK(mips_becomes("off", 1000));
	CHECK_EQ(sleep_and_wake(), 0);
	CHECK_EQ(board_number("mips/boots"), boots);
	CHECK_STR(device_read("state"), "off");
	/* Its state is followed again. */
	board_set("mips/word", 5);
	CHECK(mips_becomes("running", 1000));
}

static const struct ktap_test tests[] = {
	{ "a running processor", a_running_processor },
	{ "a processor that U-Boot has started", a_processor_that_u_boot_has_started },
	{ "a processor that is off", a_processor_that_is_off },
};

int main(int argc, char **argv)
{
	if (!can_sleep()) {
		printf("# this kernel has no CONFIG_PM_DEBUG\n1..0\n");
		return 0;
	}
	mips_init(argc, argv);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
