// SPDX-License-Identifier: GPL-2.0
/*
 * The driver is unbound under its readers, and bound again.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "ktap.h"
#include "device.h"
#include "motor.h"

#define DRIVER "/sys/bus/platform/drivers/hy300-keystone-motor"

static char device[64];

static void find_device(void)
{
	char path[256], target[256];
	ssize_t len;

	snprintf(path, sizeof(path), "%s/device", device_class);
	len = readlink(path, target, sizeof(target) - 1);
	CHECK(len > 0);
	target[len] = '\0';
	snprintf(device, sizeof(device), "%s", strrchr(target, '/') + 1);
}

static int driver_write(const char *file)
{
	char path[128];
	int fd, ret;

	snprintf(path, sizeof(path), DRIVER "/%s", file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = write(fd, device, strlen(device)) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

static bool present(void)
{
	return !access(device_class, F_OK);
}

static void *poll_position(void *woken)
{
	struct pollfd poller = { .fd = *(int *)woken, .events = POLLPRI | POLLERR };

	return (void *)(long)(poll(&poller, 1, patience(5000)) == 1);
}

static void a_poller_is_woken_and_reads_enodev(void)
{
	int fd = device_open("position", O_RDONLY);
	pthread_t poller;
	char text[32];
	void *woken;

	CHECK(fd >= 0);
	CHECK(pread(fd, text, sizeof(text), 0) > 0);
	CHECK(!pthread_create(&poller, NULL, poll_position, &fd));
	usleep(50000);
	CHECK_EQ(driver_write("unbind"), 0);
	pthread_join(poller, &woken);
	CHECK((long)woken);
	CHECK(pread(fd, text, sizeof(text), 0) < 0 && errno == ENODEV);
	CHECK(!present());
	close(fd);
	CHECK_EQ(driver_write("bind"), 0);
	CHECK(present());
	CHECK_EQ(device_number("homed"), 0);
}

static void unbound_in_mid_move(void)
{
	long steps;

	motor_homed();
	steps = board_number("steps");
	CHECK_EQ(device_write("target_position", "400"), 0);
	CHECK(motor_passes(10, 5000));
	CHECK_EQ(driver_write("unbind"), 0);
	/* It has not waited for the end of the move. */
	CHECK(board_number("steps") < steps + 400);
	CHECK(!present());
	CHECK_EQ(board_number("coils"), 0);
	CHECK_EQ(driver_write("bind"), 0);
	motor_homed();
}

static atomic_bool stop_reading;

static void *read_everything(void *unused)
{
	static const char * const attributes[] = {
		"position", "target_position", "moving", "homed", "limit_switch", "fault",
		"steps_total", "current_position", "homed_status", "limit_switch_triggers_total",
	};
	char text[PAGE_BYTES];
	unsigned int i;
	int fd;

	(void)unused;
	while (!stop_reading) {
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

static void unbound_and_bound_under_readers(void)
{
	pthread_t readers[2];
	int i;

	stop_reading = false;
	for (i = 0; i < 2; i++)
		CHECK(!pthread_create(&readers[i], NULL, read_everything, NULL));
	for (i = 0; i < 20; i++) {
		if (i % 2)
			device_write("home", "1");
		if (driver_write("unbind") || driver_write("bind"))
			break;
	}
	stop_reading = true;
	pthread_join(readers[0], NULL);
	pthread_join(readers[1], NULL);
	CHECK_EQ(i, 20);
	motor_homed();
}

static const struct ktap_test tests[] = {
	{ "a poller is woken and reads ENODEV", a_poller_is_woken_and_reads_enodev },
	{ "unbound in mid-move", unbound_in_mid_move },
	{ "unbound and bound under readers", unbound_and_bound_under_readers },
};

int main(int argc, char **argv)
{
	device_init(argc, argv);
	if (setjmp(ktap_failed))
		return 1;
	find_device();
	return ktap_run(tests, ARRAY_SIZE(tests));
}
