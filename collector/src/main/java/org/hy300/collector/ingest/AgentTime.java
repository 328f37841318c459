// SPDX-License-Identifier: Apache-2.0
// The time of a message in the one form that agents write: 2026-11-21T04:00:00.123Z.
package org.hy300.collector.ingest;

import java.time.DateTimeException;
import java.time.LocalDate;

/** Reads it without a text of its own: with a watcher the time of each message is needed. */
final class AgentTime {
  private static final int LENGTH = "2026-11-21T04:00:00.123Z".length();
  private static final String MARKS = "....-..-..T..:..:......Z";

  private AgentTime() {}

  /**
   * The time in ms of Unix time; negative for another form, or a time before 1970.
   *
   * @param to behind the last byte
   */
  static long read(byte[] text, int from, int to) {
    if (to - from != LENGTH || text[from + 19] != '.') {
      return -1;
    }
    for (int i = 0; i < LENGTH; i++) {
      char mark = MARKS.charAt(i);
      byte b = text[from + i];
      if (i != 19 && (mark == '.' ? b < '0' || b > '9' : b != mark)) {
        return -1;
      }
    }
    int year = number(text, from, 4);
    int month = number(text, from + 5, 2);
    int day = number(text, from + 8, 2);
    int hour = number(text, from + 11, 2);
    int minute = number(text, from + 14, 2);
    int second = number(text, from + 17, 2);
    if (hour > 23 || minute > 59 || second > 59) {
      return -1;
    }
    long days;
    try {
      days = LocalDate.of(year, month, day).toEpochDay();
    } catch (DateTimeException e) {
      return -1;
    }
    long seconds = days * 86_400 + hour * 3600L + minute * 60L + second;
    return seconds * 1000 + number(text, from + 20, 3);
  }

  private static int number(byte[] text, int from, int digits) {
    int number = 0;
    for (int i = from; i < from + digits; i++) {
      number = number * 10 + text[i] - '0';
    }
    return number;
  }
}
