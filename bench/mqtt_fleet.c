// SPDX-License-Identifier: Apache-2.0
/*
 * Simulates an idle fleet for a broker: each projector has a connection of its own,
 * a Will, a subscription to its commands, and four subsystems of ten values.
 *
 * usage: mqtt_fleet PORT DEVICES SHARING SECONDS...
 *          SHARING projectors share one connection, 1 as in reality; prints "ready" once all
 *          are connected and have published everything; then runs for each SECONDS and
 *          prints the messages and bytes (both ways, MQTT without TCP) of that time
 * Like an agent without news: every state again within 60 s, a ping every 10 s.
 * All on 127.0.0.0/8, with several addresses, because one has only 28,000 ports.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/epoll.h>
#include "mqtt.h"

#define STATES		4
#define VALUES		10
#define HEARTBEAT	60.0
#define PING		10.0
#define PER_ADDRESS	25000
#define PACKET		2048

static const char *const subsystems[STATES] = { "motor", "tvcap", "mips", "board" };
static int *sockets, *seq, devices, sharing, joined, epoll;
static double *pinged;
static long long states, bytes;

static void say(int d, const char *packet, int length)
{
	if (send(sockets[d], packet, length, MSG_NOSIGNAL) != length)
		die("send");
	bytes += length;
}

static void tell(int d, const char *topic, const char *payload)
{
	char packet[PACKET], name[64];

	snprintf(name, sizeof(name), ROOT "d%06d/%s", d, topic);
	say(d, packet, publish(packet, name, 1, payload));
}

static void tell_state(int d, int s)
{
	char topic[32], payload[PACKET - 128];
	int v, n;

	snprintf(topic, sizeof(topic), "state/%s", subsystems[s]);
	n = snprintf(payload, sizeof(payload), "{\"session\":\"00000000-0000-4000-8000-%012d\",\"seq\":%d,"
		     "\"time\":\"2026-11-21T04:00:00.123Z\",\"values\":{", d, ++seq[d]);
	states++;
	for (v = 0; v < VALUES; v++)
		n += snprintf(payload + n, sizeof(payload) - n, "%s\"hy300_%s_m%02d_celsius\":%d",
			      v ? "," : "", subsystems[s], v, d * VALUES + v + 1);
	snprintf(payload + n, sizeof(payload) - n, "}}");
	tell(d, topic, payload);
}

/* Waits for an answer of this length. */
static void hear(int d, int length)
{
	char answer[16];

	if (recv(sockets[d], answer, length, MSG_WAITALL) != length)
		die("recv");
	bytes += length;
}

/* A string in MQTT's format, with its length in front. */
static int text(char *to, const char *from)
{
	int length = strlen(from);

	to[0] = length >> 8;
	to[1] = length;
	memcpy(to + 2, from, length);
	return 2 + length;
}

/* Opens a projector's connection, with its Will and its subscription. */
static void enter(int d, int port)
{
	struct sockaddr_in to = loopback(port), from = { .sin_family = AF_INET };
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = d };
	char hello[PACKET] = "\x10\x00\x00\x00\x04MQTT\x04\x26\x00\x14", name[64], will[256];
	int one = 1, length = 13;

	sockets[d] = socket(AF_INET, SOCK_STREAM, 0);
	from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + d / sharing / PER_ADDRESS);
	setsockopt(sockets[d], IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	setsockopt(sockets[d], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (bind(sockets[d], (struct sockaddr *)&from, sizeof(from)) || connect(sockets[d], (struct sockaddr *)&to, sizeof(to)))
		die("connect");

	/* The length takes two bytes, because it exceeds 127. */
	snprintf(name, sizeof(name), "d%06d", d);
	length += text(hello + length, name);
	snprintf(name, sizeof(name), ROOT "d%06d/status", d);
	length += text(hello + length, name);
	snprintf(will, sizeof(will), "{\"state\":\"offline\",\"session\":\"00000000-0000-4000-8000-%012d\","
		 "\"time\":\"2026-11-21T04:00:00.123Z\"}", d);
	length += text(hello + length, will);
	hello[1] = ((length - 3) & 127) | 128;
	hello[2] = (length - 3) >> 7;
	say(d, hello, length);
	hear(d, 4);

	memcpy(hello, "\x82\x00\x00\x01", 4);
	snprintf(name, sizeof(name), ROOT "d%06d/cmd/+/+", d);
	length = 4 + text(hello + 4, name);
	hello[length++] = 1;
	hello[1] = length - 2;
	say(d, hello, length);
	hear(d, 5);
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, sockets[d], &event))
		die("epoll_ctl");
}

