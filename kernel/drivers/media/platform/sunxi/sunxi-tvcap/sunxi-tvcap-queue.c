// SPDX-License-Identifier: GPL-2.0
/*
 * HDMI input of Allwinner's H713: the queue of buffers.
 */

#include <linux/dma-mapping.h>
#include <linux/hy300-compat.h>
#include <linux/minmax.h>
#include <media/videobuf2-dma-contig.h>

#include "sunxi-tvcap.h"

static struct sunxi_tvcap_buffer *to_tvcap_buffer(struct vb2_buffer *vb)
{
	return container_of(to_vb2_v4l2_buffer(vb), struct sunxi_tvcap_buffer, vb);
}

static int sunxi_tvcap_queue_setup(struct vb2_queue *queue, unsigned int *nr_buffers,
				   unsigned int *nr_planes, unsigned int sizes[],
				   struct device *alloc_devs[])
{
	struct sunxi_tvcap *tvcap = vb2_get_drv_priv(queue);
	unsigned int existing = vb2_get_num_buffers(queue);
	u32 size = sunxi_tvcap_image_bytes(tvcap);

	if (existing >= SUNXI_TVCAP_MAX_BUFFERS)
		return -ENOBUFS;
	*nr_buffers = min(*nr_buffers, SUNXI_TVCAP_MAX_BUFFERS - existing);

	/* Buffers may be added one by one, of more bytes than a frame has. */
	if (*nr_planes)
		return sizes[0] < size ? -EINVAL : 0;

	if (vb2_fileio_is_active(queue))
		*nr_buffers = SUNXI_TVCAP_DEFAULT_BUFFERS;
	*nr_buffers = max_t(unsigned int, *nr_buffers, SUNXI_TVCAP_MIN_BUFFERS);
	*nr_planes = 1;
	sizes[0] = size;
	return 0;
}

static int sunxi_tvcap_buf_init(struct vb2_buffer *vb)
{
	struct sunxi_tvcap *tvcap = vb2_get_drv_priv(vb->vb2_queue);

	spin_lock_irq(&tvcap->slock);
	tvcap->nr_buffers++;
	if (vb->memory == VB2_MEMORY_MMAP)
		tvcap->count.buffers++;
	spin_unlock_irq(&tvcap->slock);
	return 0;
}

static void sunxi_tvcap_buf_cleanup(struct vb2_buffer *vb)
{
	struct sunxi_tvcap *tvcap = vb2_get_drv_priv(vb->vb2_queue);

	spin_lock_irq(&tvcap->slock);
	tvcap->nr_buffers--;
	spin_unlock_irq(&tvcap->slock);
}

static int sunxi_tvcap_buf_prepare(struct vb2_buffer *vb)
{
	struct sunxi_tvcap *tvcap = vb2_get_drv_priv(vb->vb2_queue);
	u32 size = sunxi_tvcap_image_bytes(tvcap);

	if (vb2_plane_size(vb, 0) < size) {
		dev_dbg(tvcap->dev, "a buffer of %lu bytes is too small for a frame of %u\n",
			vb2_plane_size(vb, 0), size);
		return -EINVAL;
	}
	vb2_set_plane_payload(vb, 0, size);
	return 0;
}

static void sunxi_tvcap_buf_queue(struct vb2_buffer *vb)
{
	sunxi_tvcap_add_buffer(vb2_get_drv_priv(vb->vb2_queue), to_tvcap_buffer(vb));
}

/* Without a source the stream begins, and waits for one. */
static int sunxi_tvcap_start_streaming(struct vb2_queue *queue, unsigned int count)
{
	struct sunxi_tvcap *tvcap = vb2_get_drv_priv(queue);
	bool enabled;

	spin_lock_irq(&tvcap->slock);
	enabled = tvcap->enabled;
	if (enabled) {
		tvcap->streaming = true;
		tvcap->sequence = 0;
		sunxi_tvcap_update_capture(tvcap);
		sunxi_tvcap_publish(tvcap);
	}
	spin_unlock_irq(&tvcap->slock);
	if (enabled)
		return 0;
	sunxi_tvcap_return_buffers(tvcap, VB2_BUF_STATE_QUEUED);
	return -ENOLINK;
}

static void sunxi_tvcap_stop_streaming(struct vb2_queue *queue)
{
	sunxi_tvcap_end_stream(vb2_get_drv_priv(queue));
}

static const struct vb2_ops sunxi_tvcap_queue_ops = {
	.queue_setup = sunxi_tvcap_queue_setup,
	.buf_init = sunxi_tvcap_buf_init,
	.buf_cleanup = sunxi_tvcap_buf_cleanup,
	.buf_prepare = sunxi_tvcap_buf_prepare,
	.buf_queue = sunxi_tvcap_buf_queue,
	.start_streaming = sunxi_tvcap_start_streaming,
	.stop_streaming = sunxi_tvcap_stop_streaming,
	HY300_VB2_WAIT_OPS
};

/**
 * sunxi_tvcap_init_queue() - set up the queue of buffers
 * @tvcap: the input
 *
 * Return: 0 or a negative error.
 */
int sunxi_tvcap_init_queue(struct sunxi_tvcap *tvcap)
{
	struct vb2_queue *queue = &tvcap->queue;

	queue->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	queue->io_modes = VB2_MMAP | VB2_DMABUF | VB2_READ;
	queue->drv_priv = tvcap;
	queue->buf_struct_size = sizeof(struct sunxi_tvcap_buffer);
	queue->ops = &sunxi_tvcap_queue_ops;
	queue->mem_ops = &vb2_dma_contig_memops;
	queue->timestamp_flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
	queue->lock = &tvcap->lock;
	queue->dev = tvcap->dev;
	queue->min_queued_buffers = 1;
	vb2_dma_contig_set_max_seg_size(tvcap->dev, DMA_BIT_MASK(32));
	return vb2_queue_init(queue);
}
