// SPDX-License-Identifier: Apache-2.0
// One reading of /proc/PID/stat.
package org.hy300.agent.source.process;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The fields that are used of the line, which the kernel writes in one go (proc_pid_stat(5)).
 *
 * @param id includes the start time, because process identifiers are reused
 * @param name as the kernel stores it: at most 15 bytes, any but NUL
 * @param cpuTicks time in user mode and in the kernel, without children
 */
record ProcessStat(
    Identity id,
    String name,
    char state,
    long cpuTicks,
    int threads,
    long vmsBytes,
    long rssPages) {

  /** One process, distinct from earlier and later ones with its PID. */
  record Identity(int pid, long startTicks) {}

  /** The number of the first field after the name; proc_pid_stat(5) counts from 1. */
  private static final int FIRST_BEHIND_NAME = 3;

  private static final int STATE = 3;
  private static final int UTIME = 14;
  private static final int STIME = 15;
  private static final int THREADS = 20;
  private static final int START = 22;
  private static final int VSIZE = 23;
  private static final int RSS = 24;

  /** Parses the file's content; empty when it is not in the kernel's format. */
  static Optional<ProcessStat> parse(byte[] content) {
    // One character a byte; the name is decoded separately.
    String text = new String(content, StandardCharsets.ISO_8859_1);
    int open = text.indexOf('(');
    // The name may contain spaces, parentheses and line feeds; the fields after it do not.
    int close = text.lastIndexOf(')');
    if (open < 2 || close < open || close + 2 > text.length()) {
      return Optional.empty();
    }
    String[] fields = text.substring(close + 2).strip().split(" ", -1);
    if (fields.length <= RSS - FIRST_BEHIND_NAME || fields[0].length() != 1) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ProcessStat(
              new Identity(Integer.parseInt(text.substring(0, open - 1)), number(fields, START)),
              new String(
                  text.substring(open + 1, close).getBytes(StandardCharsets.ISO_8859_1),
                  StandardCharsets.UTF_8),
              fields[STATE - FIRST_BEHIND_NAME].charAt(0),
              number(fields, UTIME) + number(fields, STIME),
              (int) number(fields, THREADS),
              number(fields, VSIZE),
              number(fields, RSS)));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static long number(String[] fields, int field) {
    return Long.parseLong(fields[field - FIRST_BEHIND_NAME]);
  }

  /** Whether it still runs: a zombie without threads only waits for its parent to reap it. */
  boolean isAlive() {
    return state != 'X' && state != 'x' && (state != 'Z' || isLeaderless());
  }

  /**
   * Whether its first thread has ended and others run. The kernel then still reports its times, but
   * not its memory.
   */
  boolean isLeaderless() {
    return state == 'Z' && threads > 1;
  }

  /** The same process with the memory of one of its threads, which all of them share. */
  ProcessStat withMemoryOf(ProcessStat thread) {
    return new ProcessStat(id, name, state, cpuTicks, threads, thread.vmsBytes, thread.rssPages);
  }
}
