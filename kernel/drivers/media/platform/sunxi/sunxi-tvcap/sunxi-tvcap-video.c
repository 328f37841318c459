// SPDX-License-Identifier: GPL-2.0
/*
 * HDMI input of Allwinner's H713: the video node and its ioctls.
 */

#include <linux/device.h>
#include <linux/module.h>
#include <media/v4l2-dv-timings.h>
#include <media/v4l2-event.h>
#include <media/v4l2-ioctl.h>
#include <media/videobuf2-v4l2.h>

#include "sunxi-tvcap.h"

const struct sunxi_tvcap_format sunxi_tvcap_formats[SUNXI_TVCAP_FORMATS] = {
	[SUNXI_TVCAP_YUYV] = { V4L2_PIX_FMT_YUYV, 2, 16, false },
	[SUNXI_TVCAP_YUV420] = { V4L2_PIX_FMT_YUV420, 1, 12, false },
	[SUNXI_TVCAP_RGB24] = { V4L2_PIX_FMT_RGB24, 3, 24, true },
	[SUNXI_TVCAP_RGB32] = { V4L2_PIX_FMT_XRGB32, 4, 32, true },
};

static int sunxi_tvcap_querycap(struct file *file, void *fh, struct v4l2_capability *cap)
{
	strscpy(cap->driver, "sunxi-tvcap", sizeof(cap->driver));
	strscpy(cap->card, "H713 HDMI input", sizeof(cap->card));
	return 0;
}

static int sunxi_tvcap_enum_fmt(struct file *file, void *fh, struct v4l2_fmtdesc *desc)
{
	if (desc->index >= SUNXI_TVCAP_FORMATS)
		return -EINVAL;
	desc->pixelformat = sunxi_tvcap_formats[desc->index].fourcc;
	return 0;
}

/* The size is that of the timings, whatever was asked for. */
static void sunxi_tvcap_fill(const struct sunxi_tvcap *tvcap, unsigned int format,
			     struct v4l2_pix_format *pix)
{
	const struct sunxi_tvcap_format *info = &sunxi_tvcap_formats[format];
	const struct v4l2_bt_timings *bt = &tvcap->timings.bt;

	memset(pix, 0, sizeof(*pix));
	pix->width = bt->width;
	pix->height = bt->height;
	pix->pixelformat = info->fourcc;
	pix->field = V4L2_FIELD_NONE;
	pix->bytesperline = bt->width * info->bytes_per_pixel;
	pix->sizeimage = bt->width * bt->height * info->bits_per_pixel / 8;
	if (info->rgb)
		pix->colorspace = V4L2_COLORSPACE_SRGB;
	else
		pix->colorspace = bt->height < 720 ? V4L2_COLORSPACE_SMPTE170M :
						     V4L2_COLORSPACE_REC709;
}

static int sunxi_tvcap_g_fmt(struct file *file, void *fh, struct v4l2_format *format)
{
	struct sunxi_tvcap *tvcap = video_drvdata(file);

	sunxi_tvcap_fill(tvcap, tvcap->format, &format->fmt.pix);
	return 0;
}

static unsigned int sunxi_tvcap_find_format(u32 fourcc)
{
	unsigned int i;

	for (i = 0; i < SUNXI_TVCAP_FORMATS; i++) {
		if (sunxi_tvcap_formats[i].fourcc == fourcc)
			return i;
	}
	return SUNXI_TVCAP_YUYV;
}

static int sunxi_tvcap_try_fmt(struct file *file, void *fh, struct v4l2_format *format)
{
	sunxi_tvcap_fill(video_drvdata(file), sunxi_tvcap_find_format(format->fmt.pix.pixelformat),
			 &format->fmt.pix);
	return 0;
}

static int sunxi_tvcap_s_fmt(struct file *file, void *fh, struct v4l2_format *format)
{
	struct sunxi_tvcap *tvcap = video_drvdata(file);
	unsigned int index = sunxi_tvcap_find_format(format->fmt.pix.pixelformat);

	if (index != tvcap->format && vb2_is_busy(&tvcap->queue))
		return -EBUSY;
	spin_lock_irq(&tvcap->slock);
	tvcap->format = index;
	sunxi_tvcap_publish(tvcap);
	spin_unlock_irq(&tvcap->slock);
	sunxi_tvcap_fill(tvcap, index, &format->fmt.pix);
	return 0;
}

