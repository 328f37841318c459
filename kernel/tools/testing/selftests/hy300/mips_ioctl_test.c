// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/mipsloader: every ioctl, what each refuses, and who may ask for what.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ktap.h"
#include "mips.h"

static int node;

/* The node, closed by the next test when this one has failed */
static void open_node(int flags)
{
	if (node > 0)
		close(node);
	node = mips_open(flags);
	CHECK(node >= 0);
}

static int order(unsigned long request, void *argument)
{
	return ioctl(node, request, argument) ? -errno : 0;
}

static void load_restart_and_power_down(void)
{
	uint32_t crc = mips_expected_crc32();
	struct mipsloader_status status;

	mips_attach_again();
	free(mips_make_firmware("ioctl.bin", 5000, crc));
	board_set("mips/crc_length", 5000);
	open_node(O_RDWR);
	CHECK_EQ(mips_ioctl_load(node, "ioctl.bin"), 0);
	CHECK_EQ(mips_status(node, &status), 0);
	CHECK_EQ(status.state, HY300_MIPS_OFF);
	CHECK_EQ(status.flags, MIPSLOADER_FIRMWARE_LOADED);
	CHECK_EQ(status.firmware_size, 5000);
	CHECK_EQ(status.firmware_crc32, crc);
	CHECK_STR(status.name, "ioctl.bin");
	CHECK_EQ(status.load_attempts, 1);
	CHECK_EQ(status.load_successes, 1);
	CHECK_EQ(status.load_failures, 0);
	CHECK_EQ(status.communication_errors, 0);

	CHECK_EQ(order(MIPSLOADER_IOC_RESTART, NULL), 0);
	CHECK(mips_becomes("running", 2000));
	CHECK_EQ(mips_board_crc32("booted_crc32"), crc);
	CHECK_EQ(device_write("keystone", "-1 2 -3 4 -5 6 -7 8"), 0);
	CHECK_EQ(mips_status(node, &status), 0);
	CHECK_EQ(status.state, HY300_MIPS_RUNNING);
	CHECK_EQ(status.keystone[0], -1);
	CHECK_EQ(status.keystone[7], 8);

	CHECK_EQ(order(MIPSLOADER_IOC_POWER_DOWN, NULL), 0);
	CHECK_EQ(mips_status(node, &status), 0);
	CHECK_EQ(status.state, HY300_MIPS_OFF);
	CHECK_EQ(status.flags, MIPSLOADER_FIRMWARE_LOADED);
}

static void names_that_are_refused(void)
{
	struct mipsloader_firmware firmware;
	struct mipsloader_status status;

	mips_attach_again();
	open_node(O_RDWR);
	/* Not ended: what follows in memory must not become part of the name. */
	memset(&firmware, 'a', sizeof(firmware));
	CHECK_EQ(order(MIPSLOADER_IOC_LOAD_FIRMWARE, &firmware), -EINVAL);
	CHECK_EQ(mips_ioctl_load(node, "../ioctl.bin"), -EINVAL);
	CHECK_EQ(mips_ioctl_load(node, "missing.bin"), -ENOENT);
	free(mips_make_firmware("ioctl.bin", 5000, mips_expected_crc32() + 1));
	CHECK_EQ(mips_ioctl_load(node, "ioctl.bin"), -EBADMSG);
	CHECK_EQ(mips_status(node, &status), 0);
	CHECK_EQ(status.load_attempts, 4);
	CHECK_EQ(status.load_failures, 4);
	CHECK_EQ(status.state, HY300_MIPS_RUNNING);
	CHECK_EQ(status.flags, MIPSLOADER_FIRMWARE_LOADED | MIPSLOADER_ATTACHED);
}

static void bad_addresses(void)
{
	void *nowhere = (void *)8;

	open_node(O_RDWR);
	CHECK_EQ(order(MIPSLOADER_IOC_LOAD_FIRMWARE, NULL), -EFAULT);
	CHECK_EQ(order(MIPSLOADER_IOC_LOAD_FIRMWARE, nowhere), -EFAULT);
	CHECK_EQ(order(MIPSLOADER_IOC_GET_STATUS, NULL), -EFAULT);
	CHECK_EQ(order(MIPSLOADER_IOC_GET_STATUS, nowhere), -EFAULT);
}

static void requests_that_are_none(void)
{
	struct mipsloader_status status;

	open_node(O_RDWR);
	CHECK_EQ(order(_IO('M', 0), &status), -ENOTTY);
	CHECK_EQ(order(_IO('M', 5), &status), -ENOTTY);
	CHECK_EQ(order(_IO('N', 2), &status), -ENOTTY);
	/* Another size is another request. */
	CHECK_EQ(order(_IOR('M', 4, int), &status), -ENOTTY);
	CHECK_EQ(order(_IOW('M', 1, char *), &status), -ENOTTY);
	CHECK(read(node, &status, sizeof(status)) < 0 && errno == EINVAL);
	CHECK(write(node, &status, sizeof(status)) < 0 && errno == EINVAL);
}

static void a_reader_may_only_look(void)
{
	struct mipsloader_firmware firmware = { "ioctl.bin" };
	struct mipsloader_status status;
	long boots;

	mips_attach_again();
	boots = board_number("mips/boots");
	open_node(O_RDONLY);
	CHECK_EQ(mips_status(node, &status), 0);
	CHECK_EQ(order(MIPSLOADER_IOC_LOAD_FIRMWARE, &firmware), -EBADF);
	CHECK_EQ(order(MIPSLOADER_IOC_RESTART, NULL), -EBADF);
	CHECK_EQ(order(MIPSLOADER_IOC_POWER_DOWN, NULL), -EBADF);
	CHECK_EQ(board_number("mips/boots"), boots);
	CHECK_STR(device_read("state"), "running");
}

static void *restart(void *unused)
{
	(void)unused;
	return (void *)(long)order(MIPSLOADER_IOC_RESTART, NULL);
}

static void the_status_does_not_wait(void)
{
	struct mipsloader_status status;
	int other = mips_open(O_RDONLY);
	pthread_t thread;
	long long begin;
	void *result;

	mips_attach_again();
	open_node(O_RDWR);
	board_set("mips/boot_step_ms", 1500);
	CHECK(!pthread_create(&thread, NULL, restart, NULL));
	CHECK(mips_becomes("initial", 1000));
	begin = now_ms();
	close(other);
	other = mips_open(O_RDONLY);
	CHECK_EQ(mips_status(other, &status), 0);
	CHECK_EQ(status.state, HY300_MIPS_INITIAL);
	CHECK(now_ms() - begin < patience(1000));
	pthread_join(thread, &result);
	CHECK_EQ((long)result, 0);
	close(other);
}

static const struct ktap_test tests[] = {
	{ "load, restart and power down", load_restart_and_power_down },
	{ "names that are refused", names_that_are_refused },
	{ "bad addresses", bad_addresses },
	{ "requests that are none", requests_that_are_none },
	{ "a reader may only look", a_reader_may_only_look },
	{ "the status does not wait for an order", the_status_does_not_wait },
};

int main(int argc, char **argv)
{
	mips_init(argc, argv);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
