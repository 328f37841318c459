// SPDX-License-Identifier: Apache-2.0
// The documents for people: their links work, and a test follows every page with commands.
package org.hy300.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hy300.testing.Program;
import org.junit.jupiter.api.Test;

class PagesIT {
  private static final Pattern VERB = Pattern.compile("(?m)(?:`|^)make ([a-z][a-z0-9-]*)");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

  /** Every page in the tree, except for generated ones. */
  private static List<Path> pages() throws IOException {
    try (Stream<Path> files = Files.walk(Root.DIRECTORY)) {
      return files
          .filter(file -> file.toString().endsWith(".md"))
          .filter(file -> !file.toString().matches(".*/(target|node_modules|\\.git)/.*"))
          .sorted()
          .toList();
    }
  }

  @Test
  void everyLinkOfAPageLeadsSomewhere() throws IOException {
    List<String> dead = new ArrayList<>();
    for (Path page : pages()) {
      for (MatchResult link : LINK.matcher(Files.readString(page)).results().toList()) {
        String target = link.group(1);
        if (!target.matches("[a-z]+:.*") && !leads(page, target)) {
          dead.add(Root.DIRECTORY.relativize(page) + " -> " + target);
        }
      }
    }
    assertThat(dead).isEmpty();
  }

  private static boolean leads(Path page, String target) throws IOException {
    String[] parts = target.split("#", 2);
    Path file = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]);
    if (parts.length == 1 || !Files.exists(file)) {
      return Files.exists(file);
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith("#"))
          .anyMatch(line -> anchor(line).equals(parts[1]));
    }
  }

  /** GitHub's anchor for a heading. */
  private static String anchor(String heading) {
    return heading
        .replaceFirst("^#+ ", "")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\w -]", "")
        .replace(' ', '-');
  }

  @Test
  void everyPageWithCommandsForMachinesIsFollowed() throws IOException {
    Path tests = Root.DIRECTORY.resolve("deploy/e2e/src/test/java/org/hy300/e2e");
    String followers =
        Files.readString(tests.resolve("GuidesIT.java"))
            + Files.readString(tests.resolve("ReadmeIT.java"));
    for (Path page : pages()) {
      if (Files.readString(page).contains("\n```sh")) {
        Path name = Root.DIRECTORY.relativize(page);
        assertThat(followers).containsAnyOf("\"" + name + "\"", "\"" + name.getParent() + "\"");
      }
    }
  }

  @Test
  void everyBlockSaysInItsFirstLineWhereItRuns() throws IOException {
    for (Path page : pages()) {
      if (Files.readString(page).contains("\n```sh")) {
        for (Guide.Block block : Guide.read(Root.DIRECTORY.relativize(page).toString()).blocks()) {
          // The rendered page does not show the word after the fence.
          assertThat(block.commands().startsWith("# on " + block.machine() + "\n"))
              .as("%s:%d", page, block.line())
              .isEqualTo(!block.machine().equals(Guide.YOURS));
        }
      }
    }
  }

  @Test
  void everyVerbOfMakeThatAPageNamesIsThere() throws IOException {
    String makefile = Files.readString(Root.DIRECTORY.resolve("Makefile"));
    for (Path page : pages()) {
      for (MatchResult verb : VERB.matcher(Files.readString(page)).results().toList()) {
        assertThat(makefile).as(page.toString()).contains("\n" + verb.group(1) + ":");
      }
    }
  }

  @Test
  void theGeneratedPagesAreCurrent() throws Exception {
    Program.run(
        Root.DIRECTORY.resolve("deploy/docs/reference.py").toString(), "--check", "--options");
  }
}
