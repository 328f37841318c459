// SPDX-License-Identifier: GPL-2.0
/*
 * HDMI input of Allwinner's H713, as the HY300 projector has it. Binds to the
 * platform device, switches the input on and off, and takes its interrupts.
 *
 * Whatever an open file needs lives as long as the file, which may be longer
 * than the device is bound; struct v4l2_device counts the references.
 */

#include <linux/clk.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/regmap.h>
#include <linux/reset.h>
#include <linux/slab.h>
#include <linux/v4l2-dv-timings.h>

#include "sunxi-tvcap.h"

#define SUNXI_TVCAP_NAME	"sunxi-tvcap"

static const char * const sunxi_tvcap_clocks[] = { "bus", "capture", "dma", "top" };
static const char * const sunxi_tvcap_resets[] = { "capture", "top" };

/**
 * sunxi_tvcap_fail() - count an error and show it
 * @tvcap: the input, @slock held
 * @error: which
 */
void sunxi_tvcap_fail(struct sunxi_tvcap *tvcap, enum hy300_tvcap_error error)
{
	lockdep_assert_held(&tvcap->slock);
	tvcap->count.errors[error]++;
	tvcap->error = error;
	tvcap->error_time = ktime_get_ns();
	sunxi_tvcap_publish(tvcap);
}

static irqreturn_t sunxi_tvcap_interrupt(int irq, void *data)
{
	struct sunxi_tvcap *tvcap = data;
	const struct sunxi_tvcap_variant *v = tvcap->variant;
	unsigned long flags;
	bool failed = false;
	unsigned int i;
	u32 status;

	spin_lock_irqsave(&tvcap->slock, flags);
	status = sunxi_tvcap_interrupts(tvcap);
	if (!status) {
		spin_unlock_irqrestore(&tvcap->slock, flags);
		return IRQ_NONE;
	}
	tvcap->count.interrupts++;
	for (i = 0; i < HY300_TVCAP_ERRORS; i++) {
		if (status & v->errors[i]) {
			sunxi_tvcap_fail(tvcap, i);
			failed = true;
		}
	}
	if (failed || status & v->irq_frame)
		sunxi_tvcap_collect(tvcap, failed);
	if (status & (v->irq_input | v->irq_format | v->irq_hotplug) && tvcap->enabled &&
	    !tvcap->closing)
		mod_delayed_work(system_wq, &tvcap->sample, 0);
	spin_unlock_irqrestore(&tvcap->slock, flags);
	return IRQ_HANDLED;
}

static void sunxi_tvcap_switch_on(struct sunxi_tvcap *tvcap)
{
	spin_lock_irq(&tvcap->slock);
	tvcap->enabled = true;
	sunxi_tvcap_power(tvcap, true);
	sunxi_tvcap_publish(tvcap);
	spin_unlock_irq(&tvcap->slock);
	mod_delayed_work(system_wq, &tvcap->sample, 0);
}

static void sunxi_tvcap_switch_off(struct sunxi_tvcap *tvcap)
{
	bool streaming;

	spin_lock_irq(&tvcap->slock);
	tvcap->enabled = false;
	streaming = tvcap->streaming;
	spin_unlock_irq(&tvcap->slock);
	/* It takes no lock but slock, and does not come back. */
	cancel_delayed_work_sync(&tvcap->sample);

	if (streaming) {
		sunxi_tvcap_end_stream(tvcap);
		vb2_queue_error(&tvcap->queue);
	}
	spin_lock_irq(&tvcap->slock);
	sunxi_tvcap_power(tvcap, false);
	memset(&tvcap->input, 0, sizeof(tvcap->input));
	memset(&tvcap->see_connected, 0, sizeof(tvcap->see_connected));
	memset(&tvcap->see_locked, 0, sizeof(tvcap->see_locked));
	memset(&tvcap->see_mode, 0, sizeof(tvcap->see_mode));
	tvcap->error = HY300_TVCAP_ERROR_NONE;
	sunxi_tvcap_publish(tvcap);
	spin_unlock_irq(&tvcap->slock);
}

/**
 * sunxi_tvcap_enable() - switch the input on or off
 * @tvcap: the input
 * @enabled: on; or off, which ends a stream
 *
 * Return: 0, -ENODEV when the device is going.
 */
