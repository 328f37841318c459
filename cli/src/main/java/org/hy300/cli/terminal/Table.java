// SPDX-License-Identifier: Apache-2.0
// Rows of text in aligned columns.
package org.hy300.cli.terminal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Two spaces between columns, none after the last. */
public final class Table {
  private final List<String[]> rows = new ArrayList<>();

  public Table row(String... cells) {
    rows.add(Arrays.stream(cells).map(Terminal::plain).toArray(String[]::new));
    return this;
  }

  public void print() {
    int columns = rows.stream().mapToInt(row -> row.length).max().orElse(0);
    int[] widths = new int[columns];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      int last = row.length - 1;
      while (last > 0 && row[last].isEmpty()) {
        last--;
      }
      for (int i = 0; i <= last; i++) {
        text.append(Terminal.coloured(row[i], row[i]));
        text.append(i == last ? "\n" : " ".repeat(widths[i] - row[i].length() + 2));
      }
    }
    Terminal.OUT.print(text);
    Terminal.OUT.flush();
  }
}
