/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Numbers that stand for the subsystems of an HY300 projector, their state
 * attributes and the words these hold, where a transition is told as numbers
 * (see linux/daedalus-v4l2.h). Numbers are never given a second meaning.
 */
#ifndef _UAPI_LINUX_HY300_H
#define _UAPI_LINUX_HY300_H

/**
 * enum hy300_subsystem_number - the kinds of devices in /sys/class/hy300
 * @HY300_SUBSYSTEM_MIPS: the MIPS co-processor
 * @HY300_SUBSYSTEM_TVCAP: the HDMI capture
 * @HY300_SUBSYSTEM_MOTOR: the keystone motor
 */
enum hy300_subsystem_number {
	HY300_SUBSYSTEM_MIPS = 1,
	HY300_SUBSYSTEM_TVCAP = 2,
	HY300_SUBSYSTEM_MOTOR = 3,
};

/**
 * enum hy300_mips_state - state attributes of the MIPS co-processor
 * @HY300_MIPS_STATE: enum hy300_mips_word
 * @HY300_MIPS_FIRMWARE_LOADED: 0 or 1
 * @HY300_MIPS_KEYSTONE: how often corners were set
 * @HY300_MIPS_STATES: number of the above
 */
enum hy300_mips_state {
	HY300_MIPS_STATE,
	HY300_MIPS_FIRMWARE_LOADED,
	HY300_MIPS_KEYSTONE,
	HY300_MIPS_STATES
};

/**
 * enum hy300_mips_word - what the MIPS co-processor is doing
 * @HY300_MIPS_OFF: nothing: powered down, held in reset or never started
 * @HY300_MIPS_INITIAL: booting
 * @HY300_MIPS_SLEEP: sleeping
 * @HY300_MIPS_IDLE: ready, without a picture
 * @HY300_MIPS_TRANSITION_UP: on its way to a picture
 * @HY300_MIPS_RUNNING: running
 * @HY300_MIPS_UNKNOWN: it says what nobody knows, or its registers cannot be read
 * @HY300_MIPS_UNRESPONSIVE: it has let a command time out, and is still busy with it
 * @HY300_MIPS_WORDS: number of the above
 *
 * The numbers from 1 to 5 are the processor's own.
 */
enum hy300_mips_word {
	HY300_MIPS_OFF,
	HY300_MIPS_INITIAL,
	HY300_MIPS_SLEEP,
	HY300_MIPS_IDLE,
	HY300_MIPS_TRANSITION_UP,
	HY300_MIPS_RUNNING,
	HY300_MIPS_UNKNOWN,
	HY300_MIPS_UNRESPONSIVE,
	HY300_MIPS_WORDS
};

/**
 * enum hy300_tvcap_state - state attributes of the HDMI capture
 * @HY300_TVCAP_ENABLED: 0 or 1
 * @HY300_TVCAP_HDMI_CONNECTED: 0 or 1
 * @HY300_TVCAP_SIGNAL_DETECTED: 0 or 1
 * @HY300_TVCAP_RESOLUTION: height << 16 | width in pixels, 0 without a signal
 * @HY300_TVCAP_FORMAT: the V4L2 pixel format (fourcc)
 * @HY300_TVCAP_STREAMING: 0 or 1
 * @HY300_TVCAP_ERROR: enum hy300_tvcap_error
 * @HY300_TVCAP_STATES: number of the above
 */
enum hy300_tvcap_state {
	HY300_TVCAP_ENABLED,
	HY300_TVCAP_HDMI_CONNECTED,
	HY300_TVCAP_SIGNAL_DETECTED,
	HY300_TVCAP_RESOLUTION,
	HY300_TVCAP_FORMAT,
	HY300_TVCAP_STREAMING,
	HY300_TVCAP_ERROR,
	HY300_TVCAP_STATES
};

/**
 * enum hy300_tvcap_error - what the HDMI capture last complained of
 * @HY300_TVCAP_ERROR_NONE: nothing, for a second at least
 * @HY300_TVCAP_ERROR_OVERFLOW: more came in than could be written
 * @HY300_TVCAP_ERROR_UNDERFLOW: less came in than was expected
 * @HY300_TVCAP_ERROR_HARDWARE: the hardware reported an error of its own
 * @HY300_TVCAP_ERROR_DMA: memory could not be written
 * @HY300_TVCAP_ERROR_FIFO: the FIFO in front of the memory was in error
 * @HY300_TVCAP_ERROR_TIMEOUT: the hardware, or a frame, did not come in time
 * @HY300_TVCAP_ERRORS: number of the above
 */
enum hy300_tvcap_error {
	HY300_TVCAP_ERROR_NONE,
	HY300_TVCAP_ERROR_OVERFLOW,
	HY300_TVCAP_ERROR_UNDERFLOW,
	HY300_TVCAP_ERROR_HARDWARE,
	HY300_TVCAP_ERROR_DMA,
	HY300_TVCAP_ERROR_FIFO,
	HY300_TVCAP_ERROR_TIMEOUT,
	HY300_TVCAP_ERRORS
};

/**
 * enum hy300_motor_state - state attributes of the keystone motor
 * @HY300_MOTOR_POSITION: steps
 * @HY300_MOTOR_TARGET: steps
 * @HY300_MOTOR_MOVING: 0 or 1
 * @HY300_MOTOR_HOMED: 0 or 1
 * @HY300_MOTOR_LIMIT: 1 when the limit switch is closed
 * @HY300_MOTOR_FAULT: enum hy300_motor_fault
 * @HY300_MOTOR_STATES: number of the above
 */
enum hy300_motor_state {
	HY300_MOTOR_POSITION,
	HY300_MOTOR_TARGET,
	HY300_MOTOR_MOVING,
	HY300_MOTOR_HOMED,
	HY300_MOTOR_LIMIT,
	HY300_MOTOR_FAULT,
	HY300_MOTOR_STATES
};

/**
 * enum hy300_motor_fault - why the motor refuses to move
 * @HY300_FAULT_NONE: it does not
 * @HY300_FAULT_LIMIT_STUCK: the switch stayed closed while homing backed off it
 * @HY300_FAULT_HOMING_TIMEOUT: the switch did not close within the budget of steps
 * @HY300_FAULT_LIMIT_UNEXPECTED: the switch was closed during a move
 * @HY300_FAULT_STEP: a GPIO could not be written or read
 * @HY300_FAULT_COUNT: number of the above
 */
enum hy300_motor_fault {
	HY300_FAULT_NONE,
	HY300_FAULT_LIMIT_STUCK,
	HY300_FAULT_HOMING_TIMEOUT,
	HY300_FAULT_LIMIT_UNEXPECTED,
	HY300_FAULT_STEP,
	HY300_FAULT_COUNT
};

#endif /* _UAPI_LINUX_HY300_H */
