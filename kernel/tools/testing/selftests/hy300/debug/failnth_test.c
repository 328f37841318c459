// SPDX-License-Identifier: GPL-2.0
/*
 * Allocation failures at every point of loading a module and of binding a
 * device: the first allocation fails, then the second, and so on until one
 * attempt comes through without meeting its failure.
 *
 * usage: failnth_test MODULE.ko... DRIVER-DIRECTORY...
 * The modules are not loaded, and named in an order in which they can be.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../ktap.h"
#include "targets.h"

/* An attempt with more allocations than this never ends. */
#define MOST	5000

static char **modules;
static int module_count;
static char **drivers;
static int driver_count;
static int fail_nth;

static void arm(int nth)
{
	char text[12];

	snprintf(text, sizeof(text), "%d", nth);
	/* A failure that is still armed may be this write's. */
	while (pwrite(fail_nth, text, strlen(text), 0) < 0)
		CHECK_EQ(errno, EFAULT);
}

/* Whether the failure that was armed has been met; one that this read meets had not been. */
static bool disarm(void)
{
	char text[12] = "1";
	int error = errno;
	bool met;

	if (pread(fail_nth, text, sizeof(text) - 1, 0) < 0)
		CHECK_EQ(errno, EFAULT);
	met = atoi(text) == 0;
	arm(0);
	errno = error;
	return met;
}

static const char *name_of(const char *path)
{
	static char name[64];
	const char *slash = strrchr(path, '/');
	char *c;

	snprintf(name, sizeof(name), "%s", slash ? slash + 1 : path);
	c = strstr(name, ".ko");
	if (c)
		*c = '\0';
	for (c = name; *c; c++) {
		if (*c == '-')
			*c = '_';
	}
	return name;
}

static int load(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret;

	CHECK(fd >= 0);
	ret = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return ret;
}

static int unload(const char *path)
{
	return syscall(SYS_delete_module, name_of(path), O_NONBLOCK) ? -errno : 0;
}

static void set_autoprobe(const char *on)
{
	int fd = open("/sys/bus/platform/drivers_autoprobe", O_WRONLY | O_CLOEXEC);

	CHECK(fd >= 0 && write(fd, on, 1) == 1);
	close(fd);
}

/* Module by module; the devices are left alone meanwhile, so that this is about the modules. */
static void loading(void)
{
	int i, nth, refused;

	set_autoprobe("0");
	for (i = 0; i < module_count; i++) {
		refused = 0;
		for (nth = 1; nth < MOST; nth++) {
			bool met;
			int ret, met_fd = open(modules[i], O_RDONLY | O_CLOEXEC);

			CHECK(met_fd >= 0);
			arm(nth);
			ret = syscall(SYS_finit_module, met_fd, "", 0) ? -errno : 0;
			met = disarm();
			close(met_fd);
			refused += ret < 0;
			if (ret < 0 && !met)
				ktap_fail(__FILE__, __LINE__, "%s: error %d without a failure",
					  modules[i], ret);
			/* A failure in a copy from user space is EFAULT. */
			if (ret < 0 && ret != -ENOMEM && ret != -EFAULT)
				printf("# %s, failure %d: error %d\n", name_of(modules[i]), nth,
				       ret);
			if (!ret)
				CHECK_EQ(unload(modules[i]), 0);
			if (!met)
				break;
		}
		CHECK(nth < MOST);
		printf("# %s: %d points, %d refused\n", name_of(modules[i]), nth - 1, refused);
		CHECK(refused);
		CHECK_EQ(load(modules[i]), 0);
	}
	while (i--)
		CHECK_EQ(unload(modules[i]), 0);
	set_autoprobe("1");
	for (i = 0; i < module_count; i++)
		CHECK_EQ(load(modules[i]), 0);
}

/*
 * Device by device; with a board only the board, because its children have their own turn. A driver
 * that finds none of its devices bound is a failure of its own.
 */
static void binding(void)
{
	unsigned int i;
	int nth, refused, absorbed;

	targets_init(driver_count + 1, drivers - 1);
	CHECK(device_count >= (unsigned int)driver_count);
	for (i = 0; i < device_count; i++) {
		const struct device *device = &devices[i];

		CHECK(devices_restore());
		CHECK_EQ(device_bind(device, "unbind"), 0);
		set_autoprobe("0");
		refused = 0;
		absorbed = 0;
		for (nth = 1; nth < MOST; nth++) {
			bool met;
			int ret;

			arm(nth);
			ret = device_bind(device, "bind");
			met = disarm();
			if (ret < 0 && !met)
				ktap_fail(__FILE__, __LINE__, "%s: error %d without a failure",
					  device->name, ret);
			if (device_is_bound(device) != !ret)
				ktap_fail(__FILE__, __LINE__, "%s, failure %d: bind says %d",
					  device->name, nth, ret);
			if (ret < 0) {
				refused++;
			} else {
				absorbed += met;
				CHECK_EQ(device_bind(device, "unbind"), 0);
			}
			if (!met)
				break;
		}
		CHECK(nth < MOST);
		set_autoprobe("1");
		printf("# %s: %d points, %d refused, %d done without\n", device->name, nth - 1,
		       refused, absorbed);
		CHECK(refused);
	}
	CHECK(devices_restore());
}

static const struct ktap_test tests[] = {
	{ "loading each module", loading },
	{ "binding each device", binding },
};

int main(int argc, char **argv)
{
	modules = argv + 1;
	while (1 + module_count < argc && strstr(argv[1 + module_count], ".ko"))
		module_count++;
	drivers = modules + module_count;
	driver_count = argc - 1 - module_count;
	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fail_nth < 0) {
		perror("# fail-nth");
		return 1;
	}
	return ktap_run(tests, ARRAY_SIZE(tests));
}
