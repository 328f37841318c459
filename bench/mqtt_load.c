// SPDX-License-Identifier: Apache-2.0
/*
 * Simulates a fleet for a broker, or fleet and broker in one for a collector.
 *
 * usage: mqtt_load pub PORT QOS DEVICES FIRST LAST
 *          publishes rounds FIRST to LAST, retained: one state of ten values for
 *          each device in each round; round 0 sets the devices online
 *        mqtt_load serve PORT DEVICES FIRST LAST
 *          is the broker of one collector and sends it rounds 0 to FIRST, then,
 *          after a line on standard input, the others; ends with standard input
 * All on 127.0.0.1. A value is 100 + round, plus a fraction of its own.
 */
#define _GNU_SOURCE
#include <linux/sockios.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include "mqtt.h"

#define VALUES		10
#define PUBLISHERS	4
#define CLIENTS		8
#define WINDOW		100
#define PACKET		1024

struct template {
	int length, seq, id, values[VALUES];
	char packet[PACKET];
};

static int devices, qos, retain;
static struct template *templates;

static void make_templates(void)
{
	char topic[64], payload[PACKET - 128];
	struct template *t;
	int d, v, n;

	templates = calloc(devices, sizeof(*templates));
	for (d = 0; d < devices; d++) {
		t = &templates[d];
		snprintf(topic, sizeof(topic), ROOT "d%06d/state/bench", d);
		n = snprintf(payload, sizeof(payload), "{\"session\":\"00000000-0000-4000-8000-%012d\",\"seq\":1000000,"
			     "\"time\":\"2026-11-21T04:00:00.123Z\",\"values\":{", d);
		for (v = 0; v < VALUES; v++)
			n += snprintf(payload + n, sizeof(payload) - n, "%s\"hy300_bench_m%02d_celsius\":100.%07d",
				      v ? "," : "", v, d * VALUES + v + 1);
		snprintf(payload + n, sizeof(payload) - n, "}}");
		t->length = publish(t->packet, topic, qos << 1 | retain, payload);
		t->id = 5 + strlen(topic);
		t->seq = (char *)memmem(t->packet, t->length, "\"seq\":", 6) + 6 - t->packet;
		for (v = 0; v < VALUES; v++)
			t->values[v] = (char *)memmem(t->packet + (v ? t->values[v - 1] : 0), PACKET, "celsius\":", 9)
				       + 9 - t->packet;
	}
}

static void digits(char *to, int width, int number)
{
	for (; width--; number /= 10)
		to[width] = '0' + number % 10;
}

static void announce(struct connection *c, int d)
{
	char topic[64], payload[512];

	snprintf(topic, sizeof(topic), ROOT "d%06d/status", d);
	snprintf(payload, sizeof(payload), "{\"state\":\"online\",\"session\":\"00000000-0000-4000-8000-%012d\","
		 "\"time\":\"2026-11-21T04:00:00.123Z\"}", d);
	c->out_length += publish((char *)c->out + c->out_length, topic, retain, payload);
	snprintf(topic, sizeof(topic), ROOT "d%06d/info", d);
	snprintf(payload, sizeof(payload), "{\"session\":\"00000000-0000-4000-8000-%012d\",\"time\":"
		 "\"2026-11-21T04:00:00.123Z\",\"model\":\"HY300\",\"kernel\":\"6.1\",\"agent_version\":\"1\","
		 "\"boot_id\":\"b\",\"labels\":{\"site\":\"s%d\"},\"subsystems\":[\"bench\"],\"families\":{}}", d, d % 200);
	c->out_length += publish((char *)c->out + c->out_length, topic, retain, payload);
}

/* Writes as many messages as there is room for and QoS 1 allows. */
static void fill(struct connection *c)
{
	while (c->round <= c->last && c->out_length + 2 * PACKET < BUFFER && (!qos || c->unanswered < WINDOW)) {
		struct template *t = &templates[c->device];
		char *to = (char *)c->out + c->out_length;
		int v;

		if (c->round == 0) {
			announce(c, c->device);
		} else {
			memcpy(to, t->packet, t->length);
			digits(to + t->seq, 7, 1000000 + c->round);
			for (v = 0; v < VALUES; v++)
				digits(to + t->values[v], 3, 100 + c->round);
			if (qos) {
				c->id = c->id % 65535 + 1;
				to[t->id] = c->id >> 8;
				to[t->id + 1] = c->id;
				c->unanswered++;
			}
			c->out_length += t->length;
		}
		c->device += c->step;
		if (c->device >= devices) {
			c->device %= c->step;
			c->round++;
		}
	}
}

/* Waits until a connection can be read, or written if it has output. */
static struct connection *await(int epoll, int milliseconds)
{
	struct epoll_event event;

