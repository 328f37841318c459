/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KTAP for the tests of this directory: each check that fails ends its test
 * and says where.
 */
#ifndef KTAP_H
#define KTAP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ARRAY_SIZE(_array)	(sizeof(_array) / sizeof((_array)[0]))

struct ktap_test {
	const char *name;
	void (*run)(void);
};

static jmp_buf ktap_failed;

__attribute__((noreturn, unused, format(printf, 3, 4)))
static void ktap_fail(const char *file, int line, const char *fmt, ...)
{
	va_list args;

	printf("# %s:%d: ", file, line);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	longjmp(ktap_failed, 1);
}

#define CHECK(_condition)						\
	do {								\
		if (!(_condition))					\
			ktap_fail(__FILE__, __LINE__, "not so: %s", #_condition); \
	} while (0)

#define CHECK_EQ(_actual, _expected)					\
	do {								\
		long long _a = (_actual), _e = (_expected);		\
									\
		if (_a != _e)						\
			ktap_fail(__FILE__, __LINE__, "%s is %lld, not %lld", #_actual, _a, _e); \
	} while (0)

#define CHECK_STR(_actual, _expected)					\
	do {								\
		const char *_a = (_actual), *_e = (_expected);		\
									\
		if (strcmp(_a, _e))					\
			ktap_fail(__FILE__, __LINE__, "%s is \"%s\", not \"%s\"",	\
				  #_actual, _a, _e);			\
	} while (0)

/* Runs the tests and returns the exit status of the program. */
static int ktap_run(const struct ktap_test *tests, int count)
{
	/* Survives the longjmp() of a failing test. */
	static volatile int i, failures;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%d\n", count);
	for (i = 0; i < count; i++) {
		if (!setjmp(ktap_failed)) {
			tests[i].run();
			printf("ok %d %s\n", i + 1, tests[i].name);
		} else {
			failures++;
			printf("not ok %d %s\n", i + 1, tests[i].name);
		}
	}
	return failures ? 1 : 0;
}

#endif /* KTAP_H */
