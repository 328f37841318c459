// SPDX-License-Identifier: GPL-2.0
/*
 * MIPS co-processor of the Allwinner H713, which drives the display of the
 * HY300 and HY310 projectors. U-Boot has usually started it; this driver
 * attaches to it, follows its state, restarts it and loads its firmware. Binds
 * to the platform device and reads its description.
 */

#include <linux/clk.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/property.h>
#include <linux/regmap.h>
#include <linux/reset.h>
#include <linux/slab.h>

#include "sunxi-mipsloader.h"

/*
 * What is known of the processor, and how well:
 * - The offsets 0x00 to 0x0c, the commands and the sequences with their times
 *   are read out of the stock firmware (HY300 research port), never confirmed.
 * - The share registers are verified on an HY310, the boot address is what its
 *   U-Boot port writes; without the share registers the processor boots but
 *   never gets its inter-processor memory.
 * - The states' numbers are those that the ports have seen; that DATA holds
 *   them, that STATUS bit 1 comes with the interrupt, and how long a boot
 *   takes, is assumed here until someone measures it.
 * - The regions are those of the stock device tree, the CRC is that of the
 *   stock display.bin (HY300); the HY310's firmware is another one.
 */
#define SUNXI_MIPS_GUESSED						\
	.control_reset = BIT(0),					\
	.status_busy = BIT(0),						\
	.status_event = BIT(1),						\
	.state_mask = GENMASK(7, 0),					\
	.command_power_down = 0x02,					\
	.command_keystone = 0x10,					\
	.reset_ms = 10,							\
	.boot_ms = 2000,						\
	.boot_attempts = 2,						\
	.command_ms = 1000,						\
	.power_down_ms = 100

#define SUNXI_MIPS_LAYOUT						\
	.layout = {							\
		[SUNXI_MIPS_BOOT_CODE] = { 0x000000, 0x0001000 },	\
		[SUNXI_MIPS_FIRMWARE] = { 0x001000, 0x0c00000 },	\
		[SUNXI_MIPS_DEBUG] = { 0xc01000, 0x0100000 },		\
		[SUNXI_MIPS_CONFIG] = { 0xd01000, 0x0040000 },		\
		[SUNXI_MIPS_TSE_DATABASE] = { 0xd41000, 0x0100000 },	\
		[SUNXI_MIPS_FRAMEBUFFER] = { 0xe41000, 0x1a00000 },	\
	}

static const struct sunxi_mips_variant sunxi_mips_h713 = {
	.offsets = {
		[SUNXI_MIPS_CMD] = 0x00,
		[SUNXI_MIPS_STATUS] = 0x04,
		[SUNXI_MIPS_DATA] = 0x08,
		[SUNXI_MIPS_CONTROL] = 0x0c,
		[SUNXI_MIPS_SHARE_ADDRESS] = SUNXI_MIPS_NONE,
		[SUNXI_MIPS_SHARE_SIZE] = SUNXI_MIPS_NONE,
		[SUNXI_MIPS_BOOT_ADDRESS] = SUNXI_MIPS_NONE,
	},
	SUNXI_MIPS_GUESSED,
	.firmware_crc32 = 0xe0376895,
	SUNXI_MIPS_LAYOUT,
};

static const struct sunxi_mips_variant sunxi_mips_hy310 = {
	.offsets = {
		[SUNXI_MIPS_CMD] = 0x00,
		[SUNXI_MIPS_STATUS] = 0x04,
		[SUNXI_MIPS_DATA] = 0x08,
		[SUNXI_MIPS_CONTROL] = 0x0c,
		[SUNXI_MIPS_SHARE_ADDRESS] = 0x24,
		[SUNXI_MIPS_SHARE_SIZE] = 0x28,
		[SUNXI_MIPS_BOOT_ADDRESS] = 0x30,
	},
	SUNXI_MIPS_GUESSED,
	SUNXI_MIPS_LAYOUT,
};

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

static irqreturn_t sunxi_mips_interrupt(int irq, void *data)
{
	struct sunxi_mips *mips = data;

	if (!sunxi_mips_event(mips))
		return IRQ_NONE;
	mod_delayed_work(system_power_efficient_wq, &mips->sampler, 0);
	return IRQ_HANDLED;
}

/* Without its interrupt the state is followed all the same, a little later. */
static int sunxi_mips_get_interrupt(struct sunxi_mips *mips, struct platform_device *pdev)
{
	int irq = platform_get_irq_optional(pdev, 0), ret;

	if (irq == -EPROBE_DEFER)
		return irq;
	if (irq == -ENXIO)
		return 0;
	ret = irq < 0 ? irq :
	      devm_request_threaded_irq(mips->dev, irq, NULL, sunxi_mips_interrupt, IRQF_ONESHOT,
					dev_name(mips->dev), mips);
	if (ret)
		dev_warn(mips->dev, "no interrupt (%d), working without it\n", ret);
	return 0;
}

