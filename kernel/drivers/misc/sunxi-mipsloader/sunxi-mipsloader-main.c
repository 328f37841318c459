// SPDX-License-Identifier: GPL-2.0
/*
 * MIPS co-processor of the Allwinner H713, which drives the display of the
 * HY300 and HY310 projectors. U-Boot has usually started it; this driver
 * attaches to it, follows its state, restarts it and loads its firmware. Binds
 * to the platform device and reads its description.
 */

#include <linux/interrupt.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/property.h>
#include <linux/slab.h>

#include "sunxi-mipsloader.h"

/*
 * A model of what the HY300 research port has taken out of the vendor's binaries: no device has
 * CMD, STATUS, DATA and CONTROL, nor the interrupt, and on those that are known U-Boot starts the
 * processor once and for all. The addresses of the memories alone were seen on an HY310. The
 * regions are those of the model, too, and the CRC is that of one unit's display.bin.
 */
#define SUNXI_MIPS_MODEL						\
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
	.power_down_ms = 100,						\
	.layout = {							\
		[SUNXI_MIPS_BOOT_CODE] = { 0x000000, 0x0001000 },	\
		[SUNXI_MIPS_FIRMWARE] = { 0x001000, 0x0c00000 },	\
		[SUNXI_MIPS_DEBUG] = { 0xc01000, 0x0100000 },		\
		[SUNXI_MIPS_CONFIG] = { 0xd01000, 0x0040000 },		\
		[SUNXI_MIPS_TSE_DATABASE] = { 0xd41000, 0x0100000 },	\
		[SUNXI_MIPS_FRAMEBUFFER] = { 0xe41000, 0x1a00000 },	\
	}

#define SUNXI_MIPS_OFFSETS(_share_address, _share_size, _boot_address)	\
	.offsets = {							\
		[SUNXI_MIPS_CMD] = 0x00,				\
		[SUNXI_MIPS_STATUS] = 0x04,				\
		[SUNXI_MIPS_DATA] = 0x08,				\
		[SUNXI_MIPS_CONTROL] = 0x0c,				\
		[SUNXI_MIPS_SHARE_ADDRESS] = (_share_address),		\
		[SUNXI_MIPS_SHARE_SIZE] = (_share_size),		\
		[SUNXI_MIPS_BOOT_ADDRESS] = (_boot_address),		\
	}

static const struct sunxi_mips_variant sunxi_mips_h713 = {
	SUNXI_MIPS_OFFSETS(SUNXI_MIPS_NONE, SUNXI_MIPS_NONE, SUNXI_MIPS_NONE),
	SUNXI_MIPS_MODEL,
	.firmware_crc32 = 0xe0376895,
};

static const struct sunxi_mips_variant sunxi_mips_hy310 = {
	SUNXI_MIPS_OFFSETS(0x24, 0x28, 0x30),
	SUNXI_MIPS_MODEL,
};

/* The HY310's on memory, which the tests play the registers on. */
static const struct sunxi_mips_variant sunxi_mips_test = {
	.identity = { .verified = true, .offset = 0xf8, .value = HY300_TEST_IDENTITY },
	SUNXI_MIPS_OFFSETS(0x24, 0x28, 0x30),
	SUNXI_MIPS_MODEL,
};

static irqreturn_t sunxi_mips_interrupt(int irq, void *data)
{
	struct sunxi_mips *mips = data;

	if (!sunxi_mips_event(mips))
		return IRQ_NONE;
	sunxi_mips_follow(mips, 0);
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
	sunxi_mips_attach(mips);
	ret = sunxi_mips_supply(mips);
	if (ret)
		return ret;

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
	sunxi_mips_follow(mips, 0);
	return 0;
}

static void sunxi_mips_shutdown(struct platform_device *pdev)
{
	sunxi_mips_close(platform_get_drvdata(pdev));
}

/*
 * The memory is in self-refresh while the machine sleeps, which a processor
 * that runs from it does not survive. One that U-Boot has started is left
 * alone all the same: what has become of it can only be seen.
 */
static int sunxi_mips_suspend(struct device *dev)
{
	struct sunxi_mips *mips = dev_get_drvdata(dev);

	mutex_lock(&mips->lock);
	mips->asleep = true;
	mutex_unlock(&mips->lock);
	cancel_delayed_work_sync(&mips->sampler);
	mips->resume = mips->reset_by_us && sunxi_mips_sample(mips) != HY300_MIPS_OFF;
	if (mips->resume)
		sunxi_mips_power_down(mips);
	return 0;
}

static int sunxi_mips_resume(struct device *dev)
{
	struct sunxi_mips *mips = dev_get_drvdata(dev);

	if (mips->resume)
		sunxi_mips_restart(mips);
	mutex_lock(&mips->lock);
	mips->asleep = false;
	mutex_unlock(&mips->lock);
	sunxi_mips_follow(mips, 0);
	return 0;
}

static DEFINE_SIMPLE_DEV_PM_OPS(sunxi_mips_pm, sunxi_mips_suspend, sunxi_mips_resume);

static const struct of_device_id sunxi_mips_of_match[] = {
	{ .compatible = "allwinner,sun50i-h713-mips", .data = &sunxi_mips_h713 },
	{ .compatible = "hy310,sun50i-h713-mips", .data = &sunxi_mips_hy310 },
	{ .compatible = "hy300,test-mips", .data = &sunxi_mips_test },
	{ }
};
MODULE_DEVICE_TABLE(of, sunxi_mips_of_match);

static struct platform_driver sunxi_mips_driver = {
	.probe = sunxi_mips_probe,
	.shutdown = sunxi_mips_shutdown,
	.driver = {
		.name = "hy300-mips",
		.of_match_table = sunxi_mips_of_match,
		.pm = pm_sleep_ptr(&sunxi_mips_pm),
	},
};
module_platform_driver(sunxi_mips_driver);

MODULE_DESCRIPTION("MIPS co-processor of the Allwinner H713");
MODULE_ALIAS("platform:hy300-mips");
MODULE_FIRMWARE("display.bin");
MODULE_LICENSE("GPL");
