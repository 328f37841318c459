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
#include <linux/regmap.h>
#include <linux/reset.h>
#include <linux/string.h>

#include "sunxi-mipsloader.h"

static const struct regmap_config sunxi_mips_regmap = {
	.name = "mips",
	.reg_bits = 32,
	.val_bits = 32,
	.reg_stride = 4,
	.max_register = 0xfc,
	.fast_io = true,
};

/* The registers are the parent's when that is a multi-function device, else the device's own. */
static int sunxi_mips_get_registers(struct sunxi_mips *mips, struct platform_device *pdev)
{
	void __iomem *base;

	mips->regmap = dev_get_regmap(pdev->dev.parent, "mips");
	if (mips->regmap)
		return 0;
	base = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(base))
		return PTR_ERR(base);
	mips->regmap = devm_regmap_init_mmio(&pdev->dev, base, &sunxi_mips_regmap);
	return PTR_ERR_OR_ZERO(mips->regmap);
}

/* U-Boot has enabled both where the processor runs; it must not notice. */
static int sunxi_mips_enable(struct device *dev)
{
	struct reset_control *reset;
	struct clk *clk;

	clk = devm_clk_get_optional_enabled(dev, "mips");
	if (IS_ERR(clk))
		return dev_err_probe(dev, PTR_ERR(clk), "no clock\n");
	reset = devm_reset_control_get_optional_exclusive(dev, "mips");
	if (IS_ERR(reset))
		return dev_err_probe(dev, PTR_ERR(reset), "no reset\n");
	return reset_control_deassert(reset);
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
	int ret = sunxi_mips_get_registers(mips, pdev);

	if (ret)
		return dev_err_probe(mips->dev, ret, "no registers\n");
	ret = sunxi_mips_enable(mips->dev);
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
