// SPDX-License-Identifier: GPL-2.0
/*
 * A daemon that was written with the first names of the bridge's messages: it
 * says HELLO, is sent a PING and answers with PONG.
 */
#include <linux/daedalus_v4l2_proto.h>

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "ktap.h"

#define DEBUGFS	"/sys/kernel/debug/daedalus_v4l2/test_ping"

struct message {
	struct daedalus_msg_hdr header;
	char payload[DAEDALUS_PROTO_MAX_PAYLOAD];
};

static struct message message;

/* Reads until there is a message of this type: others may come between. */
static ssize_t receive(int fd, __u32 type)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	ssize_t len;

	do {
		if (poll(&poller, 1, 5000) != 1)
			return -1;
		len = read(fd, &message, sizeof(message));
	} while (len > 0 && message.header.type != type);
	return len;
}

static void ping_and_pong(void)
{
	const struct daedalus_msg_hdr hello = {
		.magic = DAEDALUS_PROTO_MAGIC,
		.version = DAEDALUS_PROTO_VERSION,
		.type = DAEDALUS_PROTO_HELLO,
		.cookie = 7,
	};
	int fd = open("/dev/daedalus-v4l2", O_RDWR), debugfs = open(DEBUGFS, O_WRONLY);

	CHECK(fd >= 0 && debugfs >= 0);
	CHECK_EQ(write(fd, &hello, sizeof(hello)), sizeof(hello));
	CHECK(receive(fd, DAEDALUS_PROTO_HELLO | DAEDALUS_PROTO_RESPONSE) > 0);
	CHECK_EQ(message.header.cookie, 7);

	CHECK_EQ(write(debugfs, "1", 1), 1);
	CHECK_EQ(receive(fd, DAEDALUS_PROTO_PING), sizeof(message.header) + 24);
	CHECK_EQ(message.header.magic, DAEDALUS_PROTO_MAGIC);
	CHECK_EQ(message.header.cookie, 0x1234);
	CHECK(!strncmp(message.payload, "DAEDALUS-V4L2-PING-PL", 21));
	message.header.type = DAEDALUS_PROTO_PONG;
	CHECK_EQ(write(fd, &message, sizeof(message.header) + message.header.payload_len),
		 sizeof(message.header) + 24);
	close(debugfs);
	close(fd);
}

static const struct ktap_test tests[] = {
	{ "ping and pong by the first names", ping_and_pong },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
