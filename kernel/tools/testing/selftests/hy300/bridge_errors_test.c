// SPDX-License-Identifier: GPL-2.0
/*
 * The daedalus bridge's errors: each is the one that its documentation says, and costs nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bridge.h"
#include "ktap.h"

#define HEADER_BYTES	sizeof(struct daedalus_v4l2_header)
#define PING_BYTES	(HEADER_BYTES + BRIDGE_PING_BYTES)

static int opened(int flags)
{
	int fd = bridge_open(O_RDWR | flags);

	CHECK(fd >= 0);
	return fd;
}

/* The message is refused with the error, counted, and leaves nothing to read. */
static void check_refused(int fd, const void *data, size_t size, int error)
{
	long long refused = bridge_statistic("refused");

	CHECK_EQ(bridge_write(fd, data, size), -error);
	CHECK_EQ(bridge_statistic("refused"), refused + 1);
	CHECK_EQ(bridge_statistic("queued"), 0);
	CHECK_EQ(bridge_statistic("greeted"), 0);
}

static void the_node(void)
{
	struct stat node;

	CHECK(!stat(BRIDGE_DEVICE, &node));
	CHECK(S_ISCHR(node.st_mode));
	CHECK_EQ(node.st_mode & 07777, 0660);
	CHECK_EQ(node.st_uid, 0);
}

static void a_short_header(void)
{
	struct bridge_message hello = bridge_message(DAEDALUS_V4L2_HELLO, 1);
	int fd = opened(O_NONBLOCK);

	check_refused(fd, &hello, 0, EINVAL);
	check_refused(fd, &hello, 1, EINVAL);
	check_refused(fd, &hello, HEADER_BYTES - 1, EINVAL);
}

static void a_wrong_magic(void)
{
	struct bridge_message hello = bridge_message(DAEDALUS_V4L2_HELLO, 1);
	int fd = opened(O_NONBLOCK);
	int bit;

	for (bit = 0; bit < 32; bit++) {
		hello.header.magic = DAEDALUS_V4L2_MAGIC ^ 1U << bit;
		check_refused(fd, &hello, HEADER_BYTES, EBADMSG);
	}
	hello.header.version = 1;
	hello.header.payload_len = DAEDALUS_V4L2_MAX_PAYLOAD + 1;
	hello.header.reserved = 1;
	check_refused(fd, &hello, HEADER_BYTES, EBADMSG);
}

static void a_wrong_version(void)
{
	struct bridge_message hello = bridge_message(DAEDALUS_V4L2_HELLO, 1);
	int fd = opened(O_NONBLOCK);

	hello.header.version = DAEDALUS_V4L2_VERSION + 1;
	check_refused(fd, &hello, HEADER_BYTES, EPROTO);
	hello.header.version = 0x80000000;
	check_refused(fd, &hello, HEADER_BYTES, EPROTO);
}

static void a_reserved_field(void)
{
	struct bridge_message hello = bridge_message(DAEDALUS_V4L2_HELLO, 1);
	int fd = opened(O_NONBLOCK);

	hello.header.reserved = 1;
	check_refused(fd, &hello, HEADER_BYTES, EINVAL);
	hello.header.reserved = 0x80000000;
	check_refused(fd, &hello, HEADER_BYTES, EINVAL);
}

static void an_unknown_type(void)
{
	static const unsigned int types[] = {
		0, DAEDALUS_V4L2_PING, DAEDALUS_V4L2_NOTIFY, DAEDALUS_V4L2_NOTIFY + 1,
		DAEDALUS_V4L2_HELLO_RESPONSE, DAEDALUS_V4L2_RESPONSE,
		DAEDALUS_V4L2_RESPONSE | DAEDALUS_V4L2_NOTIFY, 0x10001, 0xffffffff,
	};
	int fd = opened(O_NONBLOCK);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		struct bridge_message message = bridge_message(types[i], 1);

		check_refused(fd, &message, HEADER_BYTES, EINVAL);
	}
}

static void a_payload_too_long(void)
{
	size_t size = HEADER_BYTES + DAEDALUS_V4L2_MAX_PAYLOAD + 1;
	struct bridge_message *hello = calloc(1, size);
	int fd = opened(O_NONBLOCK);

	*hello = bridge_message(DAEDALUS_V4L2_HELLO, 1);
	hello->header.payload_len = DAEDALUS_V4L2_MAX_PAYLOAD + 1;
	check_refused(fd, hello, size, EMSGSIZE);
	check_refused(fd, hello, HEADER_BYTES, EMSGSIZE);
	hello->header.payload_len = 0xffffffff;
	check_refused(fd, hello, HEADER_BYTES - 1, EINVAL);
	check_refused(fd, hello, HEADER_BYTES, EMSGSIZE);
	/* The longest that may be */
	hello->header.payload_len = DAEDALUS_V4L2_MAX_PAYLOAD;
	CHECK_EQ(bridge_write(fd, hello, size - 1), (long long)size - 1);
	free(hello);
}

