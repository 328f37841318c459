// SPDX-License-Identifier: GPL-2.0
/*
 * The history of the MIPS co-processor on the daedalus bridge: what poll()
 * lets a slow reader miss is told there, each transition once and in order.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "bridge.h"
#include "ktap.h"
#include "mips.h"

struct told {
	unsigned int event;
	long long value;
};

static unsigned long long next;

static int greeted(void)
{
	struct bridge_message response;
	int fd = bridge_open(O_RDWR | O_NONBLOCK);

	CHECK(fd >= 0);
	CHECK_EQ(bridge_greet(fd, &response), 0);
	next = response.hello.sequence;
	return fd;
}

static void check_told(int fd, const struct told *expected, unsigned int count)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	struct bridge_message message;
	unsigned long long time = 0;
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (poll(&poller, 1, patience(3000)) != 1)
			ktap_fail(__FILE__, __LINE__, "only %u of %u transitions were told", i,
				  count);
		CHECK(bridge_read(fd, &message) > 0);
		CHECK_EQ(message.header.type, DAEDALUS_V4L2_NOTIFY);
		CHECK_EQ(message.notify.sequence, next);
		next++;
		CHECK(message.notify.ktime_ns >= time);
		time = message.notify.ktime_ns;
		CHECK_EQ(message.notify.subsystem, HY300_SUBSYSTEM_MIPS);
		CHECK_EQ(message.notify.unit, device_unit);
		if (message.notify.event != expected[i].event ||
		    message.notify.value != expected[i].value)
			ktap_fail(__FILE__, __LINE__, "%u. is event %u value %lld, not %u %lld", i,
				  message.notify.event, (long long)message.notify.value,
				  expected[i].event, expected[i].value);
	}
	CHECK_EQ(poll(&poller, 1, 50), 0);
}

static void a_restart(void)
{
	static const struct told expected[] = {
		{ HY300_MIPS_STATE, HY300_MIPS_OFF },
		{ HY300_MIPS_FIRMWARE_LOADED, 0 },
		{ HY300_MIPS_STATE, HY300_MIPS_INITIAL },
		{ HY300_MIPS_STATE, HY300_MIPS_IDLE },
		{ HY300_MIPS_STATE, HY300_MIPS_TRANSITION_UP },
		{ HY300_MIPS_STATE, HY300_MIPS_RUNNING },
		{ HY300_MIPS_FIRMWARE_LOADED, 1 },
	};
	int fd;

	mips_attach_again();
	board_set("mips/boot_step_ms", 300);
	fd = greeted();
	CHECK_EQ(device_write("restart", "1"), 0);
	check_told(fd, expected, ARRAY_SIZE(expected));
}

static void keystone_corrections(void)
{
	static const struct told set[] = {
		{ HY300_MIPS_KEYSTONE, 1 }, { HY300_MIPS_KEYSTONE, 2 },
	};
	static const struct told silence[] = {
		{ HY300_MIPS_STATE, HY300_MIPS_UNRESPONSIVE },
		{ HY300_MIPS_FIRMWARE_LOADED, 0 },
	};
	int fd;

	mips_attach_again();
	fd = greeted();
	CHECK_EQ(device_write("keystone", "1 1 1 1 1 1 1 1"), 0);
	CHECK_EQ(device_write("keystone", "2 2 2 2 2 2 2 2"), 0);
	CHECK_EQ(device_write("keystone", "2 2 2 2 2 2 2 101"), -ERANGE);
	check_told(fd, set, ARRAY_SIZE(set));
	board_write("mips/mode", "silent");
	CHECK_EQ(device_write("keystone", "3 3 3 3 3 3 3 3"), -ETIMEDOUT);
	check_told(fd, silence, ARRAY_SIZE(silence));
}

static const struct ktap_test tests[] = {
	{ "a restart is told step by step", a_restart },
	{ "keystone corrections and silence are told", keystone_corrections },
};

int main(int argc, char **argv)
{
	mips_init(argc, argv);
	/* What the tests of another processor have set off is not ours. */
	usleep(1000000);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
