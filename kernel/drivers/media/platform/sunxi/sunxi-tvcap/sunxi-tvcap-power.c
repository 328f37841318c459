// SPDX-License-Identifier: GPL-2.0
/*
 * HDMI input of Allwinner's H713: its clocks and resets, on and off, sleep.
 *
 * The clocks run while the input is on. A reset that holds it is ended, and begins again with the
 * end of the clocks; one that had ended before is somebody else's, and stays as it is.
 */

#include <linux/clk.h>
#include <linux/device.h>
#include <linux/lockdep.h>
#include <linux/pm.h>
#include <linux/reset.h>
#include <linux/workqueue.h>

#include "sunxi-tvcap.h"

static const char * const sunxi_tvcap_clocks[SUNXI_TVCAP_CLOCKS] = {
	"bus", "capture", "dma", "top"
};

static const char * const sunxi_tvcap_resets[SUNXI_TVCAP_RESETS] = { "capture", "top" };

/**
 * sunxi_tvcap_get_supplies() - look up clocks and resets, and change nothing
 * @tvcap: the input
 *
 * Return: 0 or a negative error, which was said.
 */
int sunxi_tvcap_get_supplies(struct sunxi_tvcap *tvcap)
{
	struct device *dev = tvcap->dev;
	unsigned int i;
	int ret;

	for (i = 0; i < SUNXI_TVCAP_CLOCKS; i++)
		tvcap->clocks[i].id = sunxi_tvcap_clocks[i];
	ret = devm_clk_bulk_get_optional(dev, SUNXI_TVCAP_CLOCKS, tvcap->clocks);
	if (ret)
		return dev_err_probe(dev, ret, "a clock is missing\n");
	for (i = 0; i < SUNXI_TVCAP_RESETS; i++) {
		tvcap->resets[i] =
			devm_reset_control_get_optional_exclusive(dev, sunxi_tvcap_resets[i]);
		if (IS_ERR(tvcap->resets[i]))
			return dev_err_probe(dev, PTR_ERR(tvcap->resets[i]), "no reset %s\n",
					     sunxi_tvcap_resets[i]);
	}
	return 0;
}

/**
 * sunxi_tvcap_unsupply() - stop the clocks
 * @tvcap: the input; nothing happens when they do not run
 */
void sunxi_tvcap_unsupply(struct sunxi_tvcap *tvcap)
{
	unsigned int i;

	if (!tvcap->supplied)
		return;
	tvcap->supplied = false;
	for (i = 0; i < SUNXI_TVCAP_RESETS; i++) {
		if (tvcap->reset_ended[i])
			reset_control_assert(tvcap->resets[i]);
		tvcap->reset_ended[i] = false;
	}
	clk_bulk_disable_unprepare(SUNXI_TVCAP_CLOCKS, tvcap->clocks);
}

/* Whether a reset is on some controllers cannot say; to end one that has ended is harmless. */
static int sunxi_tvcap_end_resets(struct sunxi_tvcap *tvcap)
{
	int ret = 0, status;
	unsigned int i;

	for (i = 0; !ret && i < SUNXI_TVCAP_RESETS; i++) {
		status = reset_control_status(tvcap->resets[i]);
		if (status)
			ret = reset_control_deassert(tvcap->resets[i]);
		tvcap->reset_ended[i] = !ret && status > 0;
	}
	return ret;
}

/**
 * sunxi_tvcap_supply() - let the clocks run, and reset the input
 * @tvcap: the input; nothing happens when they run
 *
 * Return: 0 or a negative error, which was said.
 */
int sunxi_tvcap_supply(struct sunxi_tvcap *tvcap)
{
	int ret;

	if (tvcap->supplied)
		return 0;
	ret = clk_bulk_prepare_enable(SUNXI_TVCAP_CLOCKS, tvcap->clocks);
	if (ret)
		return dev_err_probe(tvcap->dev, ret, "a clock does not start\n");
	tvcap->supplied = true;
	ret = sunxi_tvcap_end_resets(tvcap);
	if (ret)
		dev_err_probe(tvcap->dev, ret, "a reset does not end\n");
	else
		ret = sunxi_tvcap_reset(tvcap);
	if (ret)
		sunxi_tvcap_unsupply(tvcap);
	return ret;
}

static void sunxi_tvcap_power_up(struct sunxi_tvcap *tvcap)
{
	lockdep_assert_held(&tvcap->slock);
	tvcap->powered = true;
	sunxi_tvcap_power(tvcap, true);
}

