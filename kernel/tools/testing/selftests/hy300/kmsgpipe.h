/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of kmsgpipe do again and again: descriptors, settings, numbers that it shows, a
 * thread that waits in the kernel.
 */
#ifndef KMSGPIPE_H
#define KMSGPIPE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <linux/kmsgpipe.h>

#define PIPE_CLASS	"/sys/class/kmsgpipe"
#define PIPE_DEBUGFS	"/sys/kernel/debug/kmsgpipe"

/* Least size of the ring, and how many messages of the largest size fit into it then. */
#define SMALL_SIZE	KMSGPIPE_MIN_SIZE
#define SMALL_FITS	(SMALL_SIZE / KMSGPIPE_MESSAGE_SPACE(KMSGPIPE_MAX_MESSAGE))

/* Opens /dev/kmsgpipe; a failure ends the program. */
int pipe_open(int flags);

/* Empty, of the default size, no clean-up by itself; loads the module when it is not there. */
void pipe_reset(void);

/* Both: how a test begins. */
int pipe_fresh(int flags);

/* Attributes of the class; 0 or -errno. */
int pipe_set(const char *attribute, const char *value);

/* The number behind "KEY: " in /proc/kmsgpipe and in debugfs kmsgpipe/stats, and in attributes. */
long long pipe_proc(const char *key);
long long pipe_debugfs(const char *key);
long long pipe_attribute(const char *name);
struct kmsgpipe_stats pipe_stats(void);

/* Fills the pipe with the largest messages until one does not fit; returns how many did. */
int pipe_fill(void);

/* A message of this many bytes, each of which depends on its place and on the seed. */
void pipe_pattern(char *message, size_t len, unsigned int seed);
bool pipe_is_pattern(const char *message, size_t len, unsigned int seed);

/* A thread that makes one call, which is expected to wait. */
struct waiter {
	pthread_t thread;
	int fd;
	bool writes;
	size_t len;
	char message[KMSGPIPE_MAX_MESSAGE];
	atomic_int tid;
	atomic_bool done;
	ssize_t result;
	int error;
};

void waiter_read(struct waiter *waiter, int fd, size_t len);
void waiter_write(struct waiter *waiter, int fd, size_t len);
/* Whether the thread sleeps in the kernel, at the latest after seconds. */
bool waiter_sleeps(struct waiter *waiter);
/* Waits for the end of the call; false when it does not end within seconds. */
bool waiter_ends(struct waiter *waiter);

/* A mapping of the ring and a place in it, as struct kmsgpipe_map explains. */
struct mapping {
	const struct kmsgpipe_map *map;
	size_t len;
	__u32 position;
	__u64 sequence;
};

/* Maps the ring and goes to its oldest message; false and errno when it cannot be mapped. */
bool mapping_open(struct mapping *mapping, int fd);
void mapping_close(struct mapping *mapping);

/* The message at the place, which its payload follows; NULL when there is none yet. */
const struct kmsgpipe_message *mapping_message(const struct mapping *mapping);

/* Whether what was read of the message at the place was that message, and no later one. */
bool mapping_intact(const struct mapping *mapping);

/* Behind a message that was intact and had this many bytes. */
void mapping_pass(struct mapping *mapping, __u32 len);

/* To the oldest message, after being overtaken. */
void mapping_catch_up(struct mapping *mapping);

#endif /* KMSGPIPE_H */
