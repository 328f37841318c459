// SPDX-License-Identifier: GPL-2.0
/*
 * The clean-up: it runs, drops by age, can be stopped and triggered, and ends with the module.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device.h"
#include "kmsgpipe.h"
#include "ktap.h"

static char message[KMSGPIPE_MAX_MESSAGE];

static bool runs_reach(unsigned long long runs)
{
	long long end = now_ms() + patience(5000);

	while (pipe_stats().cleanups < runs) {
		if (now_ms() > end)
			return false;
		usleep(2000);
	}
	return true;
}

static void it_runs_at_its_interval(void)
{
	int fd = pipe_fresh(O_RDWR);
	unsigned long long before = pipe_stats().cleanups;
	long long begin = now_ms();

	CHECK(!pipe_set("cleanup_interval_ms", "50"));
	CHECK(!pipe_set("cleanup_enabled", "1"));
	CHECK(runs_reach(before + 5));
	CHECK(now_ms() - begin >= 5 * 50);
	close(fd);
}

static void it_drops_what_is_too_old(void)
{
	int fd = pipe_fresh(O_RDWR);
	struct kmsgpipe_stats before = pipe_stats(), after;

	CHECK_EQ(write(fd, "old", 3), 3);
	CHECK_EQ(write(fd, "old", 3), 3);
	usleep(2000000);
	CHECK_EQ(write(fd, "young", 5), 5);
	/* The old ones are two seconds old; the young one is looked at before it is this old. */
	CHECK(!pipe_set("cleanup_age_ms", "1500"));
	CHECK(!pipe_set("trigger_cleanup", "1"));
	after = pipe_stats();
	CHECK_EQ(after.cleanups - before.cleanups, 1);
	CHECK_EQ(after.cleaned - before.cleaned, 2);
	CHECK_EQ(after.last_cleanup_dropped, 2);
	CHECK(after.last_cleanup_ns > before.last_cleanup_ns);
	CHECK_EQ(pipe_proc("last_cleanup_dropped"), 2);
	CHECK_EQ(read(fd, message, sizeof(message)), 5);
	close(fd);
}

static void by_itself_it_drops_them_too(void)
{
	int fd = pipe_fresh(O_RDWR);
	unsigned long long before = pipe_stats().cleaned;
	long long end = now_ms() + patience(5000);

	CHECK_EQ(write(fd, "old", 3), 3);
	CHECK(!pipe_set("cleanup_age_ms", "100"));
	CHECK(!pipe_set("cleanup_interval_ms", "20"));
	CHECK(!pipe_set("cleanup_enabled", "1"));
	while (pipe_stats().messages && now_ms() < end)
		usleep(5000);
	CHECK_EQ(pipe_stats().messages, 0);
	CHECK_EQ(pipe_stats().cleaned, before + 1);
	close(fd);
}

static void once_stopped_it_runs_no_more(void)
{
	int fd = pipe_fresh(O_RDWR);
	unsigned long long runs;

	CHECK(!pipe_set("cleanup_age_ms", "0"));
	CHECK(!pipe_set("cleanup_interval_ms", "10"));
	CHECK(!pipe_set("cleanup_enabled", "1"));
	CHECK_EQ(pipe_attribute("cleanup_enabled"), 1);
	CHECK(runs_reach(pipe_stats().cleanups + 3));
	CHECK(!pipe_set("cleanup_enabled", "0"));
	CHECK_EQ(pipe_attribute("cleanup_enabled"), 0);
	runs = pipe_stats().cleanups;
	CHECK_EQ(write(fd, "stays", 5), 5);
	usleep(150000);
	CHECK_EQ(pipe_stats().cleanups, runs);
	/* A new interval does not set it going. */
	CHECK(!pipe_set("cleanup_interval_ms", "15"));
	usleep(100000);
	CHECK_EQ(pipe_stats().cleanups, runs);
	CHECK_EQ(read(fd, message, sizeof(message)), 5);
	/* It can still be asked for. */
	CHECK(!pipe_set("trigger_cleanup", "1"));
	CHECK_EQ(pipe_stats().cleanups, runs + 1);
	close(fd);
}

static void a_new_interval_is_not_waited_for_in_vain(void)
{
	int fd = pipe_fresh(O_RDWR);
	unsigned long long runs;

	CHECK(!pipe_set("cleanup_interval_ms", "86400000"));
	CHECK(!pipe_set("cleanup_enabled", "1"));
	runs = pipe_stats().cleanups;
	CHECK(!pipe_set("cleanup_interval_ms", "10"));
	CHECK(runs_reach(runs + 2));
	close(fd);
}

static void it_makes_room_for_a_writer(void)
{
	int fd = pipe_fresh(O_RDWR);
	static struct waiter writer;

	CHECK(!pipe_set("max_buf_size", "8192"));
	CHECK_EQ(pipe_fill(), SMALL_FITS);
	waiter_write(&writer, fd, KMSGPIPE_MAX_MESSAGE);
	CHECK(waiter_sleeps(&writer));
	CHECK(!pipe_set("cleanup_age_ms", "0"));
	CHECK(!pipe_set("cleanup_interval_ms", "10"));
	CHECK(!pipe_set("cleanup_enabled", "1"));
	CHECK(waiter_ends(&writer));
	CHECK_EQ(writer.result, KMSGPIPE_MAX_MESSAGE);
	close(fd);
}

