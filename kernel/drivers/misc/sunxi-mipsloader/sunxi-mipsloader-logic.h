/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MIPS co-processor of the Allwinner H713: decisions that need no hardware, so
 * that KUnit can take them apart.
 */
#ifndef _SUNXI_MIPSLOADER_LOGIC_H
#define _SUNXI_MIPSLOADER_LOGIC_H

#include <linux/types.h>

/* Corner offsets: top left x and y, top right, bottom left, bottom right */
#define SUNXI_MIPS_CORNERS	8
#define SUNXI_MIPS_CORNER_MAX	100

/* Regions of the processor's memory, in the order of their addresses */
enum sunxi_mips_region_number {
	SUNXI_MIPS_BOOT_CODE,
	SUNXI_MIPS_FIRMWARE,
	SUNXI_MIPS_DEBUG,
	SUNXI_MIPS_CONFIG,
	SUNXI_MIPS_TSE_DATABASE,
	SUNXI_MIPS_FRAMEBUFFER,
	SUNXI_MIPS_REGIONS
};

/**
 * struct sunxi_mips_region - part of the processor's memory
 * @offset: from the memory's beginning
 * @size: in bytes
 */
struct sunxi_mips_region {
	u32 offset;
	u32 size;
};

int sunxi_mips_parse_corners(const char *text, s32 *corners);
bool sunxi_mips_plain_name(const char *name);
int sunxi_mips_check_layout(const struct sunxi_mips_region *layout, u64 memory_size);

#endif /* _SUNXI_MIPSLOADER_LOGIC_H */
