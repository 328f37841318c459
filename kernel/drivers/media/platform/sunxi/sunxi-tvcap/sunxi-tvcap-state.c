// SPDX-License-Identifier: GPL-2.0
/*
 * HDMI input of Allwinner's H713: tells its state's readers of what changes.
 */

#include <linux/device.h>
#include <linux/lockdep.h>
#include <linux/timekeeping.h>

#include "sunxi-tvcap.h"

/**
 * sunxi_tvcap_publish() - wake the readers of what has changed since the last call
 * @tvcap: the input, @slock held, which orders the changes
 */
void sunxi_tvcap_publish(struct sunxi_tvcap *tvcap)
{
	const s64 now[HY300_TVCAP_STATES] = {
		[HY300_TVCAP_ENABLED] = tvcap->enabled,
		[HY300_TVCAP_HDMI_CONNECTED] = tvcap->input.connected,
		[HY300_TVCAP_SIGNAL_DETECTED] = tvcap->input.locked,
		[HY300_TVCAP_RESOLUTION] = tvcap->input.height << 16 | tvcap->input.width,
		[HY300_TVCAP_FORMAT] = sunxi_tvcap_formats[tvcap->format].fourcc,
		[HY300_TVCAP_STREAMING] = tvcap->streaming,
		[HY300_TVCAP_ERROR] = tvcap->error,
	};
	unsigned int i;

	lockdep_assert_held(&tvcap->slock);
	for (i = 0; i < HY300_TVCAP_STATES; i++) {
		if (now[i] == tvcap->notified[i])
			continue;
		tvcap->notified[i] = now[i];
		hy300_notify(&tvcap->sub, i, now[i]);
	}
}

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
