// SPDX-License-Identifier: Apache-2.0
// The drivers' metric families as recorded in a guest, so that the simulator does not repeat them.
package org.hy300.simulator;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.hy300.contract.FamilyCatalogue;

/** The resource drivers.txt: HELP, TYPE and the series of each family, in the drivers' order. */
final class DriverFamilies {
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");
  private static final Map<String, DriverFamily> FAMILIES = read();

  private DriverFamilies() {}

  /**
   * One family.
   *
   * @param header its two comment lines
   * @param labels names and values of each series' labels, alternating
   */
  record DriverFamily(String header, List<List<String>> labels) {}

  /**
   * Finds a family of the drivers.
   *
   * @throws IllegalArgumentException if no driver has it
   */
  static DriverFamily find(String name) {
    DriverFamily family = FAMILIES.get(name);
    if (family == null) {
      throw new IllegalArgumentException(
          name + " is not a family of the drivers; drivers.txt lists them");
    }
    return family;
  }

  /** The label values of a family with one label, in the drivers' order. */
  static List<String> words(String name) {
    return find(name).labels().stream().map(labels -> labels.get(1)).toList();
  }

  private static Map<String, DriverFamily> read() {
    Map<String, DriverFamily> families = new LinkedHashMap<>();
    try (InputStream page = FamilyCatalogue.class.getResourceAsStream("drivers.txt")) {
      String help = "";
      for (String line : new String(page.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        if (line.startsWith("# HELP ")) {
          help = line + "\n";
        } else if (line.startsWith("# TYPE ")) {
          families.put(
              line.split(" ", -1)[2], new DriverFamily(help + line + "\n", new ArrayList<>()));
        } else if (!line.startsWith("#")) {
          List<String> labels = new ArrayList<>();
          for (MatchResult label : LABEL.matcher(line).results().toList()) {
            labels.add(label.group(1));
            labels.add(label.group(2));
          }
          families.get(line.replaceFirst("\\{.*", "")).labels().add(labels);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return families;
  }
}
