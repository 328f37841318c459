/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KTAP for the tests of this directory: each check that fails ends its test
 * and says where.
 */
#ifndef KTAP_H
#define KTAP_H

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#define ARRAY_SIZE(_array)	(sizeof(_array) / sizeof((_array)[0]))

struct ktap_test {
	const char *name;
	void (*run)(void);
};

static jmp_buf ktap_failed;

/* A macro, so that the compiler checks the format. */
#define ktap_fail(_file, _line, ...)					\
	do {								\
		printf("# %s:%d: ", _file, _line);			\
		printf(__VA_ARGS__);					\
		printf("\n");						\
		longjmp(ktap_failed, 1);				\
	} while (0)

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

/* Apart, because its caller's variables need not survive the longjmp() of a failing check. */
static int ktap_passes(const struct ktap_test *test)
{
	if (setjmp(ktap_failed))
		return 0;
	test->run();
	return 1;
}

/* Runs the tests and returns the exit status of the program. */
static int ktap_run(const struct ktap_test *tests, int count)
{
	int i, failures = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%d\n", count);
	for (i = 0; i < count; i++) {
		int passed = ktap_passes(&tests[i]);

		printf("%sok %d %s\n", passed ? "" : "not ", i + 1, tests[i].name);
		failures += !passed;
	}
	return failures ? 1 : 0;
}

#endif /* KTAP_H */
