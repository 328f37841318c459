// SPDX-License-Identifier: Apache-2.0
// Captures what one class logs during a test.
package org.hy300.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Captures from its creation until it is closed. */
public final class LogLines extends Handler implements AutoCloseable {
  private final List<String> lines = new CopyOnWriteArrayList<>();

  /** Referenced here because an unreferenced logger loses its handlers. */
  private final Logger logger;

  public LogLines(Class<?> logging) {
    logger = Logger.getLogger(logging.getName());
    logger.addHandler(this);
  }

  /** The messages so far, without level and time. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  @Override
  public void publish(LogRecord record) {
    lines.add(new SimpleFormatter().formatMessage(record));
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
  }
}
