// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of kmsgpipe's ring: its arithmetic, the wrap of positions, and what a mapping shows.
 */
#include <kunit/test.h>
#include <linux/module.h>

#include "kmsgpipe-ring.c"

#define RING_SIZE	8192

static int kmsgpipe_test_init(struct kunit *test)
{
	struct kmsgpipe_ring *ring = kmsgpipe_ring_alloc(RING_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, ring);
	test->priv = ring;
	return 0;
}

static void kmsgpipe_test_exit(struct kunit *test)
{
	if (test->priv)
		kmsgpipe_ring_put(test->priv);
}

/* Puts a message in whose bytes are all the same; false when it does not fit. */
static bool put(struct kmsgpipe_ring *ring, u32 len, u8 byte, u64 ktime_ns)
{
	void *payload = kmsgpipe_ring_reserve(ring, len);

	if (!payload)
		return false;
	memset(payload, byte, len);
	kmsgpipe_ring_commit(ring, len, ktime_ns);
	return true;
}

/* Takes the first message out and checks it. */
static void take(struct kunit *test, struct kmsgpipe_ring *ring, u32 len, u8 byte)
{
	const struct kmsgpipe_message *message = kmsgpipe_ring_first(ring);

	KUNIT_ASSERT_NOT_NULL(test, message);
	KUNIT_EXPECT_EQ(test, message->len, len);
	KUNIT_EXPECT_NULL(test, memchr_inv(message + 1, byte, len));
	kmsgpipe_ring_drop(ring);
}

static void an_empty_ring(struct kunit *test)
{
	struct kmsgpipe_ring *ring = test->priv;

	KUNIT_EXPECT_EQ(test, ring->size, max_t(u32, RING_SIZE, PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, kmsgpipe_ring_used(ring), 0);
	KUNIT_EXPECT_NULL(test, kmsgpipe_ring_first(ring));
	KUNIT_EXPECT_EQ(test, kmsgpipe_ring_drop_through(ring, U64_MAX), 0);
	KUNIT_EXPECT_EQ(test, kmsgpipe_ring_drop_before(ring, U64_MAX), 0);
	KUNIT_EXPECT_EQ(test, ring->map->magic, KMSGPIPE_MAP_MAGIC);
	KUNIT_EXPECT_EQ(test, ring->map->size, ring->size);
	KUNIT_EXPECT_EQ(test, ring->map->data_offset, PAGE_SIZE);
}

static void sizes_are_rounded_up(struct kunit *test)
{
	static const u32 sizes[][2] = {
		{ 8192, 8192 }, { 8193, 16384 }, { 65536, 65536 }, { 65537, 131072 },
		{ KMSGPIPE_MAX_SIZE, KMSGPIPE_MAX_SIZE },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct kmsgpipe_ring *ring = kmsgpipe_ring_alloc(sizes[i][0]);

		KUNIT_ASSERT_NOT_NULL(test, ring);
		KUNIT_EXPECT_EQ(test, ring->size, max_t(u32, sizes[i][1], PAGE_SIZE));
		kmsgpipe_ring_put(ring);
	}
}

static void the_space_of_a_message(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, KMSGPIPE_MESSAGE_SPACE(1), 32);
	KUNIT_EXPECT_EQ(test, KMSGPIPE_MESSAGE_SPACE(8), 32);
	KUNIT_EXPECT_EQ(test, KMSGPIPE_MESSAGE_SPACE(9), 40);
	KUNIT_EXPECT_EQ(test, KMSGPIPE_LARGEST, 4120);
}

static void what_was_only_reserved_is_not_there(struct kunit *test)
{
	struct kmsgpipe_ring *ring = test->priv;

	KUNIT_EXPECT_NOT_NULL(test, kmsgpipe_ring_reserve(ring, 100));
	KUNIT_EXPECT_NULL(test, kmsgpipe_ring_first(ring));
	KUNIT_EXPECT_EQ(test, ring->map->head, 0);
	KUNIT_EXPECT_TRUE(test, put(ring, 3, 'b', 1));
	take(test, ring, 3, 'b');
}