static void sunxi_mips_release_structure(void *data)
{
	sunxi_mips_put(data);
}

/* Ends what goes on; descriptors that stay open can do nothing afterwards. */
static void sunxi_mips_close(void *data)
{
	struct sunxi_mips *mips = data;

	mutex_lock(&mips->lock);
	WRITE_ONCE(mips->closing, true);
	mutex_unlock(&mips->lock);
	/* The order that is being carried out sees that it is to end. */
	mutex_lock(&mips->order);
	mutex_unlock(&mips->order);
	cancel_delayed_work_sync(&mips->sampler);
}

static struct sunxi_mips *sunxi_mips_alloc(struct device *dev)
{
	struct sunxi_mips *mips = kzalloc(sizeof(*mips), GFP_KERNEL);
	int ret;

	if (!mips)
		return ERR_PTR(-ENOMEM);
	mips->dev = dev;
	mips->variant = device_get_match_data(dev);
	if (!mips->variant)
		mips->variant = &sunxi_mips_h713;
	kref_init(&mips->ref);
	mutex_init(&mips->order);
	mutex_init(&mips->lock);
	INIT_DELAYED_WORK(&mips->sampler, sunxi_mips_sampler);
	ret = devm_add_action_or_reset(dev, sunxi_mips_release_structure, mips);
	return ret ? ERR_PTR(ret) : mips;
}

static int sunxi_mips_describe(struct sunxi_mips *mips, struct platform_device *pdev)
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

static int sunxi_mips_probe(struct platform_device *pdev)
{
	struct sunxi_mips *mips = sunxi_mips_alloc(&pdev->dev);
	int ret;

	if (IS_ERR(mips))
		return PTR_ERR(mips);
	platform_set_drvdata(pdev, mips);
	ret = sunxi_mips_describe(mips, pdev);
	if (ret)
		return ret;
	ret = sunxi_mips_announce_share(mips);
	if (ret)
		return ret;
	sunxi_mips_attach(mips);

	/* In this order: at the end nothing goes on when the nodes and the attributes go. */
	sunxi_mips_show_in_class(mips);
	ret = sunxi_mips_create_node(mips);
	if (ret)
		return dev_err_probe(mips->dev, ret, "no /dev/mipsloader\n");
	ret = devm_add_action_or_reset(mips->dev, sunxi_mips_close, mips);
	if (ret)
		return ret;
	ret = sunxi_mips_get_interrupt(mips, pdev);
	if (ret)
		return ret;
	mod_delayed_work(system_power_efficient_wq, &mips->sampler, 0);
	return 0;
}

static void sunxi_mips_shutdown(struct platform_device *pdev)
{
	sunxi_mips_close(platform_get_drvdata(pdev));
}

/*
 * The memory is in self-refresh while the machine sleeps, which a processor
 * that runs from it does not survive.
 */
static int sunxi_mips_suspend(struct device *dev)
{
	struct sunxi_mips *mips = dev_get_drvdata(dev);

	cancel_delayed_work_sync(&mips->sampler);
	mips->resume = sunxi_mips_sample(mips) != HY300_MIPS_OFF;
	if (mips->resume)
		sunxi_mips_power_down(mips);
	return 0;
}

static int sunxi_mips_resume(struct device *dev)
{
	struct sunxi_mips *mips = dev_get_drvdata(dev);

	if (mips->resume)
		sunxi_mips_restart(mips);
	mod_delayed_work(system_power_efficient_wq, &mips->sampler, 0);
	return 0;
}

static DEFINE_SIMPLE_DEV_PM_OPS(sunxi_mips_pm, sunxi_mips_suspend, sunxi_mips_resume);

static const struct of_device_id sunxi_mips_of_match[] = {
	{ .compatible = "allwinner,sun50i-h713-mips", .data = &sunxi_mips_h713 },
	{ .compatible = "hy310,sun50i-h713-mips", .data = &sunxi_mips_hy310 },
	{ }
};
MODULE_DEVICE_TABLE(of, sunxi_mips_of_match);

static struct platform_driver sunxi_mips_driver = {
	.probe = sunxi_mips_probe,
	.shutdown = sunxi_mips_shutdown,
	.driver = {
		.name = "sunxi-mipsloader",
		.of_match_table = sunxi_mips_of_match,
		.pm = pm_sleep_ptr(&sunxi_mips_pm),
	},
};
module_platform_driver(sunxi_mips_driver);

MODULE_DESCRIPTION("MIPS co-processor of the Allwinner H713");
MODULE_ALIAS("platform:sunxi-mipsloader");
MODULE_FIRMWARE("display.bin");
MODULE_LICENSE("GPL");
