// SPDX-License-Identifier: Apache-2.0
// A /proc in a plain directory, for cases that a real kernel does not produce on demand.
package org.hy300.agent.source.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** 100 ticks a second, pages of 4096 bytes, two processors, 1 GB of memory. */
final class ProcDirectory {
  private static final int AT_PAGESZ = 6;
  private static final int AT_CLKTCK = 17;

  final Path root;

  /** Properties of the next processes. */
  int threads = 1;

  char state = 'S';
  long rssPages = 1000;
  String cgroup = "0::/init.scope\n";

  ProcDirectory(Path root) throws IOException {
    this.root = root;
    Files.createDirectories(root.resolve("self"));
    Files.write(root.resolve("self/auxv"), auxv(Long.BYTES, AT_PAGESZ, 4096, AT_CLKTCK, 100, 0, 0));
    Files.writeString(root.resolve("meminfo"), "MemTotal:        1000000 kB\nMemFree: 1 kB\n");
    Files.writeString(root.resolve("stat"), "cpu  1 2 3\ncpu0 1 2 3\ncpu1 1 2 3\nintr 9\n");
    uptime(10);
  }

  static byte[] auxv(int wordBytes, long... words) {
    ByteBuffer bytes = ByteBuffer.allocate(words.length * wordBytes).order(ByteOrder.nativeOrder());
    for (long word : words) {
      if (wordBytes == Long.BYTES) {
        bytes.putLong(word);
      } else {
        bytes.putInt((int) word);
      }
    }
    return bytes.array();
  }

  void uptime(double seconds) throws IOException {
    Files.writeString(root.resolve("uptime"), seconds + " 20.00\n");
  }

  /** Adds a process or changes it. */
  void put(int pid, String name, long startTicks, long cpuTicks) throws IOException {
    Path directory = Files.createDirectories(root.resolve(Integer.toString(pid)));
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    byte[] kept = new byte[Math.min(bytes.length, 15)];
    System.arraycopy(bytes, 0, kept, 0, kept.length);
    String line =
        "%d (%s) %c 1 1 1 0 -1 4194560 1 2 3 4 %d %d 7 8 20 0 %d 0 %d 8192000 %d 18446744073709551615 0\n"
            .formatted(
                pid,
                new String(kept, StandardCharsets.ISO_8859_1),
                state,
                cpuTicks - cpuTicks / 2,
                cpuTicks / 2,
                threads,
                startTicks,
                rssPages);
    Files.write(directory.resolve("stat"), line.getBytes(StandardCharsets.ISO_8859_1));
    Files.writeString(directory.resolve("cmdline"), "/usr/lib/" + name + "\0--option\0/x/y\0");
    Files.writeString(directory.resolve("cgroup"), cgroup);
  }

  /** The process ends. */
  void remove(int pid) throws IOException {
    Path directory = root.resolve(Integer.toString(pid));
    for (String file : new String[] {"stat", "cmdline", "cgroup"}) {
      Files.deleteIfExists(directory.resolve(file));
    }
    Files.deleteIfExists(directory);
  }

  /** The process ends between the listing and the reading of this file. */
  void lose(int pid, String file) throws IOException {
    Files.delete(root.resolve(Integer.toString(pid)).resolve(file));
  }
}
