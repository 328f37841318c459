// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual board: the memory of the MIPS co-processor. The device tree reserves
 * it; a board that makes itself takes some of Linux's own.
 */

#include <linux/crc32.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/minmax.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/property.h>

#include "mips.h"

/* A projector's regions, and those of the board that makes itself, with room for its firmware */
static const u32 hy300_layout[2 * VIRTUAL_MIPS_REGIONS] = {
	0x000000, 0x1000, 0x001000, 0xc00000, 0xc01000, 0x100000,
	0xd01000, 0x40000, 0xd41000, 0x100000, 0xe41000, 0x1a00000,
};

const u32 virtual_mips_own_layout[2 * VIRTUAL_MIPS_REGIONS] = {
	0x000000, 0x1000, 0x001000, 0x180000, 0x181000, 0x10000,
	0x191000, 0x10000, 0x1a1000, 0x10000, 0x1b1000, 0x4f000,
};

#define OWN_MEMORY_SIZE		0x200000

/**
 * virtual_mips_region() - a region of the memory
 * @mips: the co-processor
 * @number: which
 *
 * Return: the region, NULL when it is not in the memory.
 */
void *virtual_mips_region(const struct virtual_mips *mips, unsigned int number)
{
	u32 offset = mips->layout[2 * number], size = mips->layout[2 * number + 1];

	if (!mips->memory || (u64)offset + size > mips->size)
		return NULL;
	return mips->memory + offset;
}

/**
 * virtual_mips_crc32() - CRC of the first crc_length bytes of the firmware region
 * @mips: the co-processor
 *
 * Return: the CRC, 0 without such a region.
 */
u32 virtual_mips_crc32(const struct virtual_mips *mips)
{
	const void *region = virtual_mips_region(mips, VIRTUAL_MIPS_FIRMWARE);
	u32 length = min(READ_ONCE(mips->crc_length), mips->layout[2 * VIRTUAL_MIPS_FIRMWARE + 1]);

	return region ? crc32_le(~0, region, length) ^ ~0 : 0;
}

/**
 * virtual_mips_get_memory() - find or make the memory
 * @mips: the co-processor
 * @dev: the board
 *
 * Return: 0 or a negative error. A board in a device tree may be without.
 */
int virtual_mips_get_memory(struct virtual_mips *mips, struct device *dev)
{
	struct device_node *node;
	struct reserved_mem *memory;

	if (!dev->of_node) {
		mips->size = OWN_MEMORY_SIZE;
		mips->memory = (void *)devm_get_free_pages(dev, GFP_KERNEL | __GFP_ZERO,
							   get_order(mips->size));
		if (!mips->memory)
			return -ENOMEM;
		mips->start = virt_to_phys(mips->memory);
		memcpy(mips->layout, virtual_mips_own_layout, sizeof(mips->layout));
		return 0;
	}

	memcpy(mips->layout, hy300_layout, sizeof(mips->layout));
	device_property_read_u32_array(dev, "hy300,memory-layout", mips->layout,
				       ARRAY_SIZE(mips->layout));
	node = of_parse_phandle(dev->of_node, "memory-region", 0);
	memory = node ? of_reserved_mem_lookup(node) : NULL;
	of_node_put(node);
	if (!memory)
		return 0;
	mips->start = memory->base;
	mips->size = memory->size;
	mips->memory = devm_memremap(dev, mips->start, mips->size, MEMREMAP_WC);
	return PTR_ERR_OR_ZERO(mips->memory);
}

/**
 * virtual_mips_memory() - the memory as a resource of the driver's device
 * @mips: the co-processor
 *
 * Return: the resource.
 */
struct resource virtual_mips_memory(const struct virtual_mips *mips)
{
	struct resource memory = DEFINE_RES_MEM_NAMED(mips->start, mips->size, "memory");

	return memory;
}