static bool unloads(void)
{
	return !system("rmmod kmsgpipe 2>/dev/null");
}

static void it_ends_with_the_module(void)
{
	int i;

	/* A run that came after the unloading would find its code and its pipe gone. */
	for (i = 0; i < 5; i++) {
		pipe_reset();
		CHECK(!pipe_set("cleanup_interval_ms", "10"));
		CHECK(!pipe_set("cleanup_enabled", "1"));
		CHECK(runs_reach(pipe_stats().cleanups + 2));
		CHECK(unloads());
		usleep(50000);
	}
	CHECK(access("/dev/kmsgpipe", F_OK) && errno == ENOENT);
	CHECK(access("/proc/kmsgpipe", F_OK) && errno == ENOENT);
	CHECK(access(PIPE_CLASS, F_OK) && errno == ENOENT);
	CHECK(access(PIPE_DEBUGFS, F_OK) && errno == ENOENT);
	pipe_reset();
}

static void the_module_stays_while_it_is_used(void)
{
	int fd = pipe_fresh(O_RDONLY);
	void *map;

	CHECK(!unloads());
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	CHECK(map != MAP_FAILED);
	close(fd);
	CHECK(!unloads());
	CHECK_EQ(((struct kmsgpipe_map *)map)->magic, KMSGPIPE_MAP_MAGIC);
	munmap(map, 4096);
	CHECK(unloads());
	pipe_reset();
}

static void files_that_are_held_open_end_with_the_module(void)
{
	static const char * const files[] = {
		"/proc/kmsgpipe", PIPE_CLASS "/max_buf_size", PIPE_DEBUGFS "/stats",
		PIPE_DEBUGFS "/log",
	};
	int fds[ARRAY_SIZE(files)];
	char text[100];
	unsigned int i;

	pipe_reset();
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		fds[i] = open(files[i], O_RDONLY | O_CLOEXEC);
		CHECK(fds[i] >= 0);
		CHECK(read(fds[i], text, 1) == 1);
	}
	/* debugfs may hold the module; nothing may break when it does not. */
	if (unloads())
		pipe_reset();
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		/* An error, an end or what the module of before had said, but never a crash. */
		lseek(fds[i], 0, SEEK_SET);
		if (read(fds[i], text, sizeof(text)) < 0)
			CHECK(errno == ENODEV || errno == EIO);
		close(fds[i]);
	}
	CHECK(unloads());
	pipe_reset();
}

static void wrong_settings_are_refused(void)
{
	pipe_reset();
	CHECK_EQ(pipe_set("cleanup_enabled", "perhaps"), -EINVAL);
	CHECK_EQ(pipe_set("cleanup_interval_ms", "9"), -ERANGE);
	CHECK_EQ(pipe_set("cleanup_interval_ms", "86400001"), -ERANGE);
	CHECK_EQ(pipe_set("cleanup_interval_ms", "soon"), -EINVAL);
	CHECK_EQ(pipe_set("cleanup_interval_ms", "-1"), -EINVAL);
	CHECK_EQ(pipe_set("cleanup_age_ms", "86400001"), -ERANGE);
	CHECK_EQ(pipe_set("trigger_cleanup", "0"), -EINVAL);
	CHECK_EQ(pipe_set("trigger_cleanup", "now"), -EINVAL);
	CHECK_EQ(pipe_set("max_buf_size", "large"), -EINVAL);
	CHECK_EQ(pipe_set("max_buf_size", "4095"), -ERANGE);
	CHECK_EQ(pipe_set("max_buf_size", "1048577"), -ERANGE);
	CHECK_EQ(pipe_attribute("cleanup_interval_ms"), 10000);
	CHECK_EQ(pipe_attribute("cleanup_age_ms"), 60000);
	CHECK_EQ(pipe_attribute("max_buf_size"), 65536);
	CHECK(!file_read(PIPE_CLASS, "trigger_cleanup"));
}

static const struct ktap_test tests[] = {
	{ "it runs at its interval", it_runs_at_its_interval },
	{ "it drops what is too old", it_drops_what_is_too_old },
	{ "by itself it drops them too", by_itself_it_drops_them_too },
	{ "once stopped it runs no more", once_stopped_it_runs_no_more },
	{ "a new interval is not waited for in vain", a_new_interval_is_not_waited_for_in_vain },
	{ "it makes room for a writer", it_makes_room_for_a_writer },
	{ "it ends with the module", it_ends_with_the_module },
	{ "the module stays while it is used", the_module_stays_while_it_is_used },
	{ "files that are held open end with the module",
	  files_that_are_held_open_end_with_the_module },
	{ "wrong settings are refused", wrong_settings_are_refused },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
