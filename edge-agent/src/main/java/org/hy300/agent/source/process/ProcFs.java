// SPDX-License-Identifier: Apache-2.0
// Reads /proc: which processes exist, what they use, and which unit they belong to.
package org.hy300.agent.source.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Blocks, so it is called off the event loop. A process may end between any two calls. */
final class ProcFs {
  private static final Pattern MEM_TOTAL = Pattern.compile("(?m)^MemTotal:\\s+(\\d+) kB$");
  private static final Pattern CORE = Pattern.compile("(?m)^cpu\\d+ ");

  private final Path root;
  private final Auxv auxv;
  private final long memoryBytes;
  private final int cores;

  /**
   * Opens a /proc.
   *
   * @throws IOException when it lacks what all figures are based on: clock tick, page size, memory,
   *     processors
   */
  ProcFs(Path root) throws IOException {
    this.root = root;
    auxv = Auxv.read(root.resolve("self/auxv"));
    Matcher total = MEM_TOTAL.matcher(Files.readString(root.resolve("meminfo")));
    if (!total.find()) {
      throw new IOException(root.resolve("meminfo") + " has no MemTotal");
    }
    memoryBytes = Long.parseLong(total.group(1)) * 1024;
    cores = (int) CORE.matcher(Files.readString(root.resolve("stat"))).results().count();
    if (cores == 0) {
      throw new IOException(root.resolve("stat") + " has no processors");
    }
  }

  double seconds(long ticks) {
    return (double) ticks / auxv.clockTick();
  }

  long bytes(long pages) {
    return pages * auxv.pageSize();
  }

  /** The machine's memory. */
  long memoryBytes() {
    return memoryBytes;
  }

  int cores() {
    return cores;
  }

  /** Time since boot, in the unit of the processes' start times. */
  long nowTicks() throws IOException {
    String uptime = Files.readString(root.resolve("uptime"));
    return (long) (Double.parseDouble(uptime.split(" ", 2)[0]) * auxv.clockTick());
  }

  /** The current processes. */
  List<Integer> pids() throws IOException {
    List<Integer> pids = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root, "[0-9]*")) {
      for (Path entry : entries) {
        pids.add(Integer.valueOf(entry.getFileName().toString()));
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return pids;
  }

  /** One process; empty if it has ended, is a zombie, or is hidden. */
  Optional<ProcessStat> stat(int pid) {
    return stat(root.resolve(Integer.toString(pid)))
        .filter(ProcessStat::isAlive)
        .flatMap(
            process ->
                process.isLeaderless()
                    ? stat(directory(process))
                        .filter(thread -> !thread.isLeaderless())
                        .map(process::withMemoryOf)
                    : Optional.of(process));
  }

  private static Optional<ProcessStat> stat(Path directory) {
    return read(directory.resolve("stat")).flatMap(ProcessStat::parse);
  }

  /** The directory with full figures: when the first thread has ended, that of a running thread. */
  private Path directory(ProcessStat process) {
    Path directory = root.resolve(Integer.toString(process.id().pid()));
    if (process.isLeaderless()) {
      try (DirectoryStream<Path> threads =
          Files.newDirectoryStream(directory.resolve("task"), "[0-9]*")) {
        for (Path thread : threads) {
          if (stat(thread).filter(one -> one.isAlive() && !one.isLeaderless()).isPresent()) {
            return thread;
          }
        }
      } catch (IOException | DirectoryIteratorException e) {
        // It has ended meanwhile, and the next read finds nothing.
      }
    }
    return directory;
  }

  /** The name of the program as it was called, without directories; empty for a kernel thread. */
  String program(ProcessStat process) {
    String arguments = text(process, "cmdline");
    String first = arguments.substring(0, (arguments + "\0").indexOf('\0'));
    return first.substring(first.lastIndexOf('/') + 1);
  }

  /**
   * Whether a process belongs to a systemd unit: systemd names a control group after each unit and
   * puts all the unit's processes into it (cgroups(7)).
   */
  boolean isOfUnit(ProcessStat process, String unit) {
    return text(process, "cgroup")
        .lines()
        .filter(line -> line.startsWith("0::/") || line.contains(":name=systemd:/"))
        .anyMatch(line -> (line + "/").contains("/" + unit + "/"));
  }

  private String text(ProcessStat process, String file) {
    return read(directory(process).resolve(file))
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
        .orElse("");
  }

  /** Empty for a process that has ended: ENOENT from open or ESRCH from read. */
  private static Optional<byte[]> read(Path file) {
    try {
      return Optional.of(Files.readAllBytes(file));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
