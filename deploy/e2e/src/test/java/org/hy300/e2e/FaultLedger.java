// SPDX-License-Identifier: Apache-2.0
// The books after the storm: events, commands, counters and memory, each against its source.
package org.hy300.e2e;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hy300.journal.Journal;
import org.hy300.testing.Program;
import org.hy300.testing.Prometheus;

/**
 * Nothing here excuses a difference by a fault; what a fault may do is said where it is counted.
 */
final class FaultLedger {
  private static final Pattern COUNTER = Pattern.compile("# TYPE (\\S+) counter");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");
  private static final Pattern TOTAL = Pattern.compile("^Total\\s+\\d+\\s+(\\d+)");

  private FaultLedger() {}

  /** All counters of a projector's pages, by series. */
  static Map<String, Double> source(Path hardware, String device) throws IOException {
    Map<String, Double> counters = new TreeMap<>();
    List<Path> pages;
    try (Stream<Path> all = Files.walk(hardware, 2)) {
      pages = all.filter(file -> file.toString().endsWith("_total") || isPage(file)).toList();
    }
    for (Path page : pages) {
      List<String> lines = Files.readAllLines(page);
      Set<String> families = new HashSet<>();
      for (String line : lines) {
        Matcher type = COUNTER.matcher(line);
        String name = line.split("[{ ]", 2)[0];
        if (type.matches()) {
          families.add(type.group(1));
        } else if (families.contains(name)) {
          int blank = line.lastIndexOf(' ');
          Map<String, String> labels = new TreeMap<>(Map.of("device", device));
          Matcher label = LABEL.matcher(line.substring(0, blank));
          while (label.find()) {
            labels.put(label.group(1), label.group(2));
          }
          counters.put(name + labels, Double.valueOf(line.substring(blank + 1)));
        }
      }
    }
    return counters;
  }

  /** How many of the counted commands a projector has executed. */
  static double executed(Path hardware, String device) throws IOException {
    return source(hardware, device).entrySet().stream()
        .filter(e -> e.getKey().startsWith("hy300_mips_orders_total{"))
        .filter(e -> e.getKey().contains("keystone"))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  private static boolean isPage(Path file) {
    try {
      return Files.isReadable(file)
          && Files.isRegularFile(file)
          && Files.size(file) < 65_536
          && Files.readString(file).startsWith("# ");
    } catch (IOException e) {
      return false;
    }
  }

  /** The same counters as Prometheus has them. */
  static Map<String, Double> prometheus(Prometheus prometheus, String device)
      throws IOException, InterruptedException {
    Map<String, Double> counters = new TreeMap<>();
    for (JsonObject sample :
        samples(
            prometheus.samples(
                "{__name__=~\"hy300_(motor|tvcap|mips)_.*_total\",device=\"" + device + "\"}"))) {
      Map<String, String> labels = new TreeMap<>();
      sample
          .getJsonObject("metric")
          .forEach(label -> labels.put(label.getKey(), (String) label.getValue()));
      String name = labels.remove("__name__");
      labels.keySet().removeAll(Set.of("job", "instance"));
      counters.put(name + labels, Double.valueOf(sample.getJsonArray("value").getString(1)));
    }
    return counters;
  }

  private static List<JsonObject> samples(JsonArray array) {
    return array.stream().map(JsonObject.class::cast).toList();
  }

  /** Series that differ, with both values. */
  static List<String> differences(Map<String, Double> source, Map<String, Double> there) {
    Set<String> all = new TreeSet<>(source.keySet());
    all.addAll(there.keySet());
    return all.stream()
        .filter(series -> !source.getOrDefault(series, -1.0).equals(there.get(series)))
        .map(
            s -> "%s: %s at the source, %s at Prometheus".formatted(s, source.get(s), there.get(s)))
        .toList();
  }

  /**
   * Counters that went backwards at Prometheus within the last seconds.
   *
   * @param selector label matchers without their braces
   */
  static List<String> resets(Prometheus prometheus, long seconds, String selector)
      throws IOException, InterruptedException {
    List<String> found = new ArrayList<>();
    for (JsonObject family :
        samples(prometheus.samples("group by (__name__) ({%s})".formatted(selector)))) {
      String name = family.getJsonObject("metric").getString("__name__");
      // One family after the other: without their names, series of several would be the same.
      String matchers = selector.replaceFirst("__name__=~\"[^\"]*\",?", "");
      String question = "resets(%s{%s}[%ds]) > 0".formatted(name, matchers, seconds);
      samples(prometheus.samples(question))
          .forEach(sample -> found.add(name + sample.getJsonObject("metric") + " went back"));
    }
    return found;
  }

  /** The number of the last event that the stopped agent has on its disk. */
  static long lastEvent(FaultyFleet fleet, String device) throws IOException {
    try (Journal journal =
        new Journal(fleet.journal().resolve(device).resolve("events"), 1 << 23, () -> {})) {
      return journal.last();
    }
  }

  /** Commands of one projector: what the senders were told, what was answered, what was done. */
  static List<String> commands(Commander commander, Heard heard, double executed) {
    String device = commander.device();
    List<String> problems = new ArrayList<>(commander.problems());
    int least = 0;
    int most = 0;
    int together = 0;
    for (Commander.Given command : commander.given()) {
      Set<JsonObject> ends = heard.ends(device, command.id);
      if (command.answer == null) {
        problems.add(device + " unanswered: " + command);
      }
      if (ends.size() > 1) {
        problems.add(device + " answered in several ways: " + command + ": " + ends);
      }
      if (heard.begunAgain(device, command.id)) {
        problems.add(device + " began again what had ended: " + command);
      }
      String end = ends.stream().findFirst().map(e -> e.getString("status")).orElse("none");
      if (command.answer != null && !ends.isEmpty() && !isOwnVerdict(command.answer)) {
        if (!command.answer.getString("status").equals(end)) {
          problems.add("%s said %s of %s".formatted(device, ends, command));
        }
      }
      if (command.name.equals(Commander.COUNTED)) {
        // It came late, and may have come with the next one.
        together += command.answer != null && isOwnVerdict(command.answer) ? 1 : 0;
        least += end.equals("done") ? 1 : 0;
        // An agent that was killed does not know how far it came.
        most += end.equals("done") || end.equals("failed") ? 1 : 0;
      }
    }
    if (executed < least - together || executed > most) {
      problems.add(
          "%s executed %.0f of %s, and answered for %d to %d"
              .formatted(device, executed, Commander.COUNTED, least, most));
    }
    return problems;
  }

  /** The collector's own word about a projector that it could not ask. */
  private static boolean isOwnVerdict(JsonObject answer) {
    JsonObject error = answer.getJsonObject("error", new JsonObject());
    return Set.of("timeout", "expired").contains(error.getString("code", ""));
  }

  /** What lives on the heap of a Java program. */
  static double heapBytes(long pid) throws IOException, InterruptedException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    try (Program histogram =
        new Program("jcmd", Map.of(), jcmd, Long.toString(pid), "GC.class_histogram")) {
      histogram.awaitExit(Duration.ofSeconds(60));
      return histogram.lines().stream()
          .map(TOTAL::matcher)
          .filter(Matcher::find)
          .mapToDouble(total -> Double.parseDouble(total.group(1)))
          .findFirst()
          .orElseThrow(() -> new IOException("jcmd says " + histogram.lines()));
    }
  }

  /** Of /proc/PID/status: VmRSS in KiB, Threads. */
  static long status(long pid, String field) throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
        .filter(line -> line.startsWith(field + ":"))
        .map(line -> Long.valueOf(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  static long files(long pid) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
      return open.count();
    }
  }
}
