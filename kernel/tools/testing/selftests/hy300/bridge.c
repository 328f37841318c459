// SPDX-License-Identifier: GPL-2.0
/*
 * What the tests of the daedalus bridge do again and again.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bridge.h"

#define DEBUGFS "/sys/kernel/debug/daedalus_v4l2/"

static int bridge_fd = -1;

void bridge_close(void)
{
	if (bridge_fd >= 0)
		close(bridge_fd);
	bridge_fd = -1;
}

int bridge_open(int flags)
{
	bridge_close();
	bridge_fd = open(BRIDGE_DEVICE, flags | O_CLOEXEC);
	return bridge_fd < 0 ? -errno : bridge_fd;
}

struct bridge_message bridge_message(unsigned int type, unsigned int cookie)
{
	struct bridge_message message = {
		.header = {
			.magic = DAEDALUS_V4L2_MAGIC,
			.version = DAEDALUS_V4L2_VERSION,
			.type = type,
			.cookie = cookie,
		},
	};

	return message;
}

ssize_t bridge_write(int fd, const void *data, size_t size)
{
	ssize_t ret = write(fd, data, size);

	return ret < 0 ? -errno : ret;
}

ssize_t bridge_send(int fd, const struct bridge_message *message)
{
	return bridge_write(fd, message, sizeof(message->header) + message->header.payload_len);
}

ssize_t bridge_read(int fd, struct bridge_message *message)
{
	ssize_t ret;

	memset(message, 0xee, sizeof(*message));
	ret = read(fd, message, sizeof(*message));
	return ret < 0 ? -errno : ret;
}

ssize_t bridge_receive(int fd, struct bridge_message *message)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	ssize_t ret;

	do {
		if (poll(&poller, 1, 20000) != 1)
			return -ETIME;
		ret = bridge_read(fd, message);
	} while (ret > 0 && message->header.type == DAEDALUS_V4L2_NOTIFY);
	return ret;
}

int bridge_greet(int fd, struct bridge_message *response)
{
	struct bridge_message hello = bridge_message(DAEDALUS_V4L2_HELLO, getpid());
	ssize_t ret = bridge_send(fd, &hello);

	if (ret < 0)
		return ret;
	ret = bridge_receive(fd, response);
	if (ret < 0)
		return ret;
	if (ret != sizeof(response->header) + sizeof(response->hello) ||
	    response->header.type != DAEDALUS_V4L2_HELLO_RESPONSE ||
	    response->header.cookie != hello.header.cookie)
		return -EBADMSG;
	return 0;
}

int bridge_ping(void)
{
	int fd = open(DEBUGFS "test_ping", O_WRONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -errno;
	ret = write(fd, "1", 1) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

bool bridge_is_ping(const struct bridge_message *message)
{
	static const char text[BRIDGE_PING_BYTES] = BRIDGE_PING_TEXT;

	return message->header.magic == DAEDALUS_V4L2_MAGIC &&
	       message->header.version == DAEDALUS_V4L2_VERSION &&
	       message->header.type == DAEDALUS_V4L2_PING &&
	       message->header.cookie == BRIDGE_PING_COOKIE &&
	       message->header.payload_len == sizeof(text) &&
	       message->header.reserved == 0 &&
	       !memcmp(message->payload, text, sizeof(text));
}

long long bridge_statistic(const char *name)
{
	FILE *file = fopen(DEBUGFS "statistics", "re");
	long long value;
	char word[64];

	if (!file) {
		printf("# %sstatistics: %s\n", DEBUGFS, strerror(errno));
		exit(1);
	}
	while (fscanf(file, "%63s %lld", word, &value) == 2) {
		if (strcmp(word, name))
			continue;
		fclose(file);
		return value;
	}
	printf("# no %s in %sstatistics\n", name, DEBUGFS);
	exit(1);
}
