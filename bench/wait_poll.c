// SPDX-License-Identifier: Apache-2.0
/*
 * The peer: a C program that waits for an attribute in poll() and reads it.
 *
 * usage: wait_poll ATTRIBUTE COUNT
 * Prints `ready`, then the times of its wake-ups in ns of CLOCK_MONOTONIC.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int count = argc == 3 ? atoi(argv[2]) : 0, i;
	struct pollfd attribute = { .events = POLLPRI | POLLERR };
	long long *times = calloc(count, sizeof(*times));
	struct timespec now;
	char text[64];

	attribute.fd = count > 0 ? open(argv[1], O_RDONLY) : -1;
	if (attribute.fd < 0 || pread(attribute.fd, text, sizeof(text), 0) < 0) {
		fprintf(stderr, "usage: wait_poll ATTRIBUTE COUNT\n");
		return 2;
	}
	printf("ready\n");
	fflush(stdout);
	for (i = 0; i < count; i++) {
		if (poll(&attribute, 1, 10000) != 1 ||
		    pread(attribute.fd, text, sizeof(text), 0) < 0) {
			fprintf(stderr, "wait_poll: no wake-up after %d of %d\n", i, count);
			return 1;
		}
		clock_gettime(CLOCK_MONOTONIC, &now);
		times[i] = now.tv_sec * 1000000000LL + now.tv_nsec;
	}
	for (i = 0; i < count; i++)
		printf("%lld\n", times[i]);
	return 0;
}
