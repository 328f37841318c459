// SPDX-License-Identifier: GPL-2.0
/*
 * Many threads that open, read, write, poll, map and close everything the
 * drivers offer, while others unbind and bind the devices below them. What the
 * calls return matters little here: the kernel's own checks are the test.
 *
 * usage: storms_test PATH...	see targets.h
 * HY300_STORM_SECONDS says how long each storm lasts at least, HY300_SEED repeats one.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../ktap.h"
#include "targets.h"

#define THREADS		6
#define LARGEST		65536

/* A slow machine takes longer than the seconds, but no more than these. */
#define LEAST_CALLS	2000
#define LEAST_BINDS	10
#define MOST_SECONDS	180

static unsigned int first_seed;
static atomic_bool over;
static atomic_ulong calls, binds, looked_at;
static __thread unsigned int seed;

static unsigned int below(unsigned int limit)
{
	return random_below(&seed, limit);
}

static void poll_a_little(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN | POLLOUT | POLLPRI | POLLERR };

	poll(&poller, 1, below(4));
}

static void write_something(int fd)
{
	static const char * const words[] = {
		"0", "1", "-1", "10", "400", "none", "ok", "1000000", "4096", "display.bin",
		"1 2 3 4 5 6 7 8", "x", "",
	};
	const char *word = words[below(ARRAY_SIZE(words))];

	if (write(fd, word, strlen(word)) < 0)
		poll_a_little(fd);
}

static void use_file(void)
{
	char text[4096];
	int fd, rounds;

	if (!file_count)
		return;
	fd = open(files[below(file_count)], below(3) ? O_RDONLY : O_RDWR | O_NONBLOCK);
	if (fd < 0)
		return;
	for (rounds = below(4); rounds >= 0; rounds--) {
		switch (below(4)) {
		case 0:
			poll_a_little(fd);
			break;
		case 1:
			write_something(fd);
			break;
		default:
			if (pread(fd, text, sizeof(text), 0) < 0)
				sched_yield();
		}
		calls++;
	}
	close(fd);
}

static void map_and_look(int fd)
{
	size_t size = 4096 << below(3);
	int protection = below(2) ? PROT_READ : PROT_READ | PROT_WRITE;
	char *map = mmap(NULL, size, protection, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		return;
	looked_at += map[below(4096)];
	munmap(map, size);
}

static void use_node(char *buffer, int flags)
{
	static const int modes[] = { O_RDWR, O_RDWR, O_RDONLY, O_WRONLY };
	int fd, rounds, on = 1;

	if (!node_count)
		return;
	fd = open(nodes[below(node_count)], modes[below(ARRAY_SIZE(modes))] | flags);
	if (fd < 0)
		return;
	for (rounds = below(12); rounds >= 0; rounds--) {
		switch (below(7)) {
		case 0:
			poll_a_little(fd);
			break;
		case 1:
			if (write(fd, buffer, below(below(2) ? 64 : LARGEST)) < 0)
				sched_yield();
			break;
		case 2:
			ioctl(fd, FIOASYNC, &on);
			on = !on;
			break;
		case 3:
			map_and_look(fd);
			break;
		case 4:
			write_something(fd);
			break;
		default:
			if (read(fd, buffer, below(LARGEST)) < 0)
				sched_yield();
		}
		calls++;
	}
	close(fd);
}

static void *use_everything(void *number)
{
	char *buffer = calloc(1, LARGEST);

	seed = first_seed + (long)number * 7919;
	while (buffer && !over) {
		if (below(2))
			use_file();
		else
			use_node(buffer, O_NONBLOCK);
	}
	free(buffer);
	return NULL;
}

/* Reads that wait, and are ended by a signal. */
static void *wait_in_reads(void *number)
{
	char *buffer = calloc(1, LARGEST);

	seed = first_seed + (long)number * 7919;
	while (buffer && !over)
		use_node(buffer, 0);
	free(buffer);
	return NULL;
}

static void *unbind_and_bind(void *number)
{
	seed = first_seed + (long)number * 7919;
	while (!over) {
		const struct device *device = &devices[below(device_count)];

		device_bind(device, "unbind");
		usleep(below(20000));
		device_bind(device, "bind");
		usleep(below(50000));
		binds++;
	}
	return NULL;
}

static void interrupted(int number)
{
	(void)number;
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static bool enough(bool unbinding)
{
	return calls >= LEAST_CALLS && (!unbinding || binds >= LEAST_BINDS);
}

static void storm(bool unbinding)
{
	const char *text = getenv("HY300_STORM_SECONDS");
	double begin = seconds_now(), end = begin + (text ? atof(text) : 10);
	pthread_t users[THREADS], waiters[2], binder;
	long i;

	over = false;
	calls = 0;
	binds = 0;
	for (i = 0; i < THREADS; i++)
		CHECK(!pthread_create(&users[i], NULL, use_everything, (void *)i));
	for (i = 0; i < 2; i++)
		CHECK(!pthread_create(&waiters[i], NULL, wait_in_reads, (void *)(THREADS + i)));
	if (unbinding)
		CHECK(!pthread_create(&binder, NULL, unbind_and_bind, (void *)(THREADS + 2L)));

	while (seconds_now() < end ||
	       (!enough(unbinding) && seconds_now() < begin + MOST_SECONDS)) {
		usleep(20000);
		for (i = 0; i < 2; i++)
			pthread_kill(waiters[i], SIGUSR1);
	}
	over = true;
	for (i = 0; i < THREADS; i++)
		pthread_join(users[i], NULL);
	for (i = 0; i < 2; i++) {
		/* A signal that comes before the read does not end it. */
		while (pthread_tryjoin_np(waiters[i], NULL)) {
			pthread_kill(waiters[i], SIGUSR1);
			usleep(1000);
		}
	}
	if (unbinding)
		pthread_join(binder, NULL);
	printf("# %lu calls, %lu times unbound and bound\n", calls, binds);
	CHECK(calls > 100);
}

static void users_alone(void)
{
	storm(false);
}

static void devices_that_come_and_go(void)
{
	CHECK(device_count);
	storm(true);
	CHECK(binds >= LEAST_BINDS);
}

/*
 * A storm writes to the knobs of a virtual board, too, and a receiver that it has made dead cannot
 * be bound. A board that is bound again is as new; it comes before the devices on it.
 */
static void all_devices_can_be_bound_afterwards(void)
{
	unsigned int i;

	for (i = 0; i < device_count; i++)
		device_bind(&devices[i], "unbind");
	CHECK(devices_restore());
}

static const struct ktap_test tests[] = {
	{ "a storm of readers and writers", users_alone },
	{ "the same, while devices are unbound and bound", devices_that_come_and_go },
	{ "all devices can be bound afterwards", all_devices_can_be_bound_afterwards },
};

int main(int argc, char **argv)
{
	const struct sigaction action = { .sa_handler = interrupted };

	targets_init(argc, argv);
	first_seed = random_seed();
	sigaction(SIGUSR1, &action, NULL);
	signal(SIGIO, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	printf("# %u files, %u character devices, %u bound devices\n", file_count, node_count,
	       device_count);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
