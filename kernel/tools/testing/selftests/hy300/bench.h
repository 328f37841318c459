/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the measuring programs share: time, and what counts of many turns.
 *
 * The variants of a comparison take turns. Of a cost the least of all turns counts, because a busy
 * machine only adds to it; of a delay the median. In an emulated guest the nanoseconds say little,
 * the ratios more. docs/kernel-mechanisms.md explains each figure.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdlib.h>
#include <time.h>
#include <linux/types.h>

/* Turns are short: what is measured should fit into the time between two interruptions. */
#define TURNS	200
#define BATCH	20

static inline __u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static inline int ascending(const void *a, const void *b)
{
	__u64 first = *(const __u64 *)a, second = *(const __u64 *)b;

	return first < second ? -1 : first > second;
}

static inline __u64 median(__u64 *values, int count)
{
	qsort(values, count, sizeof(*values), ascending);
	return values[count / 2];
}

static inline __u64 least(const __u64 *values, int count)
{
	__u64 found = values[0];

	while (--count)
		if (values[count] < found)
			found = values[count];
	return found;
}

#endif /* BENCH_H */
