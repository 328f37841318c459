// SPDX-License-Identifier: GPL-2.0
/*
 * kmsgpipe: the ring of messages, in pages that user space can map.
 *
 * The pages of the data are mapped twice in a row, here and in user space, so that no message is
 * ever in two pieces. Positions count bytes and wrap at 2^32.
 */
#include <linux/kref.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "kmsgpipe.h"

static void kmsgpipe_ring_free_pages(struct kmsgpipe_ring *ring)
{
	unsigned int i;

	for (i = 0; i < ring->nr_pages; i++)
		__free_page(ring->pages[i]);
	kvfree(ring->pages);
	kfree(ring);
}

/**
 * kmsgpipe_ring_size() - bytes of the ring that is made for a wish
 * @size: the wish
 *
 * Return: a power of two, at least a page, and with room for the largest message.
 */
u32 kmsgpipe_ring_size(u32 size)
{
	return roundup_pow_of_two(max3(size, (u32)KMSGPIPE_MIN_SIZE, (u32)PAGE_SIZE));
}

/**
 * kmsgpipe_ring_alloc() - make an empty ring
 * @size: least bytes of its data
 *
 * Return: the ring with one reference, or NULL without memory.
 */
struct kmsgpipe_ring *kmsgpipe_ring_alloc(u32 size)
{
	struct kmsgpipe_ring *ring;
	unsigned int data_pages;
	void *start;

	size = kmsgpipe_ring_size(size);
	data_pages = size >> PAGE_SHIFT;
	/* All of it is charged to whom it is made for. */
	ring = kzalloc(sizeof(*ring), GFP_KERNEL_ACCOUNT);
	if (!ring)
		return NULL;
	kref_init(&ring->ref);
	ring->size = size;
	ring->pages = kvcalloc(1 + 2 * data_pages, sizeof(*ring->pages),
			       GFP_KERNEL_ACCOUNT);
	if (!ring->pages)
		goto fail;
	for (; ring->nr_pages < 1 + data_pages; ring->nr_pages++) {
		struct page *page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);

		if (!page)
			goto fail;
		ring->pages[ring->nr_pages] = page;
		/* The header page is there once. */
		if (ring->nr_pages)
			ring->pages[ring->nr_pages + data_pages] = page;
	}
	start = vmap(ring->pages, 1 + 2 * data_pages, VM_MAP | VM_USERMAP, PAGE_KERNEL);
	if (!start)
		goto fail;
	ring->map = start;
	ring->data = start + PAGE_SIZE;
	*ring->map = (struct kmsgpipe_map){
		.magic = KMSGPIPE_MAP_MAGIC,
		.version = KMSGPIPE_MAP_VERSION,
		.data_offset = PAGE_SIZE,
		.size = size,
	};
	return ring;

fail:
	kmsgpipe_ring_free_pages(ring);
	return NULL;
}

static void kmsgpipe_ring_release(struct kref *ref)
{
	struct kmsgpipe_ring *ring = container_of(ref, struct kmsgpipe_ring, ref);

	if (ring->retired)
		atomic_dec(ring->retired);
	vunmap(ring->map);
	kmsgpipe_ring_free_pages(ring);
}

/**
 * kmsgpipe_ring_get() - take a reference
 * @ring: the ring
 */
void kmsgpipe_ring_get(struct kmsgpipe_ring *ring)
{
	kref_get(&ring->ref);
}

/**
 * kmsgpipe_ring_put() - give a reference back; may sleep
 * @ring: the ring
 */
void kmsgpipe_ring_put(struct kmsgpipe_ring *ring)
{
	kref_put(&ring->ref, kmsgpipe_ring_release);
}

/**
 * kmsgpipe_ring_retire() - count a ring as one that was replaced, until nobody has it mapped
 * @ring: the ring
 * @retired: the counter
 */
void kmsgpipe_ring_retire(struct kmsgpipe_ring *ring, atomic_t *retired)
{
	atomic_inc(retired);
	ring->retired = retired;
}

static void *kmsgpipe_ring_at(const struct kmsgpipe_ring *ring, u32 position)
{
	return ring->data + (position & (ring->size - 1));
}

/**
 * kmsgpipe_ring_reserve() - where the payload of the next message goes
 * @ring: the ring
 * @len: bytes of it
 *
 * The message is in the ring only after kmsgpipe_ring_commit(); without that nothing has changed.
 *
 * Return: the place, or NULL when the message does not fit now.
 */
