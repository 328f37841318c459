// SPDX-License-Identifier: Apache-2.0
// Stands for the devices' names where the completion is to ask for them.
package org.hy300.cli.command;

import java.util.Iterator;
import java.util.List;

/** What picocli writes into the completion script, and {@code Documents} puts a question for. */
public final class DeviceNames implements Iterable<String> {
  public static final String PLACEHOLDER = "HY300_DEVICE_NAMES";

  @Override
  public Iterator<String> iterator() {
    return List.of(PLACEHOLDER).iterator();
  }
}