static void it_is_full_to_the_last_byte(struct kunit *test)
{
	struct kmsgpipe_ring *ring = test->priv;
	u32 fits = ring->size / KMSGPIPE_MESSAGE_SPACE(40), i;

	/* 40 bytes take 64: a power of two leaves nothing over. */
	for (i = 0; i < fits; i++)
		KUNIT_EXPECT_TRUE(test, put(ring, 40, i, i));
	KUNIT_EXPECT_EQ(test, kmsgpipe_ring_used(ring), ring->size);
	KUNIT_EXPECT_FALSE(test, put(ring, 1, 0, 0));
	take(test, ring, 40, 0);
	/* 64 bytes are free: 41 bytes would take 72. */
	KUNIT_EXPECT_FALSE(test, put(ring, 41, 0, 0));
	KUNIT_EXPECT_TRUE(test, put(ring, 40, 200, 0));
	for (i = 1; i < fits; i++)
		take(test, ring, 40, i);
	take(test, ring, 40, 200);
	KUNIT_EXPECT_EQ(test, kmsgpipe_ring_used(ring), 0);
}

static void round_the_ring(struct kunit *test)
{
	struct kmsgpipe_ring *ring = test->priv;
	u32 i, len;

	for (i = 0; i < 2000; i++) {
		len = 1 + (i * 797) % KMSGPIPE_MAX_MESSAGE;
		KUNIT_ASSERT_TRUE(test, put(ring, len, i, i));
		/* In the map as in the ring. */
		KUNIT_EXPECT_EQ(test, ring->map->head, ring->head);
		take(test, ring, len, i);
		KUNIT_EXPECT_EQ(test, ring->map->tail, ring->tail);
	}
	KUNIT_EXPECT_EQ(test, ring->messages, 0);
	KUNIT_EXPECT_EQ(test, ring->sequence, 2000);
}

static void positions_wrap(struct kunit *test)
{
	struct kmsgpipe_ring *ring = test->priv;
	u32 i;

	/* As if 2^32 bytes less two messages had passed. */
	ring->head = -2 * KMSGPIPE_MESSAGE_SPACE(1000);
	ring->tail = ring->head;
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_TRUE(test, put(ring, 1000, i, i));
	KUNIT_EXPECT_LT(test, ring->head, ring->tail);
	KUNIT_EXPECT_EQ(test, kmsgpipe_ring_used(ring), 5 * KMSGPIPE_MESSAGE_SPACE(1000));
	for (i = 0; i < 5; i++)
		take(test, ring, 1000, i);
	KUNIT_EXPECT_EQ(test, kmsgpipe_ring_used(ring), 0);
}

static void both_mappings_are_one_memory(struct kunit *test)
{
	struct kmsgpipe_ring *ring = test->priv;
	u8 *data = ring->data;

	data[5] = 1;
	data[ring->size + 6] = 2;
	KUNIT_EXPECT_EQ(test, data[ring->size + 5], 1);
	KUNIT_EXPECT_EQ(test, data[6], 2);
	data[2 * ring->size - 1] = 3;
	KUNIT_EXPECT_EQ(test, data[ring->size - 1], 3);
}

static void dropped_by_number(struct kunit *test)
{
	struct kmsgpipe_ring *ring = test->priv;
	u32 i;

	for (i = 1; i <= 6; i++)
		put(ring, i, i, 0);
	KUNIT_EXPECT_EQ(test, kmsgpipe_ring_drop_through(ring, 0), 0);
	KUNIT_EXPECT_EQ(test, kmsgpipe_ring_drop_through(ring, 4), 4);
	KUNIT_EXPECT_EQ(test, kmsgpipe_ring_drop_through(ring, 4), 0);
	KUNIT_EXPECT_EQ(test, ring->messages, 2);
	take(test, ring, 5, 5);
	KUNIT_EXPECT_EQ(test, kmsgpipe_ring_drop_through(ring, U64_MAX), 1);
	/* Numbers go on. */
	put(ring, 1, 7, 0);
	KUNIT_EXPECT_EQ(test, kmsgpipe_ring_first(ring)->sequence, 7);
}

