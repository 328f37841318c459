// SPDX-License-Identifier: Apache-2.0
// Stands for the devices' names where the completion is to ask for them.
package org.hy300.cli;

import java.util.Iterator;
import java.util.List;

/** What picocli writes into the completion script, and {@link Documents} puts a question for. */
final class DeviceNames implements Iterable<String> {
  static final String PLACEHOLDER = "HY300_DEVICE_NAMES";

  @Override
  public Iterator<String> iterator() {
    return List.of(PLACEHOLDER).iterator();
  }
}