static void join(int d, int port)
{
	char payload[512];

	if (d % sharing)
		sockets[d] = sockets[d - 1];
	else
		enter(d, port);
	snprintf(payload, sizeof(payload), "{\"session\":\"00000000-0000-4000-8000-%012d\",\"time\":"
		 "\"2026-11-21T04:00:00.123Z\",\"model\":\"HY300\",\"kernel\":\"6.1\",\"agent_version\":\"1\","
		 "\"boot_id\":\"b\",\"labels\":{\"site\":\"s%d\"},\"subsystems\":[\"motor\",\"tvcap\",\"mips\",\"board\"],"
		 "\"families\":{}}", d, d % 200);
	tell(d, "info", payload);
	snprintf(payload, sizeof(payload), "{\"state\":\"online\",\"session\":\"00000000-0000-4000-8000-%012d\","
		 "\"time\":\"2026-11-21T04:00:00.123Z\"}", d);
	tell(d, "status", payload);
}

static void drain(int milliseconds)
{
	struct epoll_event events[256];
	char heard[4096];
	ssize_t n;
	int i, count = epoll_wait(epoll, events, 256, milliseconds);

	for (i = 0; i < count; i++) {
		n = recv(sockets[events[i].data.u32], heard, sizeof(heard), MSG_DONTWAIT);
		if (n <= 0)
			die("the broker has hung up on a projector");
		bytes += n;
	}
}

/* Sends due pings, and reads the input. */
static void keep_alive(int milliseconds)
{
	static double looked;
	int d;

	if (now() - looked >= 0.2) {
		looked = now();
		for (d = 0; d < joined; d += sharing) {
			if (looked - pinged[d] < PING)
				continue;
			say(d, "\xc0", 2);
			pinged[d] = looked;
		}
	}
	drain(milliseconds);
}

int main(int argc, char **argv)
{
	long long told = 0;
	double begin, passed, until = 0;
	int d, s, i;

	if (argc < 5) {
		fprintf(stderr, "usage: mqtt_fleet PORT DEVICES SHARING SECONDS...\n");
		return 2;
	}
	devices = atoi(argv[2]);
	sharing = atoi(argv[3]);
	sockets = calloc(devices, sizeof(*sockets));
	seq = calloc(devices, sizeof(*seq));
	pinged = calloc(devices, sizeof(*pinged));
	epoll = epoll_create1(0);
	for (d = 0; d < devices; d++) {
		join(d, atoi(argv[1]));
		for (s = 0; s < STATES; s++)
			tell_state(d, s);
		pinged[d] = now();
		joined = d + 1;
		keep_alive(0);
	}
	puts("ready");
	fflush(stdout);
	begin = now();
	for (i = 4; i < argc; i++) {
		long long states_before = states, bytes_before = bytes;

		until += atof(argv[i]);
		while ((passed = now() - begin) < until) {
			for (; told < passed * devices * STATES / HEARTBEAT; told++)
				tell_state(told / STATES % devices, told % STATES);
			keep_alive(2);
		}
		printf("%lld %lld\n", states - states_before, bytes - bytes_before);
		fflush(stdout);
	}
	return 0;
}
