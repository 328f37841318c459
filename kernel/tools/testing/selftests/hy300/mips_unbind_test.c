// SPDX-License-Identifier: GPL-2.0
/*
 * The driver is unbound: under descriptors that stay open, under orders that
 * are being carried out, under readers; and bound again.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ktap.h"
#include "mips.h"

static bool present(void)
{
	return !access(device_class, F_OK);
}

static void check_gone(int fd)
{
	struct mipsloader_status status;

	CHECK_EQ(mips_status(fd, &status), -ENODEV);
	CHECK_EQ(mips_ioctl_load(fd, "unbind.bin"), -ENODEV);
	CHECK(ioctl(fd, MIPSLOADER_IOC_RESTART) < 0 && errno == ENODEV);
	CHECK(ioctl(fd, MIPSLOADER_IOC_POWER_DOWN) < 0 && errno == ENODEV);
}

static void an_open_descriptor(void)
{
	struct mipsloader_status status;
	int fd, again;

	mips_attach_again();
	fd = mips_open(O_RDWR);
	CHECK(fd >= 0);
	CHECK_EQ(mips_driver_write("unbind"), 0);
	CHECK(!present());
	CHECK(access(mips_misc_directory(), F_OK));
	check_gone(fd);
	CHECK_EQ(mips_driver_write("bind"), 0);
	/* It belongs to the binding that is gone. */
	check_gone(fd);
	again = mips_open(O_RDWR);
	CHECK(again >= 0);
	CHECK_EQ(mips_status(again, &status), 0);
	CHECK_EQ(status.load_attempts, 0);
	close(again);
	close(fd);
}

static void *poll_state(void *fd)
{
	struct pollfd poller = { .fd = *(int *)fd, .events = POLLPRI | POLLERR };

	return (void *)(long)(poll(&poller, 1, patience(5000)) == 1);
}

static void a_poller_is_woken_and_reads_enodev(void)
{
	int fd = device_open("state", O_RDONLY);
	pthread_t poller;
	char text[32];
	void *woken;

	CHECK(fd >= 0);
	CHECK(pread(fd, text, sizeof(text), 0) > 0);
	CHECK(!pthread_create(&poller, NULL, poll_state, &fd));
	usleep(50000);
	CHECK_EQ(mips_driver_write("unbind"), 0);
	pthread_join(poller, &woken);
	CHECK((long)woken);
	CHECK(pread(fd, text, sizeof(text), 0) < 0 && errno == ENODEV);
	close(fd);
	CHECK_EQ(mips_driver_write("bind"), 0);
	CHECK(present());
}

static int node;

static void *restart_by_node(void *unused)
{
	(void)unused;
	return (void *)(long)(ioctl(node, MIPSLOADER_IOC_RESTART) ? -errno : 0);
}

static void *write_keystone(void *unused)
{
	(void)unused;
	return (void *)(long)device_write("keystone", "1 2 3 4 5 6 7 8");
}

/*
 * An order that would end in a time-out ends before it, and says why. The board counts what the
 * processor has got of it.
 */
static void under_an_order(void *(*order)(void *), const char *knob, const char *value,
			   const char *counter)
{
	long long end = now_ms() + patience(5000);
	pthread_t thread;
	void *result;
	long before;

	mips_attach_again();
	node = mips_open(O_RDWR);
	CHECK(node >= 0);
	board_write(knob, value);
	before = board_number(counter);
	CHECK(!pthread_create(&thread, NULL, order, NULL));
	while (board_number(counter) == before && now_ms() < end)
		usleep(1000);
	CHECK(board_number(counter) > before);
	CHECK_EQ(mips_driver_write("unbind"), 0);
	pthread_join(thread, &result);
	CHECK_EQ((long)result, -ENODEV);
	check_gone(node);
	close(node);
	CHECK_EQ(mips_driver_write("bind"), 0);
	mips_reset();
}

static void under_a_restart(void)
{
	under_an_order(restart_by_node, "mips/fail_boots", "2", "mips/boots");
}

static void under_a_keystone_correction(void)
{
	under_an_order(write_keystone, "mips/mode", "silent", "mips/commands");
}

static atomic_bool stop;
static atomic_int loads;

static void *load_again_and_again(void *unused)
{
	struct mipsloader_status status;

	(void)unused;
	while (!stop) {
		int fd = mips_open(O_RDWR), ret;

		if (fd < 0)
			continue;
		ret = mips_ioctl_load(fd, "unbind.bin");
		if (!ret)
			loads++;
		/* A load that the driver's end has cut short, or not */
		if (ret && ret != -ENODEV)
			return (void *)(long)ret;
		if (ret == -ENODEV && mips_status(fd, &status) != -ENODEV)
			return (void *)1L;
		close(fd);
	}
	return NULL;
}

static void under_loads(void)
{
	pthread_t threads[2];
	int i, ret = 0;
	void *result;

	mips_attach_again();
	free(mips_make_firmware("unbind.bin", mips_region_size("firmware"),
				mips_expected_crc32()));
	stop = false;
	loads = 0;
	for (i = 0; i < 2; i++)
		CHECK(!pthread_create(&threads[i], NULL, load_again_and_again, NULL));
	for (i = 0; i < 15; i++) {
		usleep(20000 + 17000 * i);
		ret = mips_driver_write("unbind");
		if (!ret)
			ret = mips_driver_write("bind");
		if (ret)
			break;
	}
	stop = true;
	for (int thread = 0; thread < 2; thread++) {
		pthread_join(threads[thread], &result);
		CHECK_EQ((long)result, 0);
	}
	CHECK_EQ(ret, 0);
	CHECK(loads > 0);
	mips_remove_firmware("unbind.bin");
	free(mips_make_firmware("unbind.bin", 4096, mips_expected_crc32()));
	CHECK_EQ(device_write("load_firmware", "unbind.bin"), 0);
	mips_reset();
}

static void *read_everything(void *unused)
{
	static const char * const attributes[] = {
		"state", "firmware_loaded", "keystone", "memory_stats", "register_access_count",
		"firmware_status", "communication_errors",
	};
	char text[PAGE_BYTES];
	unsigned int i;
	int fd;

	(void)unused;
	while (!stop) {
		for (i = 0; i < ARRAY_SIZE(attributes); i++) {
			fd = device_open(attributes[i], O_RDONLY);
			if (fd < 0)
				continue;
			/* Whatever comes, it must be content or an error, not a crash. */
			if (pread(fd, text, sizeof(text), 0) < 0 && errno != ENODEV)
				abort();
			close(fd);
		}
	}
	return NULL;
}

static void under_readers(void)
{
	pthread_t readers[2];
	int i;

	mips_attach_again();
	stop = false;
	for (i = 0; i < 2; i++)
		CHECK(!pthread_create(&readers[i], NULL, read_everything, NULL));
	for (i = 0; i < 20; i++) {
		board_set("mips/word", 1 + i % 5);
		if (mips_driver_write("unbind") || mips_driver_write("bind"))
			break;
	}
	stop = true;
	pthread_join(readers[0], NULL);
	pthread_join(readers[1], NULL);
	CHECK_EQ(i, 20);
	mips_reset();
}

static const struct ktap_test tests[] = {
	{ "an open descriptor", an_open_descriptor },
	{ "a poller is woken and reads ENODEV", a_poller_is_woken_and_reads_enodev },
	{ "under a restart", under_a_restart },
	{ "under a keystone correction", under_a_keystone_correction },
	{ "under loads", under_loads },
	{ "under readers", under_readers },
};

int main(int argc, char **argv)
{
	mips_init(argc, argv);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