static struct sunxi_tvcap_input sunxi_tvcap_input_now(struct sunxi_tvcap *tvcap, bool *enabled)
{
	struct sunxi_tvcap_input input;

	spin_lock_irq(&tvcap->slock);
	input = tvcap->input;
	*enabled = tvcap->enabled;
	spin_unlock_irq(&tvcap->slock);
	return input;
}

static int sunxi_tvcap_enum_input(struct file *file, void *fh, struct v4l2_input *desc)
{
	struct sunxi_tvcap_input input;
	bool enabled;

	if (desc->index)
		return -EINVAL;
	input = sunxi_tvcap_input_now(video_drvdata(file), &enabled);
	strscpy(desc->name, "HDMI", sizeof(desc->name));
	desc->type = V4L2_INPUT_TYPE_CAMERA;
	desc->capabilities = V4L2_IN_CAP_DV_TIMINGS;
	if (!enabled)
		desc->status = V4L2_IN_ST_NO_POWER;
	else if (!input.connected)
		desc->status = V4L2_IN_ST_NO_SIGNAL;
	else if (!input.locked)
		desc->status = V4L2_IN_ST_NO_SYNC;
	return 0;
}

static int sunxi_tvcap_g_input(struct file *file, void *fh, unsigned int *index)
{
	*index = 0;
	return 0;
}

static int sunxi_tvcap_s_input(struct file *file, void *fh, unsigned int index)
{
	return index ? -EINVAL : 0;
}

static int sunxi_tvcap_g_dv_timings(struct file *file, void *fh, struct v4l2_dv_timings *timings)
{
	struct sunxi_tvcap *tvcap = video_drvdata(file);

	*timings = tvcap->timings;
	return 0;
}

static int sunxi_tvcap_s_dv_timings(struct file *file, void *fh, struct v4l2_dv_timings *timings)
{
	struct sunxi_tvcap *tvcap = video_drvdata(file);

	if (!v4l2_valid_dv_timings(timings, &sunxi_tvcap_timings_cap, NULL, NULL))
		return -ERANGE;
	if (v4l2_match_dv_timings(timings, &tvcap->timings, 0, false))
		return 0;
	if (vb2_is_busy(&tvcap->queue))
		return -EBUSY;
	tvcap->timings = *timings;
	return 0;
}

static int sunxi_tvcap_query_dv_timings(struct file *file, void *fh,
					struct v4l2_dv_timings *timings)
{
	struct sunxi_tvcap_input input;
	bool enabled;

	input = sunxi_tvcap_input_now(video_drvdata(file), &enabled);
	return sunxi_tvcap_find_timings(&input, timings);
}

static int sunxi_tvcap_enum_dv_timings(struct file *file, void *fh,
				       struct v4l2_enum_dv_timings *timings)
{
	return v4l2_enum_dv_timings_cap(timings, &sunxi_tvcap_timings_cap, NULL, NULL);
}

static int sunxi_tvcap_dv_timings_cap(struct file *file, void *fh, struct v4l2_dv_timings_cap *cap)
{
	*cap = sunxi_tvcap_timings_cap;
	return 0;
}

static int sunxi_tvcap_log_status(struct file *file, void *fh)
{
	struct sunxi_tvcap *tvcap = video_drvdata(file);
	struct sunxi_tvcap_input input;
	bool enabled;

	input = sunxi_tvcap_input_now(tvcap, &enabled);
	v4l2_info(&tvcap->v4l2_dev, "input %s, %s, %ux%u at %u mHz\n", enabled ? "on" : "off",
		  !input.connected ? "not connected" : input.locked ? "locked" : "no lock",
		  input.width, input.height, input.rate);
	v4l2_print_dv_timings(tvcap->v4l2_dev.name, "negotiated: ", &tvcap->timings, true);
	return v4l2_ctrl_log_status(file, fh);
}

static int sunxi_tvcap_subscribe_event(struct v4l2_fh *fh,
				       const struct v4l2_event_subscription *sub)
{
	if (sub->type == V4L2_EVENT_SOURCE_CHANGE)
		return v4l2_src_change_event_subscribe(fh, sub);
	return v4l2_ctrl_subscribe_event(fh, sub);
}

