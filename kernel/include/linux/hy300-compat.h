/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between Linux 6.1 and 6.16 and later, so that the drivers read as
 * if they were written for the newest. Each part goes with the oldest kernel
 * that needs it; the header does not go upstream.
 *
 * A kernel of a stable series may have what its version does not promise:
 * names that could clash are therefore taken by a macro.
 */
#ifndef _LINUX_HY300_COMPAT_H
#define _LINUX_HY300_COMPAT_H

#include <linux/version.h>

/* 6.4 made the class constant for its attributes: show(hy300_class_const struct class *, ...) */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define hy300_class_const
#else
#define hy300_class_const	const
#endif

/* 6.2 made the device constant for class::devnode and miscdevice's class. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define hy300_devnode_const
#else
#define hy300_devnode_const	const
#endif

/*
 * 6.17 has gpio_chip::set and ::set_multiple return an error or 0:
 * static hy300_gpio_set_t board_set(...) { ...; return HY300_GPIO_SET_DONE; }
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#define hy300_gpio_set_t	void
#define HY300_GPIO_SET_DONE
#else
#define hy300_gpio_set_t	int
#define HY300_GPIO_SET_DONE	0
#endif

/* 6.13 sets up a high-resolution timer and its function in one call. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define hrtimer_setup(_timer, _function, _clock, _mode)			\
	do {								\
		struct hrtimer *_setup = (_timer);			\
									\
		hrtimer_init(_setup, _clock, _mode);			\
		_setup->function = (_function);				\
	} while (0)
#endif

/* 6.16 renamed from_timer(). */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
#define timer_container_of(_var, _timer, _field)	from_timer(_var, _timer, _field)
#endif

/* 6.5 gave splice() for devices with read_iter() a name of its own. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define copy_splice_read	generic_file_splice_read
#endif

/* 6.3 hides the flags of a mapping behind functions; without them, mmap() holds the lock. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define vm_flags_set(_vma, _flags)	((_vma)->vm_flags |= (_flags))
#define vm_flags_clear(_vma, _flags)	((_vma)->vm_flags &= ~(_flags))
#endif

/* 6.8 renamed a member of struct vb2_queue. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define min_queued_buffers	min_buffers_needed
#endif

/* 6.8 hides how many buffers a queue has behind a function. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define vb2_get_num_buffers(_queue)	((_queue)->num_buffers)
#endif

/* 6.13 lets videobuf2 drop the queue's lock itself; before, these lines of struct vb2_ops do it. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define HY300_VB2_WAIT_OPS						\
	.wait_prepare = vb2_ops_wait_prepare,				\
	.wait_finish = vb2_ops_wait_finish,
#else
#define HY300_VB2_WAIT_OPS
#endif

/* 6.12 moved the accessors for unaligned integers. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#include <asm/unaligned.h>
#else
#include <linux/unaligned.h>
#endif

#endif /* _LINUX_HY300_COMPAT_H */
