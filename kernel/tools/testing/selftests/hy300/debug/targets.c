// SPDX-License-Identifier: GPL-2.0
/*
 * Finds what is to be tested below the paths of the command line.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "targets.h"

char *files[MAX_TARGETS];
unsigned int file_count;
char *nodes[MAX_TARGETS];
unsigned int node_count;
struct device devices[MAX_TARGETS];
unsigned int device_count;

static void add(char **list, unsigned int *count, const char *path)
{
	if (*count == MAX_TARGETS) {
		printf("# more than %d targets\n", MAX_TARGETS);
		exit(1);
	}
	list[(*count)++] = strdup(path);
}

static int depth_of(const char *path)
{
	int depth = 0;

	for (; *path; path++)
		depth += *path == '/';
	return depth;
}

/* The devices of a driver are links in its directory that point to where they stand. */
static void add_devices(const char *driver)
{
	DIR *directory = opendir(driver);
	struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		char link[PATH_MAX], target[PATH_MAX];
		struct device *device = &devices[device_count];

		snprintf(link, sizeof(link), "%s/%s", driver, entry->d_name);
		if (entry->d_type != DT_LNK || !strcmp(entry->d_name, "module") ||
		    !realpath(link, target) || device_count == MAX_TARGETS)
			continue;
		device->driver = driver;
		device->name = strdup(entry->d_name);
		device->depth = depth_of(target);
		device_count++;
	}
	if (directory)
		closedir(directory);
}

/* Files below a directory; the links in a class lead to its devices and are followed once. */
static void add_files(const char *path, bool follow)
{
	DIR *directory = opendir(path);
	struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		char below[PATH_MAX];
		struct stat status;

		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "power"))
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		if (lstat(below, &status) || (S_ISLNK(status.st_mode) && !follow) ||
		    stat(below, &status))
			continue;
		if (S_ISDIR(status.st_mode))
			add_files(below, false);
		else if (S_ISREG(status.st_mode))
			add(files, &file_count, below);
	}
	if (directory)
		closedir(directory);
}

static int by_depth(const void *a, const void *b)
{
	return ((const struct device *)a)->depth - ((const struct device *)b)->depth;
}

void targets_init(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		char bind[PATH_MAX];
		struct stat status;

		snprintf(bind, sizeof(bind), "%s/bind", argv[i]);
		if (stat(argv[i], &status)) {
			printf("# %s: %s\n", argv[i], strerror(errno));
			exit(1);
		}
		if (S_ISCHR(status.st_mode))
			add(nodes, &node_count, argv[i]);
		else if (S_ISREG(status.st_mode))
			add(files, &file_count, argv[i]);
		else if (!access(bind, F_OK))
			add_devices(argv[i]);
		else
			add_files(argv[i], true);
	}
	qsort(devices, device_count, sizeof(devices[0]), by_depth);
}

int device_bind(const struct device *device, const char *how)
{
	char path[PATH_MAX];
	int fd, ret;

	snprintf(path, sizeof(path), "%s/%s", device->driver, how);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = write(fd, device->name, strlen(device->name)) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

bool device_is_bound(const struct device *device)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", device->driver, device->name);
	return !access(path, F_OK);
}

bool devices_restore(void)
{
	unsigned int i, missing, try;

	for (try = 0; try < 100; try++) {
		missing = 0;
		for (i = 0; i < device_count; i++) {
			if (device_is_bound(&devices[i]))
				continue;
			device_bind(&devices[i], "bind");
			missing++;
		}
		if (!missing)
			return true;
		usleep(100000);
	}
	for (i = 0; i < device_count; i++)
		if (!device_is_bound(&devices[i]))
			printf("# %s/%s stays unbound: %s\n", devices[i].driver, devices[i].name,
			       strerror(-device_bind(&devices[i], "bind")));
	return false;
}

unsigned int random_seed(void)
{
	const char *text = getenv("HY300_SEED");
	unsigned int seed = text ? strtoul(text, NULL, 0) : 0;

	if (!seed)
		seed = (unsigned int)time(NULL) * 2654435761u | 1;
	printf("# seed %u\n", seed);
	return seed;
}

unsigned int random_below(unsigned int *seed, unsigned int limit)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed % limit;
}