static void other_bytes_than_payload_len(void)
{
	struct bridge_message hello = bridge_message(DAEDALUS_V4L2_HELLO, 1);
	int fd = opened(O_NONBLOCK);

	check_refused(fd, &hello, HEADER_BYTES + 1, EINVAL);
	hello.header.payload_len = 8;
	check_refused(fd, &hello, HEADER_BYTES, EINVAL);
	check_refused(fd, &hello, HEADER_BYTES + 7, EINVAL);
	check_refused(fd, &hello, HEADER_BYTES + 9, EINVAL);
	CHECK_EQ(bridge_write(fd, &hello, HEADER_BYTES + 8), HEADER_BYTES + 8);
}

static void memory_that_is_not_there(void)
{
	struct bridge_message pong = bridge_message(DAEDALUS_V4L2_PONG, BRIDGE_PING_COOKIE);
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct bridge_message message;
	int fd = opened(O_NONBLOCK);

	CHECK(pages != MAP_FAILED);
	CHECK(!munmap(pages + 4096, 4096));
	check_refused(fd, pages + 4096, HEADER_BYTES, EFAULT);
	check_refused(fd, pages + 4096 - 12, HEADER_BYTES, EFAULT);
	pong.header.payload_len = BRIDGE_PING_BYTES;
	memcpy(pages + 4096 - HEADER_BYTES, &pong, HEADER_BYTES);
	check_refused(fd, pages + 4096 - HEADER_BYTES, PING_BYTES, EFAULT);

	CHECK_EQ(bridge_ping(), 0);
	CHECK(read(fd, pages + 4096 - 12, PING_BYTES) < 0 && errno == EFAULT);
	CHECK_EQ(bridge_read(fd, &message), PING_BYTES);
	CHECK(bridge_is_ping(&message));
	munmap(pages, 4096);
}

static void a_read_buffer_too_small(void)
{
	static const size_t sizes[] = { 0, 1, HEADER_BYTES - 1, HEADER_BYTES, PING_BYTES - 1 };
	struct bridge_message message;
	long long read_before;
	int fd = opened(O_NONBLOCK);
	unsigned int i;

	CHECK_EQ(bridge_ping(), 0);
	read_before = bridge_statistic("read");
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		memset(&message, 0x55, sizeof(message));
		CHECK(read(fd, &message, sizes[i]) < 0 && errno == EMSGSIZE);
		CHECK_EQ(message.header.magic, 0x55555555);
		CHECK_EQ(bridge_statistic("queued"), 1);
	}
	CHECK_EQ(bridge_statistic("read"), read_before);
	CHECK_EQ(read(fd, &message, PING_BYTES), PING_BYTES);
	CHECK(bridge_is_ping(&message));
	CHECK_EQ(bridge_statistic("read"), read_before + 1);
	CHECK_EQ(bridge_read(fd, &message), -EAGAIN);
}

static void a_second_open(void)
{
	int status;
	pid_t child;
	int fd = opened(0);

	CHECK(open(BRIDGE_DEVICE, O_RDWR) < 0 && errno == EBUSY);
	CHECK(open(BRIDGE_DEVICE, O_RDONLY | O_NONBLOCK) < 0 && errno == EBUSY);
	/* It is open until the last descriptor is closed, even one that a child has. */
	child = fork();
	if (!child) {
		char byte;
		int other[2];

		/* SIGKILL comes; nothing else ends this. */
		if (pipe(other))
			_exit(1);
		_exit(read(other[0], &byte, 1));
	}
	CHECK(child > 0);
	bridge_close();
	fd = open(BRIDGE_DEVICE, O_RDWR);
	status = errno;
	kill(child, SIGKILL);
	CHECK_EQ(waitpid(child, NULL, 0), child);
	CHECK(fd < 0 && status == EBUSY);
	opened(0);
}

static void nothing_to_read(void)
{
	struct bridge_message message;
	int fd = opened(O_NONBLOCK);

	CHECK_EQ(bridge_read(fd, &message), -EAGAIN);
	fd = opened(0);
	CHECK(!fcntl(fd, F_SETFL, O_NONBLOCK));
	CHECK_EQ(bridge_read(fd, &message), -EAGAIN);
}

static void a_position(void)
{
	int fd = opened(O_NONBLOCK);

	CHECK(lseek(fd, 0, SEEK_SET) < 0 && errno == ESPIPE);
	CHECK(pread(fd, &fd, sizeof(fd), 0) < 0 && errno == ESPIPE);
}

static pthread_t main_thread;

static void on_signal(int number)
{
	(void)number;
}

