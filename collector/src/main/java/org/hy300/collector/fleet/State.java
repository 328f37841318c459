// SPDX-License-Identifier: Apache-2.0
// A state message that differs in kind from its device's last one.
package org.hy300.collector.fleet;

import java.util.List;

/**
 * One parsed message.
 *
 * @param seq counts across all subsystems of a device
 * @param time of the message, in ms of Unix time; 0 if it is invalid
 * @param series keys as in the message
 * @param values in the order of the series, without NaN and infinity
 */
@SuppressWarnings("ArrayRecordComponent") // Eight bytes a value; never compared.
public record State(
    String session, long seq, long time, List<String> series, double[] values, Template template) {}
