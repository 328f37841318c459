// SPDX-License-Identifier: Apache-2.0
// The options of the push.
package org.hy300.collector.push;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** A picocli mixin. An option that is given as an empty text counts as not given. */
public final class PushOptions {
  @Option(
      names = "--push-url",
      paramLabel = "URL",
      defaultValue = "",
      description =
          "Push every change with the time of its message to this address by Prometheus remote"
              + " write 1.0, such as http://127.0.0.1:9090/api/v1/write (none).")
  private String url;

  @Option(
      names = "--push-header-file",
      paramLabel = "FILE",
      defaultValue = "",
      description =
          "File with headers of these requests, one a line, such as 'Authorization: Bearer TOKEN'"
              + " (none); read for each request.")
  private String headers;

  @Option(
      names = "--push-skew",
      paramLabel = "SECONDS",
      defaultValue = "" + PushConfig.SKEW_SECONDS,
      description =
          "Maximum difference between a message's time and its receipt; beyond it the sample gets"
              + " the time of receipt ("
              + PushConfig.SKEW_SECONDS
              + ").")
  private int skewSeconds;

  /** The options, checked; empty when nothing is to be pushed. */
  public Optional<PushConfig> config() {
    Optional<Path> file =
        Optional.of(headers).filter(given -> !given.isEmpty()).map(given -> Path.of(given));
    if (url.isEmpty()) {
      if (file.isPresent()) {
        throw new IllegalArgumentException("--push-header-file needs --push-url");
      }
      return Optional.empty();
    }
    return Optional.of(new PushConfig(PushConfig.url(url), file, skewSeconds));
  }
}
