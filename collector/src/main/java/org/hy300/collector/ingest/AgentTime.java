// SPDX-License-Identifier: Apache-2.0
// The time of a message in the one form that agents write: 2026-11-21T04:00:00.123Z.
package org.hy300.collector.ingest;

/** Reads it without an object, for with a watcher the time of each message is needed. */
final class AgentTime {
  private static final int LENGTH = "2026-11-21T04:00:00.123Z".length();
  private static final String MARKS = "....-..-..T..:..:......Z";

  /** Whole days of a year before each month, in a year that begins in March. */
  private static final int[] BEFORE = {306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275};

  private static final int[] DAYS = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  private static final int DAYS_TO_1970 = 719_468;

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
    if (month < 1 || month > 12 || day < 1 || day > days(year, month)) {
      return -1;
    }
    if (hour > 23 || minute > 59 || second > 59) {
      return -1;
    }
    // Days are counted from the first of March, so that a leap day is the last one of its year.
    int years = month > 2 ? year : year - 1;
    long days = 365L * years + years / 4 - years / 100 + years / 400 + BEFORE[month - 1] + day - 1;
    long seconds = (days - DAYS_TO_1970) * 86_400 + hour * 3600L + minute * 60L + second;
    return seconds * 1000 + number(text, from + 20, 3);
  }

  private static int days(int year, int month) {
    boolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && !leap ? 28 : DAYS[month - 1];
  }

  private static int number(byte[] text, int from, int digits) {
    int number = 0;
    for (int i = from; i < from + digits; i++) {
      number = number * 10 + text[i] - '0';
    }
    return number;
  }
}
