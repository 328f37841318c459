// SPDX-License-Identifier: GPL-2.0
/*
 * MIPS co-processor of the Allwinner H713: what a keystone correction, a
 * firmware's name and a layout of the memory must look like.
 */

#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kstrtox.h>
#include <linux/string.h>

#include "sunxi-mipsloader-logic.h"

/* More digits than any number within the limits has, with a sign and leading zeros */
#define LONGEST_NUMBER	16

/**
 * sunxi_mips_parse_corners() - read a keystone correction
 * @text: eight numbers between white space
 * @corners: where to; untouched by text that is refused
 *
 * Return: 0, -EINVAL not eight numbers, -ERANGE one is not within -100..100.
 */
int sunxi_mips_parse_corners(const char *text, s32 *corners)
{
	s32 numbers[SUNXI_MIPS_CORNERS];
	char word[LONGEST_NUMBER];
	int count, ret, len;

	for (count = 0; ; count++) {
		text = skip_spaces(text);
		if (!*text)
			break;
		for (len = 0; text[len] && !isspace(text[len]); len++)
			;
		if (count == SUNXI_MIPS_CORNERS || len >= LONGEST_NUMBER)
			return -EINVAL;
		memcpy(word, text, len);
		word[len] = '\0';
		ret = kstrtos32(word, 10, &numbers[count]);
		if (ret)
			return ret;
		if (numbers[count] < -SUNXI_MIPS_CORNER_MAX ||
		    numbers[count] > SUNXI_MIPS_CORNER_MAX)
			return -ERANGE;
		text += len;
	}
	if (count != SUNXI_MIPS_CORNERS)
		return -EINVAL;
	memcpy(corners, numbers, sizeof(numbers));
	return 0;
}

/**
 * sunxi_mips_plain_name() - whether a name may be handed to the firmware loader
 * @name: the name, which may come from user space
 *
 * The loader looks a name up below its directories, so nothing that could lead
 * out of them may pass, and nothing that a log or a label would have to escape.
 *
 * Return: whether it consists of letters, digits and . _ + - with no dot in
 * front.
 */
bool sunxi_mips_plain_name(const char *name)
{
	if (!*name || *name == '.')
		return false;
	for (; *name; name++) {
		if (!isascii(*name) || !(isalnum(*name) || strchr("._+-", *name)))
			return false;
	}
	return true;
}

/**
 * sunxi_mips_check_layout() - whether a layout of the memory can be used
 * @layout: SUNXI_MIPS_REGIONS regions
 * @memory_size: bytes of the memory
 *
 * Only the regions that Linux writes to must lie within the memory: on the
 * HY300 the framebuffer reaches 0x41000 bytes past the memory that the device
 * tree reserves, and is nobody's business but the processor's.
 *
 * Return: 0, -EINVAL for regions that are empty or overlap, -ENOSPC when the
 * memory is too small.
 */
int sunxi_mips_check_layout(const struct sunxi_mips_region *layout, u64 memory_size)
{
	u64 end = 0;
	int i;

	for (i = 0; i < SUNXI_MIPS_REGIONS; i++) {
		if (!layout[i].size || layout[i].offset < end)
			return -EINVAL;
		end = (u64)layout[i].offset + layout[i].size;
		if (end > memory_size && i <= SUNXI_MIPS_DEBUG)
			return -ENOSPC;
	}
	if (layout[SUNXI_MIPS_DEBUG].size < SUNXI_MIPS_CORNERS * sizeof(s32))
		return -EINVAL;
	return 0;
}