/* Signals again and again, lest the first comes before the read() waits. */
static void *interrupt(void *unused)
{
	int i;

	(void)unused;
	for (i = 0; i < 20; i++) {
		usleep(20000);
		pthread_kill(main_thread, SIGUSR1);
	}
	return NULL;
}

static void *interrupt_then_ping(void *unused)
{
	interrupt(unused);
	bridge_ping();
	return NULL;
}

static void a_signal(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct bridge_message message;
	pthread_t other;
	int fd = opened(0);
	ssize_t ret;

	main_thread = pthread_self();
	sigaction(SIGUSR1, &action, NULL);
	CHECK(!pthread_create(&other, NULL, interrupt, NULL));
	ret = bridge_read(fd, &message);
	pthread_join(other, NULL);
	CHECK_EQ(ret, -EINTR);

	/* A handler that was installed to restart calls does not end the wait. */
	action.sa_flags = SA_RESTART;
	sigaction(SIGUSR1, &action, NULL);
	CHECK(!pthread_create(&other, NULL, interrupt_then_ping, NULL));
	ret = bridge_read(fd, &message);
	pthread_join(other, NULL);
	CHECK_EQ(ret, PING_BYTES);
	CHECK(bridge_is_ping(&message));
}

static void header_and_payload_in_two_buffers(void)
{
	struct bridge_message message, pong;
	struct iovec parts[2] = {
		{ &message.header, HEADER_BYTES }, { message.payload, sizeof(message.payload) },
	};
	long long pongs = bridge_statistic("pongs");
	int fd = opened(O_NONBLOCK);

	CHECK_EQ(bridge_ping(), 0);
	CHECK_EQ(readv(fd, parts, 2), PING_BYTES);
	CHECK(bridge_is_ping(&message));
	pong = message;
	pong.header.type = DAEDALUS_V4L2_PONG;
	parts[0].iov_base = &pong.header;
	parts[1].iov_len = BRIDGE_PING_BYTES;
	CHECK_EQ(writev(fd, parts, 2), PING_BYTES);
	CHECK_EQ(bridge_statistic("pongs"), pongs + 1);
}

static void a_pong_that_answers_nothing(void)
{
	long long pongs = bridge_statistic("pongs"), stray = bridge_statistic("stray_pongs");
	struct bridge_message pong, ping;
	int fd = opened(O_NONBLOCK);

	CHECK_EQ(bridge_ping(), 0);
	CHECK_EQ(bridge_read(fd, &ping), PING_BYTES);
	pong = ping;
	pong.header.type = DAEDALUS_V4L2_PONG;
	pong.header.cookie++;
	CHECK_EQ(bridge_send(fd, &pong), PING_BYTES);
	pong.header.cookie--;
	pong.payload[BRIDGE_PING_BYTES - 1] ^= 1;
	CHECK_EQ(bridge_send(fd, &pong), PING_BYTES);
	pong.header.payload_len = 0;
	CHECK_EQ(bridge_send(fd, &pong), HEADER_BYTES);
	CHECK_EQ(bridge_statistic("stray_pongs"), stray + 3);
	CHECK_EQ(bridge_statistic("pongs"), pongs);

	/* The first right one answers, the second finds nothing to answer. */
	ping.header.type = DAEDALUS_V4L2_PONG;
	CHECK_EQ(bridge_send(fd, &ping), PING_BYTES);
	CHECK_EQ(bridge_send(fd, &ping), PING_BYTES);
	CHECK_EQ(bridge_statistic("pongs"), pongs + 1);
	CHECK_EQ(bridge_statistic("stray_pongs"), stray + 4);
}

static const struct ktap_test tests[] = {
	{ "the node is for its owner and its group", the_node },
	{ "a short header is EINVAL", a_short_header },
	{ "a wrong magic is EBADMSG, whatever else is wrong", a_wrong_magic },
	{ "a wrong version is EPROTO", a_wrong_version },
	{ "a payload too long is EMSGSIZE, the longest passes", a_payload_too_long },
	{ "a reserved field that is not zero is EINVAL", a_reserved_field },
	{ "an unknown type is EINVAL", an_unknown_type },
	{ "other bytes than payload_len says are EINVAL", other_bytes_than_payload_len },
	{ "memory that is not there is EFAULT, the message stays", memory_that_is_not_there },
	{ "a read buffer too small is EMSGSIZE, the message stays", a_read_buffer_too_small },
	{ "a second open is EBUSY", a_second_open },
	{ "nothing to read is EAGAIN for a reader that does not wait", nothing_to_read },
	{ "there is no position: ESPIPE", a_position },
	{ "a signal ends a waiting read() with EINTR", a_signal },
	{ "header and payload in two buffers", header_and_payload_in_two_buffers },
	{ "a PONG that answers nothing is counted", a_pong_that_answers_nothing },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
