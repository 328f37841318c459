// SPDX-License-Identifier: GPL-2.0
/*
 * The ring mapped: the same bytes that read() would give, in place; being overtaken; a new ring.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "device.h"
#include "kmsgpipe.h"
#include "ktap.h"

static char message[KMSGPIPE_MAX_MESSAGE];

static int consume(int fd, __u64 sequence)
{
	int ret = ioctl(fd, KMSGPIPE_IOC_CONSUME, &sequence);

	return ret < 0 ? -errno : ret;
}

static void the_header_describes_the_ring(void)
{
	int fd = pipe_fresh(O_RDWR);
	struct mapping mapping;

	CHECK(mapping_open(&mapping, fd));
	CHECK_EQ(mapping.map->magic, KMSGPIPE_MAP_MAGIC);
	CHECK_EQ(mapping.map->version, KMSGPIPE_MAP_VERSION);
	CHECK_EQ(mapping.map->data_offset, sysconf(_SC_PAGESIZE));
	CHECK_EQ(mapping.map->size, 65536);
	CHECK_EQ(mapping.map->flags, 0);
	CHECK_EQ(mapping.map->head, mapping.map->tail);
	CHECK_EQ(write(fd, message, 100), 100);
	CHECK_EQ(mapping.map->head - mapping.map->tail, KMSGPIPE_MESSAGE_SPACE(100));
	CHECK_EQ(read(fd, message, 100), 100);
	CHECK_EQ(mapping.map->head, mapping.map->tail);
	mapping_close(&mapping);
	close(fd);
}

static void it_holds_the_bytes_that_read_gives(void)
{
	int fd = pipe_fresh(O_RDWR);
	const struct kmsgpipe_message *found;
	char in_place[KMSGPIPE_MAX_MESSAGE];
	struct mapping mapping;
	__u64 sequence = 0, ktime_ns = 0;
	size_t len;
	int i;

	CHECK(!pipe_set("max_buf_size", "8192"));
	CHECK(mapping_open(&mapping, fd));
	/* Often round the ring, so that many messages go over its end. */
	for (i = 0; i < 500; i++) {
		len = 1 + (i * 797) % KMSGPIPE_MAX_MESSAGE;
		pipe_pattern(message, len, i);
		CHECK(!mapping_message(&mapping));
		CHECK_EQ(write(fd, message, len), len);
		found = mapping_message(&mapping);
		CHECK(found);
		CHECK_EQ(found->len, len);
		CHECK_EQ(found->reserved, 0);
		CHECK(!sequence || found->sequence == sequence + 1);
		CHECK(found->ktime_ns > ktime_ns);
		sequence = found->sequence;
		ktime_ns = found->ktime_ns;
		memcpy(in_place, found + 1, len);
		CHECK(mapping_intact(&mapping));
		CHECK_EQ(read(fd, message, sizeof(message)), len);
		CHECK(!memcmp(message, in_place, len));
		CHECK(pipe_is_pattern(in_place, len, i));
		mapping_pass(&mapping, len);
	}
	mapping_close(&mapping);
	close(fd);
}

static void who_is_overtaken_sees_it(void)
{
	int fd = pipe_fresh(O_RDWR);
	struct mapping mapping;

	CHECK_EQ(write(fd, "1", 1), 1);
	CHECK_EQ(write(fd, "2", 1), 1);
	CHECK(mapping_open(&mapping, fd));
	CHECK(mapping_message(&mapping) && mapping_intact(&mapping));
	CHECK_EQ(read(fd, message, sizeof(message)), 1);
	CHECK(!mapping_intact(&mapping));
	mapping_catch_up(&mapping);
	CHECK(mapping_message(&mapping) && mapping_intact(&mapping));
	CHECK_EQ(*(const char *)(mapping_message(&mapping) + 1), '2');
	CHECK_EQ(ioctl(fd, KMSGPIPE_IOC_CLEAR), 1);
	CHECK(!mapping_intact(&mapping));
	mapping_catch_up(&mapping);
	CHECK(!mapping_message(&mapping));
	mapping_close(&mapping);
	close(fd);
}

