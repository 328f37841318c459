// SPDX-License-Identifier: Apache-2.0
// The format of a log line: level, component, message.
package org.hy300.program;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * {@code WARNING mqtt: text} on a terminal or in a file; {@code <4>mqtt: text} for the journal,
 * which removes the level (sd-daemon(3)). A stack trace follows on separate lines.
 */
final class LogFormat extends Formatter {
  private static final String OURS = "org.hy300.";

  private final boolean forJournal;

  LogFormat(boolean forJournal) {
    this.forJournal = forJournal;
  }

  /** Sets the format of the program's log. */
  static void install() {
    LogFormat format = new LogFormat(isJournal(System.getenv("JOURNAL_STREAM")));
    for (Handler handler : Logger.getLogger("").getHandlers()) {
      handler.setFormatter(format);
    }
  }

  /** A service's child on a terminal inherits the variable, so this checks standard error. */
  private static boolean isJournal(String stream) {
    if (stream == null) {
      return false;
    }
    Path error = Path.of("/proc/self/fd/2");
    try {
      return stream.equals(
          Files.getAttribute(error, "unix:dev") + ":" + Files.getAttribute(error, "unix:ino"));
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  @Override
  public String format(LogRecord record) {
    StringBuilder text = new StringBuilder(component(record.getLoggerName()));
    text.append(": ").append(formatMessage(record));
    if (record.getThrown() != null) {
      StringWriter trace = new StringWriter();
      record.getThrown().printStackTrace(new PrintWriter(trace));
      text.append('\n').append(trace);
    }
    String level = level(record.getLevel());
    if (!forJournal) {
      return level + text.toString().stripTrailing() + "\n";
    }
    return text.toString().stripTrailing().replaceAll("(?m)^", level) + "\n";
  }

  /** Formats numbers as plain digits: {@code 1883}, in no locale {@code 1,883}. */
  @Override
  public String formatMessage(LogRecord record) {
    if (record.getParameters() != null) {
      record.setParameters(
          Arrays.stream(record.getParameters())
              .map(value -> value instanceof Number ? value.toString() : value)
              .toArray());
    }
    return super.formatMessage(record);
  }

  private String level(Level level) {
    if (level.intValue() >= Level.SEVERE.intValue()) {
      return forJournal ? "<3>" : "ERROR ";
    }
    if (level.intValue() >= Level.WARNING.intValue()) {
      return forJournal ? "<4>" : "WARNING ";
    }
    if (level.intValue() >= Level.INFO.intValue()) {
      return forJournal ? "<6>" : "INFO ";
    }
    return forJournal ? "<7>" : "DEBUG ";
  }

  /** The package of our own classes; for others the first word of the name. */
  private static String component(String logger) {
    if (logger == null) {
      return "log";
    }
    String[] words = logger.split("\\.", -1);
    return logger.startsWith(OURS) ? words[words.length - 2] : words[Math.min(1, words.length - 1)];
  }
}
