// SPDX-License-Identifier: Apache-2.0
// The commands of README.md or a page in docs, in order.
package org.hy300.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page with commands in fenced blocks. The word after {@code sh} is their machine; without one it
 * is the reader's own.
 */
record Guide(String page, List<Block> blocks) {
  static final String YOURS = "yours";

  private static final Pattern FENCE = Pattern.compile("```(\\S*) ?(\\S*)");

  /**
   * Commands that are typed one after the other.
   *
   * @param section the heading above them
   * @param machine where they run
   * @param line of the page where they start
   */
  record Block(String section, String machine, int line, String commands) {
    /** The separate commands, for blocks in which only a backslash or a bar continues a line. */
    List<String> lines() {
      return commands
          .replace("\\\n", "")
          .replace("|\n", "| ")
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    }
  }

  static Guide read(String page) throws IOException {
    Path file = Root.DIRECTORY.resolve(page);
    List<Block> blocks = new ArrayList<>();
    List<String> lines = Files.readAllLines(file);
    String section = "";
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      Matcher fence = FENCE.matcher(line);
      if (line.startsWith("#")) {
        section = line.replaceFirst("^#+ ", "");
      } else if (fence.matches()) {
        int first = i + 1;
        do {
          i++;
        } while (!lines.get(i).equals("```"));
        if (fence.group(1).equals("sh")) {
          String machine = fence.group(2).isEmpty() ? YOURS : fence.group(2);
          String commands = String.join("\n", lines.subList(first, i));
          blocks.add(new Block(section, machine, first + 1, commands));
        }
      }
    }
    if (blocks.isEmpty()) {
      throw new IllegalArgumentException(file + " has no commands to follow");
    }
    return new Guide(page, blocks);
  }

  /** The same page, limited to one section. */
  Guide section(String heading) {
    List<Block> own = blocks.stream().filter(block -> block.section().equals(heading)).toList();
    if (own.isEmpty()) {
      throw new IllegalArgumentException(page + " has no commands under '" + heading + "'");
    }
    return new Guide(page, own);
  }
}