int sunxi_tvcap_enable(struct sunxi_tvcap *tvcap, bool enabled)
{
	int ret = 0;

	mutex_lock(&tvcap->lock);
	if (tvcap->closing) {
		ret = -ENODEV;
	} else if (enabled && !tvcap->enabled) {
		sunxi_tvcap_switch_on(tvcap);
	} else if (!enabled && tvcap->enabled) {
		sunxi_tvcap_switch_off(tvcap);
		sunxi_tvcap_tell(tvcap, false);
	}
	mutex_unlock(&tvcap->lock);
	return ret;
}

/* Undone in the reverse order: no more user space, then no more hardware, no more readers. */
static void sunxi_tvcap_close(void *data)
{
	struct sunxi_tvcap *tvcap = data;

	mutex_lock(&tvcap->lock);
	spin_lock_irq(&tvcap->slock);
	tvcap->closing = true;
	spin_unlock_irq(&tvcap->slock);
	if (tvcap->enabled)
		sunxi_tvcap_switch_off(tvcap);
	mutex_unlock(&tvcap->lock);
}

static void sunxi_tvcap_cancel_sample(void *data)
{
	cancel_delayed_work_sync(data);
}

static void sunxi_tvcap_release(struct v4l2_device *v4l2_dev)
{
	struct sunxi_tvcap *tvcap = container_of(v4l2_dev, struct sunxi_tvcap, v4l2_dev);

	v4l2_ctrl_handler_free(&tvcap->ctrls);
	v4l2_device_unregister(&tvcap->v4l2_dev);
	mutex_destroy(&tvcap->lock);
	kfree(tvcap);
}

static void sunxi_tvcap_put(void *data)
{
	struct sunxi_tvcap *tvcap = data;

	v4l2_device_disconnect(&tvcap->v4l2_dev);
	v4l2_device_put(&tvcap->v4l2_dev);
}

static void sunxi_tvcap_assert_resets(void *data)
{
	reset_control_assert(data);
}

static void sunxi_tvcap_stop_clock(void *data)
{
	clk_disable_unprepare(data);
}

/* Boards name those that Linux has to take care of; U-Boot leaves the others running. */
static int sunxi_tvcap_start_clocks(struct device *dev)
{
	struct reset_control *reset;
	struct clk *clock;
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(sunxi_tvcap_clocks); i++) {
		clock = devm_clk_get_optional(dev, sunxi_tvcap_clocks[i]);
		ret = PTR_ERR_OR_ZERO(clock);
		if (!ret)
			ret = clk_prepare_enable(clock);
		if (ret)
			return dev_err_probe(dev, ret, "clock %s does not start\n",
					     sunxi_tvcap_clocks[i]);
		ret = devm_add_action_or_reset(dev, sunxi_tvcap_stop_clock, clock);
		if (ret)
			return ret;
	}
	for (i = 0; i < ARRAY_SIZE(sunxi_tvcap_resets); i++) {
		reset = devm_reset_control_get_optional_exclusive(dev, sunxi_tvcap_resets[i]);
		ret = PTR_ERR_OR_ZERO(reset);
		if (!ret)
			ret = reset_control_deassert(reset);
		if (ret)
			return dev_err_probe(dev, ret, "reset %s does not end\n",
					     sunxi_tvcap_resets[i]);
		ret = devm_add_action_or_reset(dev, sunxi_tvcap_assert_resets, reset);
		if (ret)
			return ret;
	}
	return 0;
}

/* As a cell of a multi-function device the parent has the registers, else the device has. */
static struct regmap *sunxi_tvcap_get_registers(struct platform_device *pdev, const char *name)
{
	const struct regmap_config config = {
		.name = name,
		.reg_bits = 32,
		.val_bits = 32,
		.reg_stride = 4,
		.fast_io = true,
	};
	struct regmap *map = NULL;
	void __iomem *base;

	if (pdev->dev.parent)
		map = dev_get_regmap(pdev->dev.parent, name);
	if (map)
		return map;
	base = devm_platform_ioremap_resource_byname(pdev, name);
	if (IS_ERR(base))
		return ERR_CAST(base);
	return devm_regmap_init_mmio(&pdev->dev, base, &config);
}

/* The structure and the references to it */
static struct sunxi_tvcap *sunxi_tvcap_create(struct device *dev)
{
	struct sunxi_tvcap *tvcap = kzalloc(sizeof(*tvcap), GFP_KERNEL);
	int ret;

