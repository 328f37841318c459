/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of the daedalus bridge do again and again.
 */
#ifndef BRIDGE_H
#define BRIDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <linux/daedalus-v4l2.h>

#define BRIDGE_DEVICE		"/dev/daedalus-v4l2"
#define BRIDGE_PING_COOKIE	0x1234
#define BRIDGE_PING_TEXT	"DAEDALUS-V4L2-PING-PL"
#define BRIDGE_PING_BYTES	24

/* A message, read or to be written */
struct bridge_message {
	struct daedalus_v4l2_header header;
	union {
		struct daedalus_v4l2_hello hello;
		struct daedalus_v4l2_notify notify;
		char payload[128];
	};
};

/* Opens the device, closing what the last call opened: a test that fails leaves nothing behind. */
int bridge_open(int flags);
void bridge_close(void);

/* A message with a sound header and no payload */
struct bridge_message bridge_message(unsigned int type, unsigned int cookie);

/* Bytes written or read, or -errno */
ssize_t bridge_write(int fd, const void *data, size_t size);
ssize_t bridge_send(int fd, const struct bridge_message *message);
ssize_t bridge_read(int fd, struct bridge_message *message);

/* The next message that is no NOTIFY, waited for */
ssize_t bridge_receive(int fd, struct bridge_message *message);

/* Sends HELLO and receives the response; 0 or -errno. */
int bridge_greet(int fd, struct bridge_message *response);

/* Has the kernel send a PING; 0 or -errno. */
int bridge_ping(void);

/* Whether the message is the PING that bridge_ping() asks for. */
bool bridge_is_ping(const struct bridge_message *message);

/* A number of debugfs daedalus_v4l2/statistics */
long long bridge_statistic(const char *name);

#endif /* BRIDGE_H */
