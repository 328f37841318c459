// SPDX-License-Identifier: Apache-2.0
// The options that agent and collector have in common.
package org.hy300.program;

import org.hy300.contract.Limits;
import org.hy300.contract.Topics;
import picocli.CommandLine.Option;

/** A picocli mixin. */
public final class SharedOptions {
  @Option(
      names = "--keep-alive",
      paramLabel = "SECONDS",
      defaultValue = "${env:HY300_KEEP_ALIVE:-" + Limits.KEEP_ALIVE_SECONDS + "}",
      description =
          "MQTT keep-alive; who is silent is missed after one and a half (HY300_KEEP_ALIVE; 20).")
  private int keepAlive;

  @Option(
      names = "--topic-root",
      paramLabel = "TOPIC",
      defaultValue = "${env:HY300_TOPIC_ROOT:-" + Topics.DEFAULT_ROOT + "}",
      description = "First levels of every topic (HY300_TOPIC_ROOT; hy300/v1).")
  private String topicRoot;

  public int keepAliveSeconds() {
    return keepAlive;
  }

  public Topics topics() {
    return new Topics(topicRoot);
  }
}