static void what_was_read_in_place_is_taken_by_its_number(void)
{
	int fd = pipe_fresh(O_RDWR | O_NONBLOCK);
	struct kmsgpipe_stats before = pipe_stats();
	const struct kmsgpipe_message *found;
	struct mapping mapping;
	__u64 first;
	int i;

	for (i = 0; i < 5; i++)
		CHECK_EQ(write(fd, "12345" + i, 1), 1);
	CHECK(mapping_open(&mapping, fd));
	found = mapping_message(&mapping);
	CHECK(found);
	first = found->sequence;
	CHECK_EQ(consume(fd, first - 1), 0);
	CHECK_EQ(consume(fd, first + 1), 2);
	/* Once more takes nothing more. */
	CHECK_EQ(consume(fd, first + 1), 0);
	CHECK_EQ(read(fd, message, 1), 1);
	CHECK_EQ(message[0], '3');
	CHECK_EQ(consume(fd, ~0ULL), 2);
	CHECK(read(fd, message, 1) < 0 && errno == EAGAIN);
	CHECK_EQ(pipe_stats().consumed, before.consumed + 4);
	mapping_close(&mapping);
	close(fd);
}

static void taking_in_place_makes_room_for_a_writer(void)
{
	int fd = pipe_fresh(O_RDWR);
	static struct waiter writer;

	CHECK(!pipe_set("max_buf_size", "8192"));
	CHECK_EQ(pipe_fill(), SMALL_FITS);
	waiter_write(&writer, fd, KMSGPIPE_MAX_MESSAGE);
	CHECK(waiter_sleeps(&writer));
	CHECK_EQ(consume(fd, ~0ULL), SMALL_FITS);
	CHECK(waiter_ends(&writer));
	close(fd);
}

static void a_ring_that_is_replaced_says_so(void)
{
	int fd = pipe_fresh(O_RDWR);
	struct mapping old, new;
	__u32 position;

	CHECK_EQ(write(fd, message, 1000), 1000);
	CHECK_EQ(write(fd, "kept", 4), 4);
	CHECK(mapping_open(&old, fd));
	mapping_pass(&old, 1000);
	position = old.position;
	CHECK(!pipe_set("max_buf_size", "8192"));
	CHECK_EQ(old.map->flags, KMSGPIPE_RETIRED);
	/* What was mapped is still there to be read, whatever becomes of the memory's pipe. */
	CHECK(!memcmp(mapping_message(&old) + 1, "kept", 4));
	CHECK(mapping_open(&new, fd));
	CHECK_EQ(new.map->flags, 0);
	CHECK_EQ(new.map->size, 8192);
	/* The place is the same in the new one. */
	new.position = position;
	CHECK(mapping_message(&new) && mapping_intact(&new));
	CHECK_EQ(mapping_message(&new)->len, 4);
	CHECK(!memcmp(mapping_message(&new) + 1, "kept", 4));
	mapping_close(&old);
	mapping_close(&new);
	close(fd);
}

