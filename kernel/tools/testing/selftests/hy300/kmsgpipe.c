// SPDX-License-Identifier: GPL-2.0
/*
 * What the tests of kmsgpipe do again and again.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "device.h"
#include "kmsgpipe.h"

int pipe_open(int flags)
{
	int fd = open("/dev/kmsgpipe", flags | O_CLOEXEC);

	if (fd < 0) {
		printf("# /dev/kmsgpipe: %s\n", strerror(errno));
		exit(1);
	}
	return fd;
}

int pipe_set(const char *attribute, const char *value)
{
	return file_write(PIPE_CLASS, attribute, value);
}

static void must_set(const char *attribute, const char *value)
{
	int ret = pipe_set(attribute, value);

	if (ret) {
		printf("# %s refuses \"%s\": %s\n", attribute, value, strerror(-ret));
		exit(1);
	}
}

void pipe_reset(void)
{
	int fd;

	if (access("/dev/kmsgpipe", F_OK) && system("modprobe kmsgpipe")) {
		printf("# kmsgpipe does not load\n");
		exit(1);
	}
	fd = pipe_open(O_RDONLY);
	ioctl(fd, KMSGPIPE_IOC_CLEAR);
	close(fd);
	must_set("cleanup_enabled", "0");
	must_set("cleanup_interval_ms", "10000");
	must_set("cleanup_age_ms", "60000");
	must_set("max_buf_size", "65536");
}

int pipe_fresh(int flags)
{
	pipe_reset();
	return pipe_open(flags);
}

static long long number_behind(const char *directory, const char *name, const char *key)
{
	const char *text = file_read(directory, name);
	size_t len = strlen(key);
	const char *line;

	for (line = text; line; line = strchr(line, '\n')) {
		if (*line == '\n')
			line++;
		if (!strncmp(line, key, len) && !strncmp(line + len, ": ", 2))
			return strtoll(line + len + 2, NULL, 10);
	}
	printf("# no %s in %s/%s\n", key, directory, name);
	exit(1);
}

long long pipe_proc(const char *key)
{
	return number_behind("/proc", "kmsgpipe", key);
}

long long pipe_debugfs(const char *key)
{
	return number_behind(PIPE_DEBUGFS, "stats", key);
}

long long pipe_attribute(const char *name)
{
	const char *text = file_read(PIPE_CLASS, name);

	if (!text) {
		printf("# %s: %s\n", name, strerror(errno));
		exit(1);
	}
	return atoll(text);
}

struct kmsgpipe_stats pipe_stats(void)
{
	struct kmsgpipe_stats stats;
	int fd = pipe_open(O_RDONLY);

	if (ioctl(fd, KMSGPIPE_IOC_STATS, &stats)) {
		printf("# KMSGPIPE_IOC_STATS: %s\n", strerror(errno));
		exit(1);
	}
	close(fd);
	return stats;
}

int pipe_fill(void)
{
	char message[KMSGPIPE_MAX_MESSAGE] = "";
	int fd = pipe_open(O_WRONLY | O_NONBLOCK);
	int count = 0;

	while (write(fd, message, sizeof(message)) > 0)
		count++;
	close(fd);
	return count;
}

void pipe_pattern(char *message, size_t len, unsigned int seed)
{
	size_t i;

	for (i = 0; i < len; i++)
		message[i] = (char)(seed * 31 + i * 7 + (i >> 8));
}

bool pipe_is_pattern(const char *message, size_t len, unsigned int seed)
{
	char expected[KMSGPIPE_MAX_MESSAGE];

	pipe_pattern(expected, len, seed);
	return !memcmp(message, expected, len);
}

static void *waiter_run(void *data)
{
	struct waiter *waiter = data;

	waiter->tid = syscall(SYS_gettid);
	if (waiter->writes)
		waiter->result = write(waiter->fd, waiter->message, waiter->len);
	else
		waiter->result = read(waiter->fd, waiter->message, waiter->len);
	waiter->error = waiter->result < 0 ? errno : 0;
	waiter->done = true;
	return NULL;
}

static void waiter_start(struct waiter *waiter, int fd, bool writes, size_t len)
{
	waiter->fd = fd;
	waiter->writes = writes;
	waiter->len = len;
	waiter->tid = 0;
	waiter->done = false;
	if (pthread_create(&waiter->thread, NULL, waiter_run, waiter)) {
		printf("# no thread\n");
		exit(1);
	}
}

void waiter_read(struct waiter *waiter, int fd, size_t len)
{
	waiter_start(waiter, fd, false, len);
}

void waiter_write(struct waiter *waiter, int fd, size_t len)
{
	pipe_pattern(waiter->message, len, 99);
	waiter_start(waiter, fd, true, len);
}

/* The kernel's word for the thread: its call, and where it is in it. */
static bool sleeps_in_call(pid_t tid)
{
	char directory[64];
	const char *text;

	snprintf(directory, sizeof(directory), "/proc/self/task/%d", tid);
	text = file_read(directory, "stat");
	return text && strstr(text, ") S ");
}

bool waiter_sleeps(struct waiter *waiter)
{
	long long end = now_ms() + patience(5000);
	int seen = 0;

	/* Twice in a row: starting a thread sleeps too. */
	while (seen < 2 && !waiter->done && now_ms() < end) {
		seen = waiter->tid && sleeps_in_call(waiter->tid) ? seen + 1 : 0;
		usleep(2000);
	}
	return seen == 2 && !waiter->done;
}

bool waiter_ends(struct waiter *waiter)
{
	long long end = now_ms() + patience(5000);

	while (!waiter->done && now_ms() < end)
		usleep(1000);
	if (!waiter->done)
		return false;
	pthread_join(waiter->thread, NULL);
	return true;
}

bool mapping_open(struct mapping *mapping, int fd)
{
	__u32 size;

	if (ioctl(fd, KMSGPIPE_IOC_GET_SIZE, &size))
		return false;
	/* The first page, and the ring twice. */
	mapping->len = sysconf(_SC_PAGESIZE) + 2UL * size;
	mapping->map = mmap(NULL, mapping->len, PROT_READ, MAP_SHARED, fd, 0);
	if (mapping->map == MAP_FAILED)
		return false;
	mapping->sequence = 0;
	mapping_catch_up(mapping);
	return true;
}

void mapping_close(struct mapping *mapping)
{
	munmap((void *)mapping->map, mapping->len);
}

const struct kmsgpipe_message *mapping_message(const struct mapping *mapping)
{
	const struct kmsgpipe_map *map = mapping->map;

	if (__atomic_load_n(&map->head, __ATOMIC_ACQUIRE) == mapping->position)
		return NULL;
	return (const void *)((const char *)map + map->data_offset +
			      (mapping->position & (map->size - 1)));
}

bool mapping_intact(const struct mapping *mapping)
{
	const struct kmsgpipe_map *map = mapping->map;
	__u32 head, tail;

	/* What was read before is older than the tail that is read now. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	tail = __atomic_load_n(&map->tail, __ATOMIC_RELAXED);
	head = __atomic_load_n(&map->head, __ATOMIC_RELAXED);
	return mapping->position - tail < head - tail;
}

void mapping_pass(struct mapping *mapping, __u32 len)
{
	mapping->position += KMSGPIPE_MESSAGE_SPACE(len);
	mapping->sequence++;
}

void mapping_catch_up(struct mapping *mapping)
{
	mapping->position = __atomic_load_n(&mapping->map->tail, __ATOMIC_ACQUIRE);
}
