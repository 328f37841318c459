// SPDX-License-Identifier: Apache-2.0
// The file with headers of each request, such as `Authorization: Bearer …`, one a line.
package org.hy300.collector.push;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hy300.file.SecretFile;

/** Errors name the line and never show it. */
final class HeaderFile {
  /** RFC 9110, 5.1 and 5.5. */
  private static final Pattern HEADER =
      Pattern.compile("([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \\t]*([\\x21-\\x7e][\\x20-\\x7e\\t]*)");

  /** Set by the request itself, or by the connection. */
  private static final Pattern OWN =
      Pattern.compile(
          "(?i)content-.*|x-prometheus-remote-write-version|connection|expect|host|upgrade"
              + "|transfer-encoding|user-agent");

  private HeaderFile() {}

  /**
   * The headers, each name before its value; empty lines and those with a # in front are left out.
   *
   * @throws IllegalArgumentException with one line for the user
   */
  static List<String> read(Path file) {
    List<String> lines;
    try {
      SecretFile.check(file);
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read; --push-header-file names it", e);
    }
    List<String> headers = new ArrayList<>();
    for (int number = 1; number <= lines.size(); number++) {
      String line = lines.get(number - 1).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      Matcher header = HEADER.matcher(line);
      if (!header.matches()) {
        throw new IllegalArgumentException(
            file + " line " + number + " is not a header such as 'Authorization: Bearer TOKEN'");
      }
      if (OWN.matcher(header.group(1)).matches()) {
        throw new IllegalArgumentException(
            file + " line " + number + " sets a header that the collector sets itself");
      }
      headers.add(header.group(1));
      headers.add(header.group(2));
    }
    return headers;
  }
}
