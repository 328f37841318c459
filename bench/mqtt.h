/* SPDX-License-Identifier: Apache-2.0 */
/* The part of MQTT 3.1.1 on loopback that the benchmarks need. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BUFFER	(256 * 1024)
#define ROOT	"hy300/v1/"

enum { CONNECT = 0x10, PUBLISH = 0x30, PUBACK = 0x40, SUBSCRIBE = 0x80, PINGREQ = 0xc0 };

/* A connection, and the progress of its output. */
struct connection {
	int fd, is_target, device, round, last, step, unanswered, id;
	size_t in_length, out_length, out_at;
	unsigned char in[BUFFER], out[BUFFER];
};

static inline void die(const char *what)
{
	perror(what);
	exit(1);
}

static inline double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* A PUBLISH packet. Its identifier, if it has one, follows the topic and is left at 0. */
static inline int publish(char *to, const char *topic, int flags, const char *payload)
{
	size_t name = strlen(topic), length = 2 + name + (flags & 6 ? 2 : 0) + strlen(payload), left = length;
	char *at = to;

	*at++ = PUBLISH | flags;
	do
		*at++ = (left & 127) | (left > 127 ? 128 : 0);
	while (left >>= 7);
	*at++ = name >> 8;
	*at++ = name;
	at = mempcpy(at, topic, name);
	if (flags & 6) {
		*at++ = 0;
		*at++ = 0;
	}
	return (char *)mempcpy(at, payload, strlen(payload)) - to;
}

/* Sends as much as possible without blocking. */
static inline void flush(struct connection *c)
{
	ssize_t n;

	while (c->out_at < c->out_length) {
		n = send(c->fd, c->out + c->out_at, c->out_length - c->out_at, MSG_DONTWAIT);
		if (n < 0)
			return;
		c->out_at += n;
	}
	c->out_at = c->out_length = 0;
}

/* The next packet of the input: its first byte, or -1. */
static inline int packet(struct connection *c, size_t *at, unsigned char **body, size_t *length)
{
	size_t from = *at + 1, shift = 0;

	*length = 0;
	do {
		if (from >= c->in_length)
			return -1;
		*length |= (size_t)(c->in[from] & 127) << shift;
		shift += 7;
	} while (c->in[from++] & 128);
	if (from + *length > c->in_length)
		return -1;
	*body = c->in + from;
	from = from + *length - *at;
	*at += from;
	return c->in[*at - from];
}

/* Reads the available input; false when the other side is gone. */
static inline int receive(struct connection *c, int flags)
{
	ssize_t n = recv(c->fd, c->in + c->in_length, BUFFER - c->in_length, flags);

	c->in_length += n > 0 ? n : 0;
	return n > 0;
}

static inline void consume(struct connection *c, size_t read)
{
	memmove(c->in, c->in + read, c->in_length - read);
	c->in_length -= read;
}

static inline struct connection *connection(int fd)
{
	struct connection *c = calloc(1, sizeof(*c));
	int one = 1;

	c->fd = fd;
	c->step = 1;
	c->last = -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return c;
}

static inline struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static inline struct connection *dial(int port)
{
	struct sockaddr_in to = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		die("connect");
	return connection(fd);
}

/* Sends bytes and waits for the packet that answers them. */
static inline void ask(struct connection *c, const void *bytes, size_t length)
{
	unsigned char *body;
	size_t at = 0, size;

	if (send(c->fd, bytes, length, 0) < 0)
		die("send");
	while (packet(c, &at, &body, &size) < 0)
		if (!receive(c, 0))
			die("receive");
	consume(c, at);
}

static inline struct connection *client(int port)
{
	struct connection *c = dial(port);
	char hello[64] = "\x10\x00\x00\x04MQTT\x04\x02\x00\x00\x00";

	hello[1] = 12 + sprintf(hello + 14, "load-%d-%d", getpid(), c->fd);
	hello[13] = hello[1] - 12;
	ask(c, hello, 2 + hello[1]);
	return c;
}

static inline void subscribe(struct connection *c, const char *filter, int level)
{
	char request[64] = "\x82\x00\x00\x01\x00";

	request[5] = sprintf(request + 6, "%s", filter);
	request[1] = 5 + request[5];
	request[6 + request[5]] = level;
	ask(c, request, 2 + request[1]);
}