void *kmsgpipe_ring_reserve(struct kmsgpipe_ring *ring, u32 len)
{
	if (ring->size - kmsgpipe_ring_used(ring) < KMSGPIPE_MESSAGE_SPACE(len))
		return NULL;
	/*
	 * Whoever sees one of the new bytes in a mapping must also see the tail that had made room
	 * for them. Pairs with the acquire fence that struct kmsgpipe_map asks for.
	 */
	smp_wmb();
	return kmsgpipe_ring_at(ring, ring->head) + sizeof(struct kmsgpipe_message);
}

/**
 * kmsgpipe_ring_commit() - put the message in
 * @ring: the ring
 * @len: bytes of payload, as they were reserved
 * @ktime_ns: time of the message
 */
void kmsgpipe_ring_commit(struct kmsgpipe_ring *ring, u32 len, u64 ktime_ns)
{
	struct kmsgpipe_message *message = kmsgpipe_ring_at(ring, ring->head);

	*message = (struct kmsgpipe_message){
		.len = len,
		.sequence = ++ring->sequence,
		.ktime_ns = ktime_ns,
	};
	ring->head += KMSGPIPE_MESSAGE_SPACE(len);
	ring->messages++;
	/* Pairs with the acquire load that struct kmsgpipe_map asks for. */
	smp_store_release(&ring->map->head, ring->head);
}

/**
 * kmsgpipe_ring_first() - the oldest message
 * @ring: the ring
 *
 * Return: its head, which the payload follows; NULL when the ring is empty.
 */
const struct kmsgpipe_message *kmsgpipe_ring_first(const struct kmsgpipe_ring *ring)
{
	return ring->messages ? kmsgpipe_ring_at(ring, ring->tail) : NULL;
}

/**
 * kmsgpipe_ring_drop() - take the oldest message out
 * @ring: the ring, which must not be empty
 */
void kmsgpipe_ring_drop(struct kmsgpipe_ring *ring)
{
	const struct kmsgpipe_message *message = kmsgpipe_ring_at(ring, ring->tail);

	ring->tail += KMSGPIPE_MESSAGE_SPACE(message->len);
	ring->messages--;
	WRITE_ONCE(ring->map->tail, ring->tail);
}

/**
 * kmsgpipe_ring_drop_through() - take messages out by number
 * @ring: the ring
 * @sequence: number of the last one
 *
 * Return: how many there were.
 */
u32 kmsgpipe_ring_drop_through(struct kmsgpipe_ring *ring, u64 sequence)
{
	const struct kmsgpipe_message *message;
	u32 dropped = 0;

	while ((message = kmsgpipe_ring_first(ring)) && message->sequence <= sequence) {
		kmsgpipe_ring_drop(ring);
		dropped++;
	}
	return dropped;
}

/**
 * kmsgpipe_ring_drop_before() - take messages out by age
 * @ring: the ring
 * @ktime_ns: time at and after which they stay
 *
 * Return: how many there were.
 */
u32 kmsgpipe_ring_drop_before(struct kmsgpipe_ring *ring, u64 ktime_ns)
{
	const struct kmsgpipe_message *message;
	u32 dropped = 0;

	while ((message = kmsgpipe_ring_first(ring)) && message->ktime_ns < ktime_ns) {
		kmsgpipe_ring_drop(ring);
		dropped++;
	}
	return dropped;
}

/**
 * kmsgpipe_ring_move() - continue with the messages of one ring in another
 * @to: an empty ring
 * @from: the ring that is given up; whoever has it mapped is told
 *
 * Return: 0, or -EBUSY when the messages do not fit; then nothing has changed.
 */
int kmsgpipe_ring_move(struct kmsgpipe_ring *to, struct kmsgpipe_ring *from)
{
	u32 used = kmsgpipe_ring_used(from);

	if (used > to->size)
		return -EBUSY;
	memcpy(kmsgpipe_ring_at(to, from->tail), kmsgpipe_ring_at(from, from->tail), used);
	to->head = from->head;
	to->tail = from->tail;
	to->messages = from->messages;
	to->sequence = from->sequence;
	WRITE_ONCE(to->map->tail, to->tail);
	/* Nobody can map @to yet; the ring that is given up says so for good. */
	WRITE_ONCE(to->map->head, to->head);
	WRITE_ONCE(from->map->flags, KMSGPIPE_RETIRED);
	return 0;
}