	return epoll_wait(epoll, &event, 1, milliseconds) == 1 ? event.data.ptr : NULL;
}

static void watch(int epoll, struct connection *c)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event))
		die("epoll_ctl");
}

static int pub(int port, int first, int last)
{
	struct connection *all[PUBLISHERS], *c;
	int epoll = epoll_create1(0), left = PUBLISHERS, i;
	double begin = now();

	for (i = 0; i < PUBLISHERS; i++) {
		c = all[i] = client(port);
		c->device = i;
		c->step = PUBLISHERS;
		c->round = first;
		c->last = last;
		watch(epoll, c);
	}
	while (left) {
		unsigned char *body;
		size_t at = 0, length;

		c = await(epoll, -1);
		if (!c)
			continue;
		while (receive(c, MSG_DONTWAIT)) {
			for (at = 0; packet(c, &at, &body, &length) == PUBACK;)
				c->unanswered--;
			consume(c, at);
		}
		do {
			fill(c);
			flush(c);
		} while (!c->out_length && c->round <= c->last && (!qos || c->unanswered < WINDOW));
		if (c->round > c->last && !c->out_length && !c->unanswered && !c->is_target++)
			left--;
	}
	/* The answers come after everything else. */
	for (i = 0; i < PUBLISHERS; i++)
		ask(all[i], "\xc0\0", 2);
	printf("%.4f\n", now() - begin);
	return 0;
}

static void answer(struct connection *c, const void *bytes, size_t length)
{
	memcpy(c->out + c->out_length, bytes, length);
	c->out_length += length;
}

/* Answers a client's packets. */
static void serve_packets(struct connection *c)
{
	unsigned char *body, ack[16] = { 0x90 };
	size_t at = 0, length, i;
	int kind;

	while ((kind = packet(c, &at, &body, &length)) >= 0) {
		if (kind == CONNECT) {
			answer(c, "\x20\x02\0\0", 4);
		} else if (kind == PINGREQ) {
			answer(c, "\xd0\0", 2);
		} else if ((kind & 0xf0) == SUBSCRIBE) {
			ack[1] = 2;
			memcpy(ack + 2, body, 2);
			for (i = 2; i < length && ack[1] < 14; i += 3 + (body[i] << 8 | body[i + 1]))
				ack[2 + ack[1]++] = 0;
			answer(c, ack, 2 + ack[1]);
			c->is_target |= memmem(body, length, "/state/", 7) != NULL;
		}
	}
	consume(c, at);
}

static int serve(int port, int first, int last)
{
	struct sockaddr_in at = loopback(port);
	int epoll = epoll_create1(0), one = 1, unsent = 0;
	struct connection *listener = connection(socket(AF_INET, SOCK_STREAM, 0)), *input = connection(0);
	struct connection *target = NULL, *c;
	double begin = 0;
	char line[16];

	setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener->fd, (struct sockaddr *)&at, sizeof(at)) || listen(listener->fd, CLIENTS))
		die("listen");
	watch(epoll, listener);
	watch(epoll, input);
	for (;;) {
		c = await(epoll, 1);
		if (c == listener) {
			watch(epoll, connection(accept(listener->fd, NULL, NULL)));
		} else if (c == input) {
			if (read(0, line, sizeof(line)) <= 0)
				return 0;
			target->last = last;
			begin = now();
		} else if (c) {
			while (receive(c, MSG_DONTWAIT))
				serve_packets(c);
			if (c->is_target && !target) {
				target = c;
				target->last = first;
				begin = now();
			}
			flush(c);
		}
		if (!target || !begin)
			continue;
		do {
			fill(target);
			flush(target);
		} while (!target->out_length && target->round <= target->last);
		ioctl(target->fd, SIOCOUTQ, &unsent);
		if (target->round > target->last && !target->out_length && !unsent) {
			printf("%.4f\n", now() - begin);
			fflush(stdout);
			begin = 0;
		}
	}
}

int main(int argc, char **argv)
{
	int is_pub = argc == 7 && !strcmp(argv[1], "pub");

	signal(SIGPIPE, SIG_IGN);
	if (!is_pub && !(argc == 6 && !strcmp(argv[1], "serve"))) {
		fprintf(stderr, "usage: mqtt_load pub PORT QOS DEVICES FIRST LAST | serve PORT DEVICES FIRST LAST\n");
		return 2;
	}
	qos = is_pub ? atoi(argv[3]) : 0;
	retain = is_pub;
	devices = atoi(argv[argc - 3]);
	make_templates();
	return (is_pub ? pub : serve)(atoi(argv[2]), atoi(argv[argc - 2]), atoi(argv[argc - 1]));
}
