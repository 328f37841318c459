// SPDX-License-Identifier: Apache-2.0
// A state message of a kind that its device has not sent just before.
package org.hy300.collector.fleet;

import java.util.List;

/**
 * One message, taken apart.
 *
 * @param seq counts over all subsystems of a device
 * @param time when it was read, in ms of Unix time; 0 without a time that can be read
 * @param series keys as they stand in the message
 * @param values in the order of the series, none of them NaN or infinite
 */
@SuppressWarnings("ArrayRecordComponent") // Eight bytes a value; never compared.
public record State(
    String session, long seq, long time, List<String> series, double[] values, Template template) {}
