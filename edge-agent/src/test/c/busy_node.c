// SPDX-License-Identifier: Apache-2.0
// For LD_PRELOAD: reading a file called video0 fails as if another program captured from the video node.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

ssize_t read(int fd, void *to, size_t count)
{
	static ssize_t (*next)(int fd, void *to, size_t count);
	char link[64], name[PATH_MAX];
	ssize_t length;

	if (!next)
		next = (ssize_t (*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, name, sizeof(name));
	if (length > 7 && !memcmp(name + length - 7, "/video0", 7)) {
		errno = EBUSY;
		return -1;
	}
	return next(fd, to, count);
}
