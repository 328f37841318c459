// SPDX-License-Identifier: Apache-2.0
package org.hy300.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The house rules: which package uses which, in all modules that share packages. They are checked
 * here because this module's tests have all of them on the class path.
 */
class HouseTest {
  private static final String HOUSE = "org.hy300.";

  /** The rooms in the order of the data flow: each may only use earlier ones. */
  private static final List<String> ROOMS =
      List.of(
          // common
          "contract",
          "file",
          "log",
          "mqtt",
          "journal",
          "program",
          "testing",
          // edge-agent
          "agent.metrics",
          "agent.attribute",
          "agent.source",
          "agent.source.board",
          "agent.source.process",
          "agent.state",
          "agent.event",
          "agent.snapshot",
          "agent.command",
          "agent.discovery",
          "agent",
          "simulator",
          // collector
          "collector.metrics",
          "collector.access",
          "collector.broker",
          "collector.fleet",
          "collector.knowledge",
          "collector.ingest",
          "collector.exposition",
          "collector.push",
          "collector.relay",
          "collector.page",
          "collector.http",
          "collector",
          // cli
          "cli.terminal",
          "cli.client",
          "cli.command",
          "cli.manual",
          "cli");

  /** All that the contract may use: JSON, and the buffers of messages. */
  private static final Pattern OF_THE_CONTRACT =
      Pattern.compile(
          "java\\..*|org\\.hy300\\.contract|com\\.fasterxml\\.jackson\\.core"
              + "|io\\.vertx\\.core\\.(json(\\.jackson)?|buffer|spi(\\.json)?)");

  /** {@code org.hy300.cli.Main -> org.hy300.program.Program hy300-runtime.jar}. */
  private static final Pattern USE = Pattern.compile("(?m)^ +(\\S+) +-> (\\S+) ");

  /** Uses between classes, as {@code a.B -> c.D}, by their packages. */
  private static final Map<String, Map<String, Set<String>>> USES = new TreeMap<>();

  @BeforeAll
  static void look() {
    List<String> command = new ArrayList<>(List.of("-verbose:class", "-filter:none"));
    Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(HouseTest::isOurs)
        .forEach(command::add);
    StringWriter said = new StringWriter();
    PrintWriter writer = new PrintWriter(said);
    ToolProvider jdeps = ToolProvider.findFirst("jdeps").orElseThrow();
    assertThat(jdeps.run(writer, writer, command.toArray(String[]::new))).as("%s", said).isZero();
    for (MatchResult use : USE.matcher(said.toString()).results().toList()) {
      USES.computeIfAbsent(room(use.group(1)), from -> new TreeMap<>())
          .computeIfAbsent(room(use.group(2)), to -> new TreeSet<>())
          .add(use.group(1) + " -> " + use.group(2));
    }
  }

  /**
   * Whether a class path entry is one of our modules: a directory when compiled, a jar when
   * packaged.
   */
  private static boolean isOurs(String entry) {
    String name = Path.of(entry).getFileName().toString();
    return name.equals("classes") || (name.startsWith("hy300") && name.endsWith(".jar"));
  }

  /** A class's package. */
  private static String room(String type) {
    return type.substring(0, Math.max(0, type.lastIndexOf('.')));
  }

  @Test
  void eachRoomUsesThoseBeforeItAlone() {
    Set<String> wrong = new TreeSet<>();
    USES.forEach(
        (from, uses) ->
            uses.forEach(
                (to, classes) -> {
                  if (to.startsWith(HOUSE) && place(to) > place(from)) {
                    wrong.addAll(classes);
                  }
                }));
    assertThat(wrong).isEmpty();
  }

  private static int place(String room) {
    int place = ROOMS.indexOf(room.substring(HOUSE.length()));
    assertThat(place).as("the place of " + room + " among the rooms of HouseTest").isNotNegative();
    return place;
  }

  @Test
  void eachRoomIsThere() {
    assertThat(USES.keySet())
        .containsExactlyInAnyOrderElementsOf(ROOMS.stream().map(HOUSE::concat).toList());
  }

  @Test
  void noPackagesUseEachOtherInACircle() {
    assertThat(USES.keySet()).allSatisfy(room -> assertThat(within(room)).doesNotContain(room));
  }

  /** All packages that a package uses, directly or indirectly. */
  private static Set<String> within(String room) {
    Set<String> reached = new TreeSet<>();
    List<String> next = new ArrayList<>(List.of(room));
    while (!next.isEmpty()) {
      String from = next.remove(0);
      USES.getOrDefault(from, Map.of()).keySet().stream()
          .filter(to -> !to.equals(from) && reached.add(to))
          .forEach(next::add);
    }
    return reached;
  }

  @Test
  void theContractNeedsJsonAndNeitherMqttNorATransport() {
    assertThat(USES.get(HOUSE + "contract").keySet())
        .allMatch(used -> OF_THE_CONTRACT.matcher(used).matches());
  }
}
