// SPDX-License-Identifier: Apache-2.0
// Receives the state and events of a source.
package org.hy300.agent.source;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.hy300.agent.metrics.Metrics;
import org.hy300.contract.EventName;

/** Called on the event loop. */
public interface SubsystemListener {
  /**
   * A subsystem has state from now on.
   *
   * @param reader reads the whole state
   * @param busy whether the state changes all the time without a report
   */
  void appeared(String subsystem, Supplier<Future<Metrics>> reader, BooleanSupplier busy);

  /** The state has changed since it was last read. */
  void changed(String subsystem);

  /** The subsystem no longer has state. */
  void vanished(String subsystem);

  /** An event. */
  void happened(String subsystem, EventName event, JsonObject data);
}
