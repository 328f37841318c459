// SPDX-License-Identifier: GPL-2.0
/*
 * MIPS co-processor of the Allwinner H713: what the device tree, or whoever
 * made the platform device, says of it: registers, clock, memory, firmware.
 */

#include <linux/clk.h>
#include <linux/device.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/reset.h>
#include <linux/string.h>

#include "sunxi-mipsloader.h"

/* Nothing is switched yet: a probe that fails or has to wait leaves both as they were. */
static int sunxi_mips_get_supplies(struct sunxi_mips *mips)
{
	struct device *dev = mips->dev;

	mips->clk = devm_clk_get_optional(dev, "mips");
	if (IS_ERR(mips->clk))
		return dev_err_probe(dev, PTR_ERR(mips->clk), "no clock\n");
	mips->reset = devm_reset_control_get_optional_exclusive(dev, "mips");
	if (IS_ERR(mips->reset))
		return dev_err_probe(dev, PTR_ERR(mips->reset), "no reset\n");
	return 0;
}

static void sunxi_mips_stop_clock(void *data)
{
	struct sunxi_mips *mips = data;

	/* It may have been started meanwhile, and goes on without the driver. */
	if (mips->state == HY300_MIPS_OFF)
		clk_disable_unprepare(mips->clk);
}

/**
 * sunxi_mips_supply() - give a processor that is off its clock, and end its reset
 * @mips: the processor, attached
 *
 * One that runs has both from U-Boot and keeps them, also when the driver goes: the picture hangs
 * on them. Its clock is held so that nobody else stops it, and never let go.
 *
 * Return: 0 or a negative error, which was said.
 */
int sunxi_mips_supply(struct sunxi_mips *mips)
{
	int ret = clk_prepare_enable(mips->clk);

	if (ret)
		return dev_err_probe(mips->dev, ret, "the clock does not start\n");
	if (mips->attached)
		return 0;
	ret = devm_add_action_or_reset(mips->dev, sunxi_mips_stop_clock, mips);
	if (ret || !reset_control_status(mips->reset))
		return ret;
	ret = reset_control_deassert(mips->reset);
	if (ret)
		dev_err_probe(mips->dev, ret, "the reset does not end\n");
	return ret;
}

static const struct reserved_mem *sunxi_mips_reserved(struct device *dev, int index)
{
	struct device_node *node = of_parse_phandle(dev->of_node, "memory-region", index);
	const struct reserved_mem *memory = node ? of_reserved_mem_lookup(node) : NULL;

	of_node_put(node);
	return memory;
}

static int sunxi_mips_get_memory(struct sunxi_mips *mips, struct platform_device *pdev)
{
	struct device *dev = mips->dev;
	const struct reserved_mem *memory;
	struct resource *resource;
	int index;

	if (!dev->of_node) {
		resource = platform_get_resource_byname(pdev, IORESOURCE_MEM, "memory");
		if (!resource)
			return dev_err_probe(dev, -ENXIO, "no resource memory\n");
		mips->memory = resource->start;
		mips->memory_size = resource_size(resource);
		return 0;
	}

	memory = sunxi_mips_reserved(dev, 0);
	if (!memory)
		return dev_err_probe(dev, -ENXIO, "no memory-region\n");
	mips->memory = memory->base;
	mips->memory_size = memory->size;

	index = of_property_match_string(dev->of_node, "memory-region-names", "share");
	if (index >= 0) {
		memory = sunxi_mips_reserved(dev, index);
		if (!memory)
			return dev_err_probe(dev, -ENXIO, "no memory-region for share\n");
		mips->share = memory->base;
		mips->share_size = memory->size;
	}
	return 0;
}

static int sunxi_mips_get_layout(struct sunxi_mips *mips)
{
	u32 numbers[2 * SUNXI_MIPS_REGIONS];
	struct device *dev = mips->dev;
	int ret, i;

	memcpy(mips->layout, mips->variant->layout, sizeof(mips->layout));
	if (device_property_present(dev, "hy300,memory-layout")) {
		ret = device_property_read_u32_array(dev, "hy300,memory-layout", numbers,
						     ARRAY_SIZE(numbers));
		if (ret)
			return dev_err_probe(dev, ret, "hy300,memory-layout is not six regions\n");
		for (i = 0; i < SUNXI_MIPS_REGIONS; i++) {
			mips->layout[i].offset = numbers[2 * i];
			mips->layout[i].size = numbers[2 * i + 1];
		}
	}
	ret = sunxi_mips_check_layout(mips->layout, mips->memory_size);
	if (ret)
		return dev_err_probe(dev, ret, "the regions do not suit %pa bytes of memory\n",
				     &mips->memory_size);
	return 0;
}

/*
 * The processor's memory is not Linux's as a rule, and it is not coherent with
 * the processor's caches, so it is mapped uncached. Where it is part of Linux's
 * own memory a cached mapping exists, and a second one may not be unlike it.
 */
static void *sunxi_mips_map(struct sunxi_mips *mips, enum sunxi_mips_region_number number)
{
	resource_size_t start = mips->memory + mips->layout[number].offset;
	size_t size = mips->layout[number].size;
	bool own = region_intersects(start, size, IORESOURCE_SYSTEM_RAM,
				     IORES_DESC_NONE) == REGION_INTERSECTS;

	return devm_memremap(mips->dev, start, size, own ? MEMREMAP_WB : MEMREMAP_WC);
}

static int sunxi_mips_map_memory(struct sunxi_mips *mips)
{
	mips->firmware_region = sunxi_mips_map(mips, SUNXI_MIPS_FIRMWARE);
	if (IS_ERR(mips->firmware_region))
		return PTR_ERR(mips->firmware_region);
	mips->debug_region = sunxi_mips_map(mips, SUNXI_MIPS_DEBUG);
	return PTR_ERR_OR_ZERO(mips->debug_region);
}

static int sunxi_mips_get_firmware(struct sunxi_mips *mips)
{
	const char *name = "display.bin";
	struct device *dev = mips->dev;

	device_property_read_string(dev, "firmware-name", &name);
	if (!sunxi_mips_plain_name(name) ||
	    strscpy(mips->default_name, name, sizeof(mips->default_name)) < 0)
		return dev_err_probe(dev, -EINVAL, "firmware-name is not a plain name\n");
	mips->expected_crc32 = mips->variant->firmware_crc32;
	device_property_read_u32(dev, "hy300,firmware-crc32", &mips->expected_crc32);
	return 0;
}

/**
 * sunxi_mips_describe() - take what the platform device says of the processor
 * @mips: the processor
 * @pdev: the platform device
 *
 * Return: 0 or a negative error, which was said.
 */
int sunxi_mips_describe(struct sunxi_mips *mips, struct platform_device *pdev)
{
	int ret;

	mips->regmap = devm_hy300_registers(pdev, "mips", &mips->variant->identity);
	if (IS_ERR(mips->regmap))
		return PTR_ERR(mips->regmap);
	ret = sunxi_mips_get_supplies(mips);
	if (ret)
		return ret;
	ret = sunxi_mips_get_memory(mips, pdev);
	if (ret)
		return ret;
	ret = sunxi_mips_get_layout(mips);
	if (ret)
		return ret;
	ret = sunxi_mips_map_memory(mips);
	if (ret)
		return dev_err_probe(mips->dev, ret, "the memory cannot be mapped\n");
	return sunxi_mips_get_firmware(mips);
}
