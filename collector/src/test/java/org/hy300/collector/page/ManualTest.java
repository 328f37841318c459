// SPDX-License-Identifier: Apache-2.0
// The documentation that the collector serves: all pages exist, and all links work.
package org.hy300.collector.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hy300.collector.CollectorFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class ManualTest extends CollectorFixture {
  private static final Path DOCS = Path.of("../docs");
  private static final Pattern HREF = Pattern.compile("<a href=\"([^\"]*)\"");

  private static List<String> pages() throws Exception {
    try (Stream<Path> files = Files.walk(DOCS, 2)) {
      return files
          .map(file -> DOCS.relativize(file).toString())
          .filter(name -> name.endsWith(".md") && !name.startsWith("decisions/"))
          .map(name -> name.replaceFirst("\\.md$", ""))
          .toList();
    }
  }

  @Test
  void everyPageIsServedAndItsLinksLeadToOthers() throws Exception {
    Map<String, String> served = new HashMap<>();
    for (String name : pages()) {
      HttpResponse<String> page = get("/docs/" + name);
      assertThat(page.statusCode()).as(name).isEqualTo(200);
      assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
      assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
          .startsWith("default-src 'none'; script-src 'self';");
      assertThat(page.body()).as(name).contains("<h1 id=").doesNotContain("<img", "<script");
      served.put("/docs/" + name, page.body());
    }
    assertThat(served).containsKeys("/docs/index", "/docs/runbooks/DeviceDown");
    int links = 0;
    for (Map.Entry<String, String> page : served.entrySet()) {
      Matcher link = HREF.matcher(page.getValue());
      while (link.find()) {
        URI target = URI.create(page.getKey()).resolve(link.group(1));
        if (target.isAbsolute() || target.getPath().equals("/")) {
          continue;
        }
        String there = served.get(target.getPath());
        assertThat(there).as("%s links to %s", page.getKey(), link.group(1)).isNotNull();
        if (target.getFragment() != null) {
          assertThat(there)
              .as("%s links to %s", page.getKey(), link.group(1))
              .contains(" id=\"" + target.getFragment() + "\"");
        }
        links++;
      }
    }
    assertThat(links).isGreaterThan(100);
  }

  @Test
  void nothingElseOfTheProgramIsServed() throws Exception {
    for (String wrong :
        List.of(
            "none", "runbooks/None", "..%2fhttp%2fopenapi", "decisions/README", "a%2f..%2findex")) {
      assertThat(get("/docs/" + wrong).statusCode()).as(wrong).isEqualTo(404);
    }
  }
}
