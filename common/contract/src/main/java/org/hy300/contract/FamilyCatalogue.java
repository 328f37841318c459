// SPDX-License-Identifier: Apache-2.0
// The metric families of this version's drivers and agent, with their types.
package org.hy300.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * Read from the resources {@code drivers.txt}, which a test compares with the running drivers, and
 * {@code agent.txt}.
 */
public final class FamilyCatalogue {
  private static final String TYPE = "# TYPE ";

  private FamilyCatalogue() {}

  /** The type of each family, by name. */
  public static Map<String, String> types() {
    Map<String, String> types = new TreeMap<>();
    for (String page : new String[] {"drivers.txt", "agent.txt"}) {
      try (InputStream text = FamilyCatalogue.class.getResourceAsStream(page)) {
        for (String line :
            new String(text.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
          if (line.startsWith(TYPE)) {
            String[] words = line.substring(TYPE.length()).split(" ", -1);
            types.put(words[0], words[1]);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return types;
  }
}
