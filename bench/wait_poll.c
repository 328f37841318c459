// SPDX-License-Identifier: Apache-2.0
/*
 * The peer: a C program that waits for an attribute in poll() and reads it.
 *
 * usage: wait_poll ATTRIBUTE
 * Prints `ready` and, after three seconds without a wake-up, the times of its
 * wake-ups in ns of CLOCK_MONOTONIC.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define MAX_WAKES	100000

static long long times[MAX_WAKES];

int main(int argc, char **argv)
{
	struct pollfd attribute = { .events = POLLPRI | POLLERR };
	struct timespec now;
	int count = 0, i;
	char text[64];

	attribute.fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
	if (attribute.fd < 0 || pread(attribute.fd, text, sizeof(text), 0) < 0) {
		fprintf(stderr, "usage: wait_poll ATTRIBUTE\n");
		return 2;
	}
	printf("ready\n");
	fflush(stdout);
	while (count < MAX_WAKES && poll(&attribute, 1, count ? 3000 : 20000) == 1) {
		if (pread(attribute.fd, text, sizeof(text), 0) < 0) {
			perror(argv[1]);
			return 1;
		}
		clock_gettime(CLOCK_MONOTONIC, &now);
		times[count++] = now.tv_sec * 1000000000LL + now.tv_nsec;
	}
	for (i = 0; i < count; i++)
		printf("%lld\n", times[i]);
	return 0;
}
