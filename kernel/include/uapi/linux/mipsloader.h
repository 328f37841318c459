/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/mipsloader: firmware, restart, power and status of the MIPS
 * co-processor of an Allwinner H713.
 *
 * Structures have the same layout for 32 and 64 bit. An open descriptor
 * outlives the driver's binding: every call then fails with ENODEV. All but
 * MIPSLOADER_IOC_GET_STATUS need a descriptor that is open for writing, EBADF
 * otherwise. Calls that change something are executed one after the other.
 */
#ifndef _UAPI_LINUX_MIPSLOADER_H
#define _UAPI_LINUX_MIPSLOADER_H

#include <linux/ioctl.h>
#include <linux/types.h>

/** MIPSLOADER_NAME_SIZE - bytes of a firmware's name, its final NUL included */
#define MIPSLOADER_NAME_SIZE	64

/** MIPSLOADER_CORNERS - numbers of a keystone correction */
#define MIPSLOADER_CORNERS	8

/**
 * struct mipsloader_firmware - argument of MIPSLOADER_IOC_LOAD_FIRMWARE
 * @name: name of a file in the firmware directory, ended by NUL; letters,
 *	digits and . _ + - only, and no dot in front. The empty name stands for
 *	the one of the device tree.
 */
struct mipsloader_firmware {
	char name[MIPSLOADER_NAME_SIZE];
};

/**
 * enum mipsloader_flags - bits of the flags in struct mipsloader_status
 * @MIPSLOADER_FIRMWARE_LOADED: the processor has a firmware: loaded by the
 *	driver, or one that it is running
 * @MIPSLOADER_ATTACHED: the processor was running when the driver was bound,
 *	and the driver has loaded nothing since
 */
enum mipsloader_flags {
	MIPSLOADER_FIRMWARE_LOADED = 1 << 0,
	MIPSLOADER_ATTACHED = 1 << 1,
};

/**
 * struct mipsloader_status - result of MIPSLOADER_IOC_GET_STATUS
 * @state: enum hy300_mips_word of linux/hy300.h
 * @flags: enum mipsloader_flags
 * @firmware_size: bytes of the firmware that the driver has loaded, or 0
 * @firmware_crc32: its CRC-32 (ISO-HDLC, as zlib computes it), or 0
 * @load_attempts: loads begun since the driver was bound
 * @load_successes: loads that ended well
 * @load_failures: loads that failed
 * @communication_errors: time-outs and other failures to talk to the processor
 * @keystone: corner offsets: top left x and y, top right, bottom left, bottom
 *	right
 * @name: name of the firmware that the driver has loaded, or empty
 */
struct mipsloader_status {
	__u32 state;
	__u32 flags;
	__u32 firmware_size;
	__u32 firmware_crc32;
	__u64 load_attempts;
	__u64 load_successes;
	__u64 load_failures;
	__u64 communication_errors;
	__s32 keystone[MIPSLOADER_CORNERS];
	char name[MIPSLOADER_NAME_SIZE];
};

#define MIPSLOADER_IOC_MAGIC		'M'

/**
 * MIPSLOADER_IOC_LOAD_FIRMWARE - load a firmware
 *
 * The file is checked while the processor goes on as it is; then the processor
 * is stopped, and held until MIPSLOADER_IOC_RESTART.
 *
 * Errors: EINVAL the name is not a plain one, is not ended by NUL, or the file
 * is empty; ENOENT no such file; EFBIG larger than its memory; EBADMSG another
 * CRC than the one that is expected; EIO the memory did not keep it, or a
 * register could not be accessed.
 */
#define MIPSLOADER_IOC_LOAD_FIRMWARE	_IOW(MIPSLOADER_IOC_MAGIC, 1, struct mipsloader_firmware)

/**
 * MIPSLOADER_IOC_RESTART - reset the processor and wait until it has booted
 *
 * Errors: ETIMEDOUT it does not boot; ENOEXEC a load that failed half-way has
 * left no firmware; EIO a register could not be accessed.
 */
#define MIPSLOADER_IOC_RESTART		_IO(MIPSLOADER_IOC_MAGIC, 2)

/**
 * MIPSLOADER_IOC_POWER_DOWN - tell the processor to power down
 *
 * Errors: ETIMEDOUT it goes on running; EIO a register could not be accessed.
 */
#define MIPSLOADER_IOC_POWER_DOWN	_IO(MIPSLOADER_IOC_MAGIC, 3)

/** MIPSLOADER_IOC_GET_STATUS - what the driver knows, read from the hardware now */
#define MIPSLOADER_IOC_GET_STATUS	_IOR(MIPSLOADER_IOC_MAGIC, 4, struct mipsloader_status)

#endif /* _UAPI_LINUX_MIPSLOADER_H */
