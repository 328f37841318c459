// SPDX-License-Identifier: Apache-2.0
// Reads a watched attribute and sorts the outcome: content, failure, or an attribute that is gone.
package org.hy300.agent.attribute;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** The reaction of both watchers to a wake-up. */
final class AttributeReader {
  private static final Logger LOG = System.getLogger(AttributeReader.class.getName());

  /** The error of a read from an attribute whose device was unbound. */
  private static final String ENODEV = "No such device";

  private AttributeReader() {}

  /**
   * Reads the file and calls the handler.
   *
   * @return false when the attribute is gone; the handler has been called with that
   */
  static boolean read(AttributeFile file, AttributeWatcher.Handler handler) {
    String content;
    try {
      content = file.read();
    } catch (IOException e) {
      if (ENODEV.equals(e.getMessage())) {
        tell(handler::gone);
        return false;
      }
      tell(() -> handler.unreadable(e));
      return true;
    }
    tell(() -> handler.read(content));
    return true;
  }

  /** Catches everything: an exception in the event loop makes it sleep for a second each time. */
  static void tell(Runnable news) {
    try {
      news.run();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "a change of an attribute was not handled", e);
    }
  }

  static void close(AttributeFile file) {
    try {
      file.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "closing an attribute", e);
    }
  }
}
