// SPDX-License-Identifier: Apache-2.0
/*
 * The peer: a C program that reads attributes at fixed intervals and reports
 * changes.
 *
 * usage: poll_files INTERVAL_MS ATTRIBUTE...
 * Prints each changed attribute with its value, until it is killed.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_FILES	256
#define MAX_TEXT	4096

static struct {
	int fd;
	char text[MAX_TEXT];
} files[MAX_FILES];

int main(int argc, char **argv)
{
	int interval = argc > 2 ? atoi(argv[1]) : 0, count = argc - 2, i;
	char text[MAX_TEXT];
	ssize_t length;

	if (interval <= 0 || count > MAX_FILES) {
		fprintf(stderr, "usage: poll_files INTERVAL_MS ATTRIBUTE...\n");
		return 2;
	}
	for (i = 0; i < count; i++) {
		files[i].fd = open(argv[i + 2], O_RDONLY);
		if (files[i].fd < 0) {
			perror(argv[i + 2]);
			return 1;
		}
	}
	for (;;) {
		for (i = 0; i < count; i++) {
			length = pread(files[i].fd, text, sizeof(text) - 1, 0);
			if (length < 0) {
				perror(argv[i + 2]);
				return 1;
			}
			text[length] = '\0';
			if (strcmp(text, files[i].text)) {
				strcpy(files[i].text, text);
				printf("%s %s\n", argv[i + 2], text);
			}
		}
		fflush(stdout);
		usleep(interval * 1000);
	}
}
