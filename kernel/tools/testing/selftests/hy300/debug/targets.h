/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of this directory are let loose on: files, character devices
 * and drivers, all of them named on the command line.
 */
#ifndef TARGETS_H
#define TARGETS_H

#include <stdbool.h>
#include <stddef.h>

#define MAX_TARGETS	512

/**
 * struct device - a device that was bound when the test began
 * @driver: directory of its driver
 * @name: its name on the bus
 * @depth: how many devices stand above it
 */
struct device {
	const char *driver;
	const char *name;
	int depth;
};

/* Attributes, and files of procfs and debugfs */
extern char *files[MAX_TARGETS];
extern unsigned int file_count;
/* Character devices */
extern char *nodes[MAX_TARGETS];
extern unsigned int node_count;
/* Bound devices, those that stand on others after them */
extern struct device devices[MAX_TARGETS];
extern unsigned int device_count;

/* Sorts the arguments: a directory with a file bind is a driver, any other gives its files. */
void targets_init(int argc, char **argv);

/* Writes a device's name to its driver's bind or unbind; gives 0 or -errno. */
int device_bind(const struct device *device, const char *how);
bool device_is_bound(const struct device *device);

/* Binds what is unbound, and waits for what follows by itself; false when that does not come. */
bool devices_restore(void);

/* What HY300_SEED says, or the time; never 0. Says so. */
unsigned int random_seed(void);

/* A pseudo-random number that the seed alone determines. */
unsigned int random_below(unsigned int *seed, unsigned int limit);

#endif /* TARGETS_H */