static void dropped_by_age(struct kunit *test)
{
	struct kmsgpipe_ring *ring = test->priv;
	u32 i;

	for (i = 1; i <= 6; i++)
		put(ring, i, i, i * 100);
	KUNIT_EXPECT_EQ(test, kmsgpipe_ring_drop_before(ring, 100), 0);
	KUNIT_EXPECT_EQ(test, kmsgpipe_ring_drop_before(ring, 301), 3);
	KUNIT_EXPECT_EQ(test, kmsgpipe_ring_first(ring)->ktime_ns, 400);
	KUNIT_EXPECT_EQ(test, kmsgpipe_ring_drop_before(ring, U64_MAX), 3);
}

static void moved_to_another_size(struct kunit *test)
{
	static const u32 sizes[] = { 16384, 65536, 8192, 131072, 8192 };
	struct kmsgpipe_ring *ring = test->priv, *to;
	u32 i, round;

	for (round = 0; round < 50; round++) {
		/* From many places, so that some lie over the end of either ring. */
		for (i = 0; i < 3; i++)
			KUNIT_ASSERT_TRUE(test, put(ring, 2000 + i, round + i, round));
		to = kmsgpipe_ring_alloc(sizes[round % ARRAY_SIZE(sizes)]);
		KUNIT_ASSERT_NOT_NULL(test, to);
		KUNIT_EXPECT_EQ(test, kmsgpipe_ring_move(to, ring), 0);
		KUNIT_EXPECT_EQ(test, ring->map->flags, KMSGPIPE_RETIRED);
		KUNIT_EXPECT_EQ(test, to->map->flags, 0);
		KUNIT_EXPECT_EQ(test, to->map->head, ring->map->head);
		KUNIT_EXPECT_EQ(test, to->map->tail, ring->map->tail);
		kmsgpipe_ring_put(ring);
		test->priv = to;
		ring = to;
		for (i = 0; i < 3; i++)
			take(test, ring, 2000 + i, round + i);
	}
	KUNIT_EXPECT_EQ(test, ring->sequence, 150);
}

static void not_moved_to_too_small_a_one(struct kunit *test)
{
	struct kmsgpipe_ring *small = test->priv, *large;
	u32 i;

	large = kmsgpipe_ring_alloc(4 * small->size);
	KUNIT_ASSERT_NOT_NULL(test, large);
	for (i = 0; i <= small->size / KMSGPIPE_MESSAGE_SPACE(40); i++)
		put(large, 40, i, i);
	KUNIT_EXPECT_EQ(test, kmsgpipe_ring_move(small, large), -EBUSY);
	KUNIT_EXPECT_EQ(test, large->map->flags, 0);
	/* One less is as many as it can hold. */
	kmsgpipe_ring_drop(large);
	KUNIT_EXPECT_EQ(test, kmsgpipe_ring_move(small, large), 0);
	KUNIT_EXPECT_EQ(test, kmsgpipe_ring_used(small), small->size);
	take(test, small, 40, 1);
	kmsgpipe_ring_put(large);
}

static struct kunit_case kmsgpipe_ring_cases[] = {
	KUNIT_CASE(an_empty_ring),
	KUNIT_CASE(sizes_are_rounded_up),
	KUNIT_CASE(the_space_of_a_message),
	KUNIT_CASE(what_was_only_reserved_is_not_there),
	KUNIT_CASE(it_is_full_to_the_last_byte),
	KUNIT_CASE(round_the_ring),
	KUNIT_CASE(positions_wrap),
	KUNIT_CASE(both_mappings_are_one_memory),
	KUNIT_CASE(dropped_by_number),
	KUNIT_CASE(dropped_by_age),
	KUNIT_CASE(moved_to_another_size),
	KUNIT_CASE(not_moved_to_too_small_a_one),
	{}
};

static struct kunit_suite kmsgpipe_ring_suite = {
	.name = "kmsgpipe-ring",
	.init = kmsgpipe_test_init,
	.exit = kmsgpipe_test_exit,
	.test_cases = kmsgpipe_ring_cases,
};

kunit_test_suite(kmsgpipe_ring_suite);

MODULE_DESCRIPTION("KUnit tests of kmsgpipe's ring");
MODULE_LICENSE("GPL");
