// SPDX-License-Identifier: Apache-2.0
// The output: UTF-8 in any locale, colours on a terminal only.
package org.hy300.cli.terminal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Java cannot find out whether one stream is a terminal; the start script passes it on. */
public final class Terminal {
  public static final PrintStream OUT = stream(FileDescriptor.out);
  public static final PrintStream ERR = stream(FileDescriptor.err);

  private static final boolean OUT_IS_TERMINAL = Boolean.getBoolean("hy300.stdout.terminal");
  private static final boolean ERR_IS_TERMINAL = Boolean.getBoolean("hy300.stderr.terminal");
  private static final String GREEN = "\u001b[32m";
  private static final String RED = "\u001b[31m";
  private static final String RESET = "\u001b[0m";

  private static final List<String> GOOD = List.of("online", "done");
  private static final List<String> BAD = List.of("offline", "failed", "rejected", "expired");

  private Terminal() {}

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  /** Whether progress lines can be seen. */
  public static boolean showsProgress() {
    return ERR_IS_TERMINAL;
  }

  /** Whether output was lost, except for a pipe whose reader has ended. */
  public static boolean hasLost() {
    return OUT.checkError() && !isPipe();
  }

  private static boolean isPipe() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString().startsWith("pipe:");
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isColoured() {
    String no = System.getenv("NO_COLOR");
    return OUT_IS_TERMINAL && (no == null || no.isEmpty());
  }

  /** The text in the colour of the word. */
  public static String coloured(String word, String text) {
    if (!isColoured() || !(GOOD.contains(word) || BAD.contains(word))) {
      return text;
    }
    return (GOOD.contains(word) ? GREEN : RED) + text + RESET;
  }

  /** Prints a line for people on standard error. */
  public static void say(String message) {
    ERR.println("hy300: " + plain(message));
  }

  /** Prints the stack trace of an internal error. */
  public static void trace(Throwable fault) {
    StringWriter text = new StringWriter();
    fault.printStackTrace(new PrintWriter(text));
    text.toString().lines().forEach(line -> ERR.println(plain(line.replace("\t", "    "))));
  }

  /** Text of a device without control characters, which could manipulate a terminal. */
  public static String plain(String text) {
    return text.replaceAll("\\p{Cntrl}|[\\x{80}-\\x{9f}]", "?");
  }
}
