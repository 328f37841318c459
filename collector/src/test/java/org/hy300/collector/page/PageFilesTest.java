// SPDX-License-Identifier: Apache-2.0
// The files of the page: complete, without leftovers, and served correctly.
package org.hy300.collector.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hy300.collector.CollectorFixture;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.CommandEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class PageFilesTest extends CollectorFixture {
  private static final Path SOURCES = Path.of("src/main/resources/org/hy300/collector/page");

  private static List<Path> sources() throws Exception {
    try (Stream<Path> files = Files.list(SOURCES)) {
      return files.toList();
    }
  }

  @Test
  void everyFileIsServedWithItsTypeAndMayLoadNothingFromElsewhere() throws Exception {
    for (Path source : sources()) {
      String name = source.getFileName().toString();
      HttpResponse<String> file = get("/page/" + name);
      assertThat(file.statusCode()).as(name).isEqualTo(200);
      assertThat(file.body()).as(name).isEqualTo(Files.readString(source));
      assertThat(file.headers().firstValue("Content-Security-Policy").orElseThrow())
          .startsWith("default-src 'none'; script-src 'self';")
          .doesNotContain("unsafe");
      assertThat(file.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
      String tag = file.headers().firstValue("ETag").orElseThrow();
      HttpResponse<String> again = get("/page/" + name, "If-None-Match", tag);
      assertThat(again.statusCode()).as(name).isEqualTo(304);
      assertThat(again.body()).isEmpty();
    }
    assertThat(get("/").body()).isEqualTo(Files.readString(SOURCES.resolve("index.html")));
    assertThat(get("/").headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
    assertThat(get("/page/chart.umd.min.js").body()).contains("Chart.js v4");
    for (String wrong : List.of("none.js", "..%2fhttp%2fopenapi.yaml", "FleetRow.class")) {
      assertThat(get("/page/" + wrong).statusCode()).as(wrong).isEqualTo(404);
    }
  }

  /** Role, range, unit and title of a command come from the catalogue, which the page requests. */
  @Test
  void thePageNamesCommandsOfTheCatalogueAndKnowsNothingElseOfThem() throws Exception {
    String controls = Files.readString(SOURCES.resolve("controls.js"));
    Set<String> named = new TreeSet<>();
    Matcher name = Pattern.compile("'([a-z]+/[a-z_]+)'").matcher(controls);
    while (name.find()) {
      named.add(name.group(1));
    }
    assertThat(named)
        .hasSizeGreaterThan(5)
        .isSubsetOf(CommandCatalogue.COMMANDS.stream().map(CommandEntry::name).toList());
    Set<String> facts = new TreeSet<>();
    for (CommandEntry command : CommandCatalogue.COMMANDS) {
      facts.add(command.title());
      facts.add(command.summary());
      facts.add(command.role().word());
    }
    // The form's submit button, which also shows the position.
    facts.remove(CommandCatalogue.get("motor/move").title());
    for (String fact : facts) {
      assertThat(controls).doesNotContain("'" + fact + "'");
    }
  }

  /** Text from a device must only become text in the document. */
  @Test
  void noFileMakesMarkupOrCodeOfText() throws Exception {
    Pattern made =
        Pattern.compile("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|\\beval\\b");
    Pattern elsewhere = Pattern.compile("https?://(?!www\\.w3\\.org/2000/svg)");
    Pattern inline = Pattern.compile("<script(?![^>]*src=)|<style|\\son\\w+=|style=\"");
    for (Path source : sources()) {
      String text = Files.readString(source);
      for (Pattern pattern : List.of(made, elsewhere, inline)) {
        Matcher found = pattern.matcher(text);
        assertThat(found.find()).as("%s: %s", source, pattern).isFalse();
      }
      assertThat(text).as("%s", source).contains("SPDX-License-Identifier: Apache-2.0");
    }
  }
}
