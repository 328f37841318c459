// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual board: the test picture of the HDMI source, a ramp that moves from frame to frame.
 *
 * With the frame's number n, pixel (x, y) has the value p = (x + (y & ~1) + 2 n) mod 256.
 *   RGB:	R = p, G = 255 - p, B = 128; the X of RGB32 is 0
 *   YUV:	Y = p; U = p of the pixel with even x, and even y in 4:2:0; V = 255 - U
 * The first 32 pixels of the first line spell n, most significant bit first: 255 is a 1 and 0 a 0,
 * in Y, or in each of R, G and B.
 */

#include <linux/device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hdmi.h"

#define PERIOD		256
#define TEMPLATE	(VIRTUAL_HDMI_MAX_WIDTH + PERIOD)
#define NUMBER_BITS	32

/**
 * virtual_hdmi_make_picture() - prepare the lines that the picture is copied from
 * @hdmi: the receiver
 *
 * Return: 0 or -ENOMEM.
 */
int virtual_hdmi_make_picture(struct virtual_hdmi *hdmi)
{
	/* Bytes per pixel: 1, 2, 3 and 4, and twice a half. */
	u8 *memory = devm_kcalloc(hdmi->dev, TEMPLATE, 11, GFP_KERNEL);
	struct virtual_hdmi_picture *picture = &hdmi->picture;
	unsigned int x;

	if (!memory)
		return -ENOMEM;
	picture->luma = memory;
	picture->yuyv = picture->luma + TEMPLATE;
	picture->rgb24 = picture->yuyv + 2 * TEMPLATE;
	picture->rgb32 = picture->rgb24 + 3 * TEMPLATE;
	picture->u = picture->rgb32 + 4 * TEMPLATE;
	picture->v = picture->u + TEMPLATE / 2;

	for (x = 0; x < TEMPLATE; x++) {
		u8 p = x;
		u8 even = x & ~1;

		picture->luma[x] = p;
		picture->yuyv[2 * x] = p;
		picture->yuyv[2 * x + 1] = x & 1 ? 255 - even : even;
		picture->rgb24[3 * x] = p;
		picture->rgb24[3 * x + 1] = 255 - p;
		picture->rgb24[3 * x + 2] = 128;
		picture->rgb32[4 * x + 1] = p;
		picture->rgb32[4 * x + 2] = 255 - p;
		picture->rgb32[4 * x + 3] = 128;
		picture->u[x / 2] = even;
		picture->v[x / 2] = 255 - even;
	}
	return 0;
}

/**
 * virtual_hdmi_picture_bytes() - bytes of a picture
 * @format: code of the format register
 * @width: pixels of a line
 * @height: lines
 *
 * Return: its bytes, 0 when there is no such format.
 */
u32 virtual_hdmi_picture_bytes(u32 format, u32 width, u32 height)
{
	switch (format) {
	case VIRTUAL_HDMI_RGB24:
		return width * height * 3;
	case VIRTUAL_HDMI_RGB32:
		return width * height * 4;
	case VIRTUAL_HDMI_YUV420:
		return width * height * 3 / 2;
	case VIRTUAL_HDMI_YUYV:
		return width * height * 2;
	default:
		return 0;
	}
}

/* Spells the number over the first line, in pixels of `size` bytes, `bytes` of them colours. */
static void spell(u8 *to, u32 number, unsigned int size, unsigned int bytes, unsigned int offset)
{
	unsigned int bit;

	for (bit = 0; bit < NUMBER_BITS; bit++)
		memset(to + bit * size + offset, number << bit & BIT(31) ? 255 : 0, bytes);
}

/**
 * virtual_hdmi_draw() - write a line of the picture
 * @hdmi: the receiver, its format and size as they are to be written
 * @to: where the picture begins in memory
 * @line: which line
 * @number: the frame's number
 */
void virtual_hdmi_draw(const struct virtual_hdmi *hdmi, u8 *to, u32 line, u32 number)
{
	const struct virtual_hdmi_picture *from = &hdmi->picture;
	u32 width = hdmi->width, pixels = hdmi->width * hdmi->height;
	u32 shift = ((line & ~1) + 2 * number) % PERIOD;
	u32 chroma;

	switch (hdmi->format) {
	case VIRTUAL_HDMI_RGB24:
		memcpy(to + 3 * line * width, from->rgb24 + 3 * shift, 3 * width);
		if (!line)
			spell(to, number, 3, 3, 0);
		break;
	case VIRTUAL_HDMI_RGB32:
		memcpy(to + 4 * line * width, from->rgb32 + 4 * shift, 4 * width);
		if (!line)
			spell(to, number, 4, 3, 1);
		break;
	case VIRTUAL_HDMI_YUYV:
		memcpy(to + 2 * line * width, from->yuyv + 2 * shift, 2 * width);
		if (!line)
			spell(to, number, 2, 1, 0);
		break;
	case VIRTUAL_HDMI_YUV420:
		memcpy(to + line * width, from->luma + shift, width);
		if (!line)
			spell(to, number, 1, 1, 0);
		if (line & 1)
			break;
		chroma = line / 2 * (width / 2);
		memcpy(to + pixels + chroma, from->u + shift / 2, width / 2);
		memcpy(to + pixels + pixels / 4 + chroma, from->v + shift / 2, width / 2);
		break;
	}
}
