// SPDX-License-Identifier: GPL-2.0
/*
 * HDMI input of Allwinner's H713, as the HY300 projector has it. Binds to the
 * platform device and takes its interrupts.
 *
 * Whatever an open file needs lives as long as the file, which may be longer
 * than the device is bound; struct v4l2_device counts the references.
 */

#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/v4l2-dv-timings.h>

#include "sunxi-tvcap.h"

#define SUNXI_TVCAP_NAME	"sunxi-tvcap"

static irqreturn_t sunxi_tvcap_interrupt(int irq, void *data)
{
	struct sunxi_tvcap *tvcap = data;
	const struct sunxi_tvcap_variant *v = tvcap->variant;
	unsigned long flags;
	bool failed = false;
	unsigned int i;
	u32 status;

	spin_lock_irqsave(&tvcap->slock, flags);
	status = tvcap->powered ? sunxi_tvcap_interrupts(tvcap) : 0;
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
	if (status & (v->irq_input | v->irq_format | v->irq_hotplug) && sunxi_tvcap_looks(tvcap))
		mod_delayed_work(system_wq, &tvcap->sample, 0);
	spin_unlock_irqrestore(&tvcap->slock, flags);
	return IRQ_HANDLED;
}

static void sunxi_tvcap_stop(void *data)
{
	sunxi_tvcap_unsupply(data);
}

/* Undone in the reverse order: no more user space, then no more hardware, no more readers. */
static void sunxi_tvcap_switch_off_for_good(void *data)
{
	sunxi_tvcap_close(data);
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

	tvcap->tvtop = devm_hy300_registers(pdev, "tvtop", &tvcap->variant->identity);
	if (IS_ERR(tvcap->tvtop))
		return PTR_ERR(tvcap->tvtop);
	tvcap->path = devm_hy300_registers(pdev, "tvcap", &tvcap->variant->identity);
	if (IS_ERR(tvcap->path))
		return PTR_ERR(tvcap->path);
	irq = platform_get_irq(pdev, 0);
	if (irq < 0)
		return irq;
	ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(32));
	if (ret)
		return dev_err_probe(dev, ret, "no memory with addresses of 32 bits\n");
	ret = sunxi_tvcap_get_supplies(tvcap);
	if (!ret)
		ret = devm_add_action_or_reset(dev, sunxi_tvcap_stop, tvcap);
	if (!ret)
		ret = sunxi_tvcap_supply(tvcap);
	if (ret)
		return ret;

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
	ret = devm_add_action_or_reset(dev, sunxi_tvcap_switch_off_for_good, tvcap);
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
	{ .compatible = "hy300,test-tvcap", .data = &sunxi_tvcap_test },
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
		.pm = pm_sleep_ptr(&sunxi_tvcap_pm),
	},
};
module_platform_driver(sunxi_tvcap_driver);

MODULE_DESCRIPTION("HDMI input of Allwinner H713");
MODULE_LICENSE("GPL");
