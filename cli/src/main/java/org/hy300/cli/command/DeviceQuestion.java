// SPDX-License-Identifier: Apache-2.0
// The argument that names a projector, and requests for its data.
package org.hy300.cli.command;

import org.hy300.cli.client.CollectorClient;
import org.hy300.cli.client.Exit;
import org.hy300.cli.client.FailureException;
import org.hy300.cli.client.Field;
import org.hy300.contract.Topics;
import picocli.CommandLine.Parameters;

/** A picocli mixin. */
final class DeviceQuestion {
  private final Options options;

  @Parameters(
      index = "0",
      paramLabel = "DEVICE",
      description = "Name of a projector.",
      completionCandidates = DeviceNames.class)
  private String device;

  DeviceQuestion(Options options) {
    this.options = options;
  }

  String device() {
    return device;
  }

  /** The path of a device's data. */
  static String path(String device, String below) throws FailureException {
    if (!Topics.isDeviceName(device)) {
      throw new FailureException(Exit.NO_DEVICE, "'" + device + "' is not the name of a projector");
    }
    return "/api/v1/devices/" + device + below;
  }

  /** Requests a device's data from the collector. */
  <T> T ask(String below, Field.Reading<T> reading) throws FailureException {
    return options
        .collector()
        .get(path(device, below), options.seconds(CollectorClient.ANSWER_SECONDS), reading);
  }
}