static const struct v4l2_ioctl_ops sunxi_tvcap_ioctls = {
	.vidioc_querycap = sunxi_tvcap_querycap,
	.vidioc_enum_fmt_vid_cap = sunxi_tvcap_enum_fmt,
	.vidioc_g_fmt_vid_cap = sunxi_tvcap_g_fmt,
	.vidioc_s_fmt_vid_cap = sunxi_tvcap_s_fmt,
	.vidioc_try_fmt_vid_cap = sunxi_tvcap_try_fmt,
	.vidioc_enum_input = sunxi_tvcap_enum_input,
	.vidioc_g_input = sunxi_tvcap_g_input,
	.vidioc_s_input = sunxi_tvcap_s_input,
	.vidioc_g_dv_timings = sunxi_tvcap_g_dv_timings,
	.vidioc_s_dv_timings = sunxi_tvcap_s_dv_timings,
	.vidioc_query_dv_timings = sunxi_tvcap_query_dv_timings,
	.vidioc_enum_dv_timings = sunxi_tvcap_enum_dv_timings,
	.vidioc_dv_timings_cap = sunxi_tvcap_dv_timings_cap,
	.vidioc_reqbufs = vb2_ioctl_reqbufs,
	.vidioc_create_bufs = vb2_ioctl_create_bufs,
	.vidioc_prepare_buf = vb2_ioctl_prepare_buf,
	.vidioc_querybuf = vb2_ioctl_querybuf,
	.vidioc_qbuf = vb2_ioctl_qbuf,
	.vidioc_dqbuf = vb2_ioctl_dqbuf,
	.vidioc_expbuf = vb2_ioctl_expbuf,
	.vidioc_streamon = vb2_ioctl_streamon,
	.vidioc_streamoff = vb2_ioctl_streamoff,
	.vidioc_log_status = sunxi_tvcap_log_status,
	.vidioc_subscribe_event = sunxi_tvcap_subscribe_event,
	.vidioc_unsubscribe_event = v4l2_event_unsubscribe,
};

static const struct v4l2_file_operations sunxi_tvcap_fops = {
	.owner = THIS_MODULE,
	.open = v4l2_fh_open,
	.release = vb2_fop_release,
	.read = vb2_fop_read,
	.poll = vb2_fop_poll,
	.mmap = vb2_fop_mmap,
	.unlocked_ioctl = video_ioctl2,
};

/**
 * sunxi_tvcap_init_video() - set up what the video node needs
 * @tvcap: the input
 *
 * Return: 0 or a negative error.
 */
int sunxi_tvcap_init_video(struct sunxi_tvcap *tvcap)
{
	struct video_device *vdev = &tvcap->vdev;

	v4l2_ctrl_handler_init(&tvcap->ctrls, 1);
	tvcap->power_present = v4l2_ctrl_new_std(&tvcap->ctrls, NULL, V4L2_CID_DV_RX_POWER_PRESENT,
						 0, 1, 0, 0);
	if (tvcap->ctrls.error)
		return tvcap->ctrls.error;
	tvcap->v4l2_dev.ctrl_handler = &tvcap->ctrls;

	strscpy(vdev->name, "sunxi-tvcap", sizeof(vdev->name));
	vdev->v4l2_dev = &tvcap->v4l2_dev;
	vdev->fops = &sunxi_tvcap_fops;
	vdev->ioctl_ops = &sunxi_tvcap_ioctls;
	vdev->release = video_device_release_empty;
	vdev->lock = &tvcap->lock;
	vdev->queue = &tvcap->queue;
	vdev->vfl_dir = VFL_DIR_RX;
	vdev->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING | V4L2_CAP_READWRITE;
	video_set_drvdata(vdev, tvcap);
	return sunxi_tvcap_init_queue(tvcap);
}

static void sunxi_tvcap_unregister_video(void *data)
{
	vb2_video_unregister_device(data);
}

/**
 * sunxi_tvcap_register_video() - show the video node
 * @tvcap: the input
 *
 * When the device is unbound, streams end and the node goes; the files that are open say ENODEV
 * from then on.
 *
 * Return: 0 or a negative error.
 */
int sunxi_tvcap_register_video(struct sunxi_tvcap *tvcap)
{
	int ret = video_register_device(&tvcap->vdev, VFL_TYPE_VIDEO, -1);

	if (ret)
		return ret;
	return devm_add_action_or_reset(tvcap->dev, sunxi_tvcap_unregister_video, &tvcap->vdev);
}