static void sunxi_tvcap_power_down(struct sunxi_tvcap *tvcap)
{
	lockdep_assert_held(&tvcap->slock);
	if (tvcap->powered)
		sunxi_tvcap_power(tvcap, false);
	tvcap->powered = false;
}

static int sunxi_tvcap_switch_on(struct sunxi_tvcap *tvcap)
{
	int ret = sunxi_tvcap_supply(tvcap);

	if (ret)
		return ret;
	spin_lock_irq(&tvcap->slock);
	tvcap->enabled = true;
	sunxi_tvcap_power_up(tvcap);
	sunxi_tvcap_publish(tvcap);
	spin_unlock_irq(&tvcap->slock);
	mod_delayed_work(system_wq, &tvcap->sample, 0);
	return 0;
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
	sunxi_tvcap_power_down(tvcap);
	memset(&tvcap->input, 0, sizeof(tvcap->input));
	memset(&tvcap->see_connected, 0, sizeof(tvcap->see_connected));
	memset(&tvcap->see_locked, 0, sizeof(tvcap->see_locked));
	memset(&tvcap->see_mode, 0, sizeof(tvcap->see_mode));
	tvcap->error = HY300_TVCAP_ERROR_NONE;
	sunxi_tvcap_publish(tvcap);
	spin_unlock_irq(&tvcap->slock);
	sunxi_tvcap_unsupply(tvcap);
}

/**
 * sunxi_tvcap_enable() - switch the input on or off
 * @tvcap: the input
 * @enabled: on; or off, which ends a stream
 *
 * Return: 0, -ENODEV when the device is going, -ETIMEDOUT when it does not become ready, or an
 * error of its clocks and resets.
 */
int sunxi_tvcap_enable(struct sunxi_tvcap *tvcap, bool enabled)
{
	int ret = 0;

	mutex_lock(&tvcap->lock);
	if (tvcap->closing) {
		ret = -ENODEV;
	} else if (enabled && !tvcap->enabled) {
		ret = sunxi_tvcap_switch_on(tvcap);
	} else if (!enabled && tvcap->enabled) {
		sunxi_tvcap_switch_off(tvcap);
		sunxi_tvcap_tell(tvcap, false);
	}
	mutex_unlock(&tvcap->lock);
	return ret;
}

/**
 * sunxi_tvcap_close() - switch the input off for good
 * @tvcap: the input
 */
void sunxi_tvcap_close(struct sunxi_tvcap *tvcap)
{
	mutex_lock(&tvcap->lock);
	spin_lock_irq(&tvcap->slock);
	tvcap->closing = true;
	spin_unlock_irq(&tvcap->slock);
	if (tvcap->enabled)
		sunxi_tvcap_switch_off(tvcap);
	mutex_unlock(&tvcap->lock);
}

static int sunxi_tvcap_suspend(struct device *dev)
{
	struct sunxi_tvcap *tvcap = dev_get_drvdata(dev);

	mutex_lock(&tvcap->lock);
	spin_lock_irq(&tvcap->slock);
	tvcap->asleep = true;
	if (tvcap->powered)
		sunxi_tvcap_update_capture(tvcap);
	spin_unlock_irq(&tvcap->slock);
	cancel_delayed_work_sync(&tvcap->sample);
	if (tvcap->powered)
		sunxi_tvcap_end_dma(tvcap);
	spin_lock_irq(&tvcap->slock);
	sunxi_tvcap_power_down(tvcap);
	spin_unlock_irq(&tvcap->slock);
	sunxi_tvcap_unsupply(tvcap);
	mutex_unlock(&tvcap->lock);
	return 0;
}

/* A stream goes on when the next samples see its source. */
static int sunxi_tvcap_resume(struct device *dev)
{
	struct sunxi_tvcap *tvcap = dev_get_drvdata(dev);
	int ret = 0;

	mutex_lock(&tvcap->lock);
	if (tvcap->enabled)
		ret = sunxi_tvcap_supply(tvcap);
	spin_lock_irq(&tvcap->slock);
	tvcap->asleep = false;
	if (tvcap->enabled && !ret)
		sunxi_tvcap_power_up(tvcap);
	spin_unlock_irq(&tvcap->slock);
	if (tvcap->powered)
		mod_delayed_work(system_wq, &tvcap->sample, 0);
	mutex_unlock(&tvcap->lock);
	return ret;
}

const struct dev_pm_ops sunxi_tvcap_pm = {
	SYSTEM_SLEEP_PM_OPS(sunxi_tvcap_suspend, sunxi_tvcap_resume)
};
