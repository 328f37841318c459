// SPDX-License-Identifier: Apache-2.0
package org.hy300.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hy300.agent.metrics.AgentMetrics;
import org.hy300.contract.FamilyCatalogue;
import org.junit.jupiter.api.Test;

/** The collector accepts the families of the catalogue only. */
class FamilyCatalogueTest {
  private static final Path SOURCES = Path.of("src/main/java/org/hy300/agent");
  private static final Pattern FAMILY = Pattern.compile("\"(hy300_(?:agent|board|process)_\\w+)\"");

  private final Map<String, String> types = FamilyCatalogue.types();

  @Test
  void theAgentsFamiliesAreInIt() throws IOException {
    Set<String> typed = new TreeSet<>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        FAMILY
            .matcher(Files.readString(file))
            .results()
            .forEach(result -> typed.add(result.group(1)));
      }
    }
    assertThat(types.keySet().stream().filter(name -> FAMILY.matcher('"' + name + '"').matches()))
        .containsExactlyElementsOf(typed);
  }

  @Test
  void theTypesAreTheAgents() {
    new AgentMetrics(() -> 0, () -> 0)
        .read()
        .families()
        .forEach((name, family) -> assertThat(types).containsEntry(name, family.type()));
    types.forEach(
        (name, type) ->
            assertThat(type).as(name).isEqualTo(name.endsWith("_total") ? "counter" : "gauge"));
    assertThat(types.keySet()).containsAll(List.of("hy300_motor_fault", "hy300_tvcap_streaming"));
  }
}