	if (!tvcap)
		return ERR_PTR(-ENOMEM);
	tvcap->dev = dev;
	mutex_init(&tvcap->lock);
	spin_lock_init(&tvcap->slock);
	INIT_LIST_HEAD(&tvcap->waiting);
	INIT_DELAYED_WORK(&tvcap->sample, sunxi_tvcap_sample);
	tvcap->timings = (struct v4l2_dv_timings)V4L2_DV_BT_CEA_1280X720P60;

	dev_set_drvdata(dev, tvcap);
	ret = v4l2_device_register(dev, &tvcap->v4l2_dev);
	if (ret) {
		kfree(tvcap);
		return ERR_PTR(ret);
	}
	tvcap->v4l2_dev.release = sunxi_tvcap_release;
	ret = devm_add_action_or_reset(dev, sunxi_tvcap_put, tvcap);
	return ret ? ERR_PTR(ret) : tvcap;
}

static int sunxi_tvcap_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct sunxi_tvcap *tvcap;
	int irq, ret;

	tvcap = sunxi_tvcap_create(dev);
	if (IS_ERR(tvcap))
		return PTR_ERR(tvcap);
	tvcap->variant = device_get_match_data(dev);
	if (!tvcap->variant)
		tvcap->variant = &sunxi_tvcap_h713;
	tvcap->sample_ms = 100;
	device_property_read_u32(dev, "allwinner,sample-interval-ms", &tvcap->sample_ms);
	tvcap->debounce_samples = 3;
	device_property_read_u32(dev, "allwinner,debounce-samples", &tvcap->debounce_samples);

	irq = platform_get_irq(pdev, 0);
	if (irq < 0)
		return irq;
	tvcap->tvtop = sunxi_tvcap_get_registers(pdev, "tvtop");
	if (IS_ERR(tvcap->tvtop))
		return dev_err_probe(dev, PTR_ERR(tvcap->tvtop), "no registers tvtop\n");
	tvcap->path = sunxi_tvcap_get_registers(pdev, "tvcap");
	if (IS_ERR(tvcap->path))
		return dev_err_probe(dev, PTR_ERR(tvcap->path), "no registers tvcap\n");
	ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(32));
	if (ret)
		return dev_err_probe(dev, ret, "no memory with addresses of 32 bits\n");
	ret = sunxi_tvcap_start_clocks(dev);
	if (ret)
		return ret;
	ret = sunxi_tvcap_reset(tvcap);
	if (ret)
		return dev_err_probe(dev, ret, "the receiver is not ready after its reset\n");

	ret = sunxi_tvcap_init_video(tvcap);
	if (ret)
		return ret;
	sunxi_tvcap_register_class(tvcap);
	ret = devm_add_action_or_reset(dev, sunxi_tvcap_cancel_sample, &tvcap->sample);
	if (ret)
		return ret;
	ret = devm_request_irq(dev, irq, sunxi_tvcap_interrupt, 0, dev_name(dev), tvcap);
	if (ret)
		return dev_err_probe(dev, ret, "no interrupt\n");
	ret = devm_add_action_or_reset(dev, sunxi_tvcap_close, tvcap);
	if (ret)
		return ret;
	ret = sunxi_tvcap_register_video(tvcap);
	if (ret)
		return dev_err_probe(dev, ret, "no video node\n");
	return sunxi_tvcap_enable(tvcap, true);
}

/* Nothing writes to memory that the next kernel may have other plans for. */
static void sunxi_tvcap_shutdown(struct platform_device *pdev)
{
	sunxi_tvcap_close(platform_get_drvdata(pdev));
}

static const struct of_device_id sunxi_tvcap_of_match[] = {
	{ .compatible = "allwinner,sun50i-h713-tvcap", .data = &sunxi_tvcap_h713 },
	{ }
};
MODULE_DEVICE_TABLE(of, sunxi_tvcap_of_match);

static const struct platform_device_id sunxi_tvcap_ids[] = {
	{ .name = SUNXI_TVCAP_NAME },
	{ }
};
MODULE_DEVICE_TABLE(platform, sunxi_tvcap_ids);

static struct platform_driver sunxi_tvcap_driver = {
	.probe = sunxi_tvcap_probe,
	.shutdown = sunxi_tvcap_shutdown,
	.id_table = sunxi_tvcap_ids,
	.driver = {
		.name = SUNXI_TVCAP_NAME,
		.of_match_table = sunxi_tvcap_of_match,
	},
};
module_platform_driver(sunxi_tvcap_driver);

MODULE_DESCRIPTION("HDMI input of Allwinner H713");
MODULE_LICENSE("GPL");