static void it_cannot_be_written_nor_mapped_further(void)
{
	int fd = pipe_fresh(O_RDWR), writer = pipe_open(O_WRONLY);
	size_t page = sysconf(_SC_PAGESIZE);
	struct mapping mapping;

	CHECK(mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	CHECK_EQ(errno, EACCES);
	CHECK(mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) == MAP_FAILED);
	CHECK_EQ(errno, EACCES);
	CHECK(mmap(NULL, page, PROT_READ, MAP_SHARED, writer, 0) == MAP_FAILED);
	CHECK_EQ(errno, EACCES);
	CHECK(mapping_open(&mapping, fd));
	CHECK(mprotect((void *)mapping.map, page, PROT_READ | PROT_WRITE) < 0);
	CHECK_EQ(errno, EACCES);
	CHECK(mmap(NULL, mapping.len + page, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK(mmap(NULL, page, PROT_READ, MAP_SHARED, fd, mapping.len) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK(mremap((void *)mapping.map, mapping.len, mapping.len + page, MREMAP_MAYMOVE) ==
	      MAP_FAILED);
	/* read() into it is no way round that. */
	CHECK_EQ(write(fd, "1", 1), 1);
	CHECK(read(fd, (char *)mapping.map + mapping.map->data_offset + page, 1) < 0);
	CHECK_EQ(errno, EFAULT);
	CHECK_EQ(pipe_stats().messages, 1);
	mapping_close(&mapping);
	close(fd);
	close(writer);
}

static void a_message_can_be_written_out_of_the_mapping(void)
{
	int fd = pipe_fresh(O_RDWR);
	struct mapping mapping;

	pipe_pattern(message, 3000, 1);
	CHECK_EQ(write(fd, message, 3000), 3000);
	CHECK(mapping_open(&mapping, fd));
	CHECK_EQ(write(fd, mapping_message(&mapping) + 1, 3000), 3000);
	CHECK_EQ(read(fd, message, sizeof(message)), 3000);
	memset(message, 0, sizeof(message));
	CHECK_EQ(read(fd, message, sizeof(message)), 3000);
	CHECK(pipe_is_pattern(message, 3000, 1));
	mapping_close(&mapping);
	close(fd);
}

static void a_child_sees_what_its_parent_mapped(void)
{
	int fd = pipe_fresh(O_RDWR), status;
	struct mapping mapping;
	pid_t child;

	CHECK_EQ(write(fd, "shared", 6), 6);
	CHECK(mapping_open(&mapping, fd));
	child = fork();
	CHECK(child >= 0);
	if (!child)
		_exit(memcmp(mapping_message(&mapping) + 1, "shared", 6) != 0);
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(status, 0);
	mapping_close(&mapping);
	close(fd);
}

/* Messages that tell their own number in each of their words. */
#define STORM	8000

static atomic_bool storm_ends;

static void *storm_writer(void *data)
{
	__u32 words[200], i, j;
	int fd = *(int *)data;

	for (i = 0; i < STORM; i++) {
		__u32 len = 1 + i % ARRAY_SIZE(words);

		for (j = 0; j < len; j++)
			words[j] = i;
		if (write(fd, words, len * sizeof(words[0])) < 0)
			break;
	}
	return NULL;
}

static void *storm_reader(void *data)
{
	char taken[KMSGPIPE_MAX_MESSAGE];
	int fd = *(int *)data, count;

	for (count = 0; count < STORM; count++)
		if (read(fd, taken, sizeof(taken)) < 0)
			break;
	storm_ends = true;
	return (void *)(long)count;
}

static void a_looker_on_is_never_shown_half_a_message(void)
{
	int fd = pipe_fresh(O_RDWR), looked = 0, overtaken = 0;
	const struct kmsgpipe_message *found;
	static __u32 words[KMSGPIPE_MAX_MESSAGE / 4];
	struct mapping mapping;
	pthread_t writer, reader;
	__u64 last = 0;
	__u32 i, len;
	void *count;

	CHECK(!pipe_set("max_buf_size", "8192"));
	CHECK(mapping_open(&mapping, fd));
	storm_ends = false;
	CHECK(!pthread_create(&writer, NULL, storm_writer, &fd));
	CHECK(!pthread_create(&reader, NULL, storm_reader, &fd));
	while (!storm_ends) {
		__u64 sequence;

		found = mapping_message(&mapping);
		if (!found)
			continue;
		len = found->len;
		sequence = found->sequence;
		if (len <= sizeof(words))
			memcpy(words, found + 1, len);
		if (!mapping_intact(&mapping)) {
			overtaken++;
			mapping_catch_up(&mapping);
			continue;
		}
		/* Intact, so it must be whole, and newer than the last. */
		for (i = 1; i < len / 4 && words[i] == words[0]; i++)
			;
		if (i < len / 4 || len != 4 * (1 + words[0] % 200) || sequence <= last) {
			printf("# message %u of %u bytes, word %u is %u\n", words[0], len, i,
			       words[i]);
			break;
		}
		last = sequence;
		looked++;
		mapping_pass(&mapping, len);
	}
	CHECK(!pthread_join(writer, NULL));
	CHECK(!pthread_join(reader, &count));
	CHECK(storm_ends && (long)count == STORM);
	printf("# looked at %d messages, overtaken %d times\n", looked, overtaken);
	CHECK(looked > 100);
	CHECK(overtaken > 0);
	mapping_close(&mapping);
	close(fd);
}

static const struct ktap_test tests[] = {
	{ "the header describes the ring", the_header_describes_the_ring },
	{ "it holds the bytes that read() gives", it_holds_the_bytes_that_read_gives },
	{ "who is overtaken sees it", who_is_overtaken_sees_it },
	{ "what was read in place is taken by its number",
	  what_was_read_in_place_is_taken_by_its_number },
	{ "taking in place makes room for a writer", taking_in_place_makes_room_for_a_writer },
	{ "a ring that is replaced says so", a_ring_that_is_replaced_says_so },
	{ "it cannot be written nor mapped further", it_cannot_be_written_nor_mapped_further },
	{ "a message can be written out of the mapping",
	  a_message_can_be_written_out_of_the_mapping },
	{ "a child sees what its parent mapped", a_child_sees_what_its_parent_mapped },
	{ "a looker-on is never shown half a message",
	  a_looker_on_is_never_shown_half_a_message },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
