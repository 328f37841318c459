// SPDX-License-Identifier: Apache-2.0
// A manual page in roff (man(7)), written part by part.
package org.hy300.program;

import java.util.Locale;

/** Escapes roff's special characters, and handles picocli's percent signs. */
public final class Roff {
  private final StringBuilder page = new StringBuilder();

  /** Starts the page of a program. */
  public Roff(String program, int section) {
    page.append(".\\\" SPDX-License-Identifier: Apache-2.0\n");
    page.append(".TH ").append(program.toUpperCase(Locale.ROOT).replace("-", "\\-"));
    page.append(' ').append(section).append(" \"\" \"hy300-fleet\" \"");
    page.append(section == 8 ? "System Administration" : "User Commands").append("\"\n");
    // No hyphenation, so that names and commands can be searched for.
    page.append(".nh\n");
  }

  public void section(String name) {
    page.append(".SH ").append(name).append('\n');
  }

  public void subsection(String name) {
    page.append(".SS \"").append(escaped(name)).append("\"\n");
  }

  /** The synopsis of a program or command. */
  public void synopsis(String text) {
    page.append(".B ").append(escaped(text)).append('\n');
  }

  /** A paragraph. */
  public void text(String text) {
    page.append(".PP\n");
    for (String line : text.split("(?<=[.;:]) ", -1)) {
      page.append(escaped(line)).append('\n');
    }
  }

  /** A term and its explanation. */
  public void item(String term, String text) {
    page.append(".TP\n.B ").append(escaped(term)).append('\n');
    page.append(escaped(text)).append('\n');
  }

  @Override
  public String toString() {
    return page.toString();
  }

  private static String escaped(String text) {
    String escaped = text.replace("%%", "%").replace("\\", "\\e").replace("-", "\\-");
    return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
  }
}
