// SPDX-License-Identifier: Apache-2.0
/*
 * Makes the kernel notify: writes to an attribute, or to a file or FIFO in its
 * place, at intervals, with the texts in turn.
 *
 * usage: trigger ATTRIBUTE COUNT INTERVAL_US TEXT...
 * Prints the time before each write in ns of CLOCK_MONOTONIC.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int count = argc > 4 ? atoi(argv[2]) : 0, fd, i;
	const char *text;
	long long *times = calloc(count, sizeof(*times));
	struct timespec now;

	fd = count > 0 ? open(argv[1], O_WRONLY) : -1;
	if (fd < 0) {
		fprintf(stderr, "usage: trigger ATTRIBUTE COUNT INTERVAL_US TEXT...\n");
		return 2;
	}
	for (i = 0; i < count; i++) {
		text = argv[4 + i % (argc - 4)];
		usleep(atoi(argv[3]));
		clock_gettime(CLOCK_MONOTONIC, &now);
		times[i] = now.tv_sec * 1000000000LL + now.tv_nsec;
		// In a plain file the text replaces the one before; a FIFO has no positions.
		lseek(fd, 0, SEEK_SET);
		if (write(fd, text, strlen(text)) < 0) {
			perror(argv[1]);
			return 1;
		}
	}
	for (i = 0; i < count; i++)
		printf("%lld\n", times[i]);
	return 0;
}
