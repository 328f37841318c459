// SPDX-License-Identifier: Apache-2.0
// Reads a watched attribute and sorts what comes out: content, a failure, or an attribute that has
// gone.
package org.hy300.agent.attribute;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** What both watchers do at each wake-up. */
final class AttributeReader {
  private static final Logger LOG = System.getLogger(AttributeReader.class.getName());

  /** What read() gives for an attribute of a device that was unbound. */
  private static final String ENODEV = "No such device";

  private AttributeReader() {}

  /**
   * Reads the file and tells the handler.
   *
   * @return false when the attribute has gone, which the handler has been told
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

  /** An exception that reached the event loop would put it to sleep for a second each time. */
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
