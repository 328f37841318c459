// SPDX-License-Identifier: Apache-2.0
// What operators have set for a projector.
package org.hy300.cli.client;

import io.vertx.core.json.JsonObject;
import java.util.Optional;

/**
 * Settings of a projector.
 *
 * @param json the JSON of the answer
 * @param expectSignal whether the HDMI input should have a signal; empty if unset
 */
public record Settings(JsonObject json, Optional<Boolean> expectSignal) {
  /** The setting's name, also in requests. */
  public static final String EXPECT_SIGNAL = "expect_signal";

  public static Settings of(Field answer) throws NotAsPromisedException {
    return new Settings(answer.object(), answer.at(EXPECT_SIGNAL).nullable(Field::truth));
  }
}
