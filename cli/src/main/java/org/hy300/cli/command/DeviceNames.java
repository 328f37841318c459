// SPDX-License-Identifier: Apache-2.0
// A placeholder for the devices' names in the completion script.
package org.hy300.cli.command;

import java.util.Iterator;
import java.util.List;

/**
 * picocli writes it into the script, and {@code Documents} replaces it by a call of the program.
 */
public final class DeviceNames implements Iterable<String> {
  public static final String PLACEHOLDER = "HY300_DEVICE_NAMES";

  @Override
  public Iterator<String> iterator() {
    return List.of(PLACEHOLDER).iterator();
  }
}
