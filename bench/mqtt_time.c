// SPDX-License-Identifier: Apache-2.0
/*
 * Measures times at a broker or a collector.
 *
 * usage: mqtt_time sub PORT SKIP COUNT      reads and discards states: prints "ready"
 *                                           after the first SKIP, ends after COUNT more
 *        mqtt_time echo PORT COUNT          publishes and reads it back, one by one
 *        mqtt_time post PORT PATH COUNT     posts {} to a path, one by one
 * The last two print the median and the 99th percentile in us. All on 127.0.0.1.
 */
#define _GNU_SOURCE
#include "mqtt.h"

static int sub(struct connection *c, long skip, long count)
{
	unsigned char *body;
	size_t at, length;
	int ready = 0;

	subscribe(c, ROOT "+/state/+", 0);
	for (count += skip; count > 0; consume(c, at)) {
		if (!ready && skip <= 0) {
			ready = 1;
			puts("ready");
			fflush(stdout);
		}
		if (!receive(c, 0))
			return 1;
		for (at = 0; packet(c, &at, &body, &length) >= 0; skip--)
			count--;
	}
	return 0;
}

static void echo(struct connection *c)
{
	char message[128];

	ask(c, message, publish(message, ROOT "load/echo", 0, "{}"));
}

static void post(struct connection *c, const char *path)
{
	char request[512], *body, *length;
	int n = snprintf(request, sizeof(request),
			 "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n{}", path);

	if (send(c->fd, request, n, 0) != n)
		die("send");
	c->in_length = 0;
	do {
		if (!receive(c, 0))
			die("receive");
		c->in[c->in_length] = 0;
		body = strstr((char *)c->in, "\r\n\r\n");
		length = strcasestr((char *)c->in, "content-length:");
	} while (!body || (char *)c->in + c->in_length < body + 4 + atoi(length + 15));
	if (strncmp((char *)c->in, "HTTP/1.1 200", 12)) {
		fprintf(stderr, "%s: %s\n", path, c->in);
		exit(1);
	}
}

static int by_size(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0) - (difference < 0);
}

int main(int argc, char **argv)
{
	int is_post = argc == 5 && !strcmp(argv[1], "post"), is_sub = argc == 5 && !strcmp(argv[1], "sub"), count, i;
	struct connection *c;
	double *took, begin;

	if (!is_post && !is_sub && !(argc == 4 && !strcmp(argv[1], "echo"))) {
		fprintf(stderr, "usage: mqtt_time sub PORT SKIP COUNT | echo PORT COUNT | post PORT PATH COUNT\n");
		return 2;
	}
	count = atoi(argv[argc - 1]);
	c = is_post ? dial(atoi(argv[2])) : client(atoi(argv[2]));
	if (is_sub)
		return sub(c, atoi(argv[3]), count);
	if (!is_post)
		subscribe(c, ROOT "load/echo", 0);
	took = calloc(count, sizeof(*took));
	for (i = 0; i < count; i++) {
		begin = now();
		if (is_post)
			post(c, argv[3]);
		else
			echo(c);
		took[i] = now() - begin;
	}
	/* The first third is warm-up. */
	took += count / 3;
	count -= count / 3;
	qsort(took, count, sizeof(*took), by_size);
	printf("%.0f %.0f\n", took[count / 2] * 1e6, took[count * 99 / 100] * 1e6);
	return 0;
}
