// SPDX-License-Identifier: GPL-2.0
/*
 * What one program can do to the others through the pipe: how much memory it
 * can hold, and whom a page fault of its own that never ends keeps waiting.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "device.h"
#include "kmsgpipe.h"
#include "ktap.h"

#define MIB	(1024 * 1024)

static int set_size(int fd, __u32 size)
{
	return ioctl(fd, KMSGPIPE_IOC_SET_SIZE, &size) ? -errno : 0;
}

static void a_size_of_one_message_is_taken(void)
{
	int fd = pipe_fresh(O_RDWR | O_NONBLOCK);
	char message[KMSGPIPE_MAX_MESSAGE] = "";

	CHECK(!pipe_set("max_buf_size", "4096"));
	CHECK_EQ(pipe_attribute("max_buf_size"), KMSGPIPE_MIN_SIZE);
	CHECK(!set_size(fd, 4096));
	CHECK_EQ(write(fd, message, sizeof(message)), sizeof(message));
	CHECK_EQ(read(fd, message, sizeof(message)), sizeof(message));
	close(fd);
}

static void one_ring_that_was_replaced_stays_mapped(void)
{
	int fd = pipe_fresh(O_RDWR);
	struct mapping first, second;
	int child, i, status;

	CHECK(mapping_open(&first, fd));
	/* The same size is no change. */
	for (i = 0; i < 3; i++)
		CHECK_EQ(set_size(fd, 65536), 0);
	CHECK_EQ(first.map->flags, 0);

	CHECK_EQ(set_size(fd, MIB), 0);
	CHECK_EQ(first.map->flags, KMSGPIPE_RETIRED);
	CHECK(mapping_open(&second, fd));
	CHECK_EQ(set_size(fd, 65536), -EBUSY);
	CHECK_EQ(pipe_set("max_buf_size", "65536"), -EBUSY);
	CHECK_EQ(pipe_attribute("max_buf_size"), MIB);
	/* A child's mapping is one, too. */
	child = fork();
	CHECK(child >= 0);
	if (!child) {
		pause();
		_exit(0);
	}
	mapping_close(&first);
	CHECK_EQ(set_size(fd, 65536), -EBUSY);
	CHECK(!kill(child, SIGKILL) && waitpid(child, &status, 0) == child);
	CHECK_EQ(set_size(fd, 65536), 0);
	CHECK_EQ(second.map->flags, KMSGPIPE_RETIRED);
	CHECK_EQ(set_size(fd, MIB), -EBUSY);
	mapping_close(&second);
	CHECK_EQ(set_size(fd, MIB), 0);
	close(fd);
}

#define GROUPS	"/tmp/kmsgpipe-groups"

/* In a control group of its own: what a ring of a mebibyte adds to its memory, in bytes. */
static int report_charge(int fd, int result)
{
	long before, after;
	int ret = file_write(GROUPS "/one", "cgroup.procs", "0");
	const char *text;

	if (ret)
		return ret;
	text = file_read(GROUPS "/one", "memory.current");
	before = text ? atol(text) : -1;
	ret = set_size(fd, MIB);
	text = file_read(GROUPS "/one", "memory.current");
	after = text ? atol(text) : -1;
	if (ret || before < 0 || after < 0)
		return ret ? ret : -EIO;
	after -= before;
	return write(result, &after, sizeof(after)) == sizeof(after) ? 0 : -EIO;
}

static void a_ring_is_charged_to_who_made_it(void)
{
	int fd = pipe_fresh(O_RDWR), ends[2], status;
	long charged = -1;
	pid_t child;

	mkdir(GROUPS, 0700);
	if (mount("none", GROUPS, "cgroup2", 0, NULL) ||
	    file_write(GROUPS, "cgroup.subtree_control", "+memory")) {
		printf("# this kernel has no control groups for memory\n");
		close(fd);
		return;
	}
	CHECK(!mkdir(GROUPS "/one", 0700));
	CHECK(!pipe(ends));
	child = fork();
	CHECK(child >= 0);
	if (!child)
		_exit(report_charge(fd, ends[1]) ? 1 : 0);
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(status, 0);
	CHECK_EQ(read(ends[0], &charged, sizeof(charged)), sizeof(charged));
	close(ends[0]);
	close(ends[1]);
	pipe_reset();
	close(fd);
	CHECK(!rmdir(GROUPS "/one"));
	CHECK(!umount(GROUPS));
	printf("# charged: %ld bytes\n", charged);
	CHECK(charged >= MIB);
}

/* A page whose first use never ends, until its process does. */
static void *endless_page(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = syscall(__NR_userfaultfd, O_CLOEXEC);
	void *page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);

	if (fd < 0 || page == MAP_FAILED || ioctl(fd, UFFDIO_API, &api))
		return NULL;
	range.range.start = (uintptr_t)page;
	range.range.len = PAGE_BYTES;
	return ioctl(fd, UFFDIO_REGISTER, &range) ? NULL : page;
}

/* Whether a process sleeps in the kernel, at the latest after seconds. */
static bool sleeps(pid_t pid)
{
	long long end = now_ms() + patience(10000);
	char directory[32];
	const char *text;

	snprintf(directory, sizeof(directory), "/proc/%d", pid);
	while (now_ms() < end) {
		text = file_read(directory, "wchan");
		if (text && strstr(text, "userfault"))
			return true;
		usleep(2000);
	}
	return false;
}

static void under_an_endless_fault(bool writes)
{
	int fd = pipe_fresh(O_RDWR | O_NONBLOCK), status;
	char message[16];
	pid_t stuck;

	CHECK_EQ(write(fd, "first", 5), 5);
	stuck = fork();
	CHECK(stuck >= 0);
	if (!stuck) {
		int own = pipe_open(O_RDWR);
		void *page = endless_page();

		if (!page)
			_exit(3);
		_exit(writes ? write(own, page, 64) : read(own, page, 64));
	}
	if (!sleeps(stuck)) {
		CHECK_EQ(waitpid(stuck, &status, WNOHANG), stuck);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 3);
		printf("# this kernel has no userfaultfd\n");
		close(fd);
		return;
	}
	/* Nobody waits for it. */
	alarm(patience(20));
	CHECK_EQ(read(fd, message, sizeof(message)), 5);
	CHECK(read(fd, message, sizeof(message)) < 0 && errno == EAGAIN);
	CHECK_EQ(write(fd, "second", 6), 6);
	CHECK(file_read("/proc", "kmsgpipe"));
	CHECK(!pipe_set("trigger_cleanup", "1"));
	CHECK(!pipe_set("cleanup_enabled", "1"));
	CHECK(!pipe_set("cleanup_enabled", "0"));
	CHECK_EQ(read(fd, message, sizeof(message)), 6);
	alarm(0);
	CHECK(!kill(stuck, SIGKILL) && waitpid(stuck, &status, 0) == stuck);
	close(fd);
}

static void nobody_waits_for_a_writers_fault(void)
{
	under_an_endless_fault(true);
}

static void nobody_waits_for_a_readers_fault(void)
{
	under_an_endless_fault(false);
}

static const struct ktap_test tests[] = {
	{ "a size of one message is taken", a_size_of_one_message_is_taken },
	{ "one ring that was replaced stays mapped", one_ring_that_was_replaced_stays_mapped },
	{ "a ring is charged to who made it", a_ring_is_charged_to_who_made_it },
	{ "nobody waits for a writer's fault", nobody_waits_for_a_writers_fault },
	{ "nobody waits for a reader's fault", nobody_waits_for_a_readers_fault },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
