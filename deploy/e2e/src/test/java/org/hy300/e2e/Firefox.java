// SPDX-License-Identifier: Apache-2.0
// Debian's Firefox without a window, for a page that acts by itself.
package org.hy300.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.hy300.testing.Program;

/** It has a new profile, and connects only to the page's hosts. */
final class Firefox implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Path home;
  private final Path profile;
  private Program program;

  /**
   * Creates a browser; {@link #open} starts it.
   *
   * @param here names that resolve to this machine
   */
  Firefox(String... here) throws IOException {
    home = Files.createTempDirectory("hy300-firefox");
    profile = Files.createDirectory(home.resolve("profile"));
    Files.write(
        profile.resolve("user.js"),
        List.of(
            preference("network.dns.localDomains", "\"" + String.join(",", here) + "\""),
            preference("app.normandy.enabled", "false"),
            preference("app.update.enabled", "false"),
            preference("browser.aboutwelcome.enabled", "false"),
            preference("browser.region.update.enabled", "false"),
            preference("browser.safebrowsing.malware.enabled", "false"),
            preference("browser.safebrowsing.phishing.enabled", "false"),
            preference("browser.shell.checkDefaultBrowser", "false"),
            preference("browser.startup.homepage_override.mstone", "\"ignore\""),
            preference("datareporting.policy.dataSubmissionEnabled", "false"),
            preference("extensions.update.enabled", "false"),
            preference("network.captive-portal-service.enabled", "false"),
            preference("network.connectivity-service.enabled", "false"),
            // Firefox delays reconnects after a refused WebSocket more and more.
            preference("network.websocket.delay-failed-reconnects", "false"),
            preference("services.settings.server", "\"http://127.0.0.1:9\""),
            preference("toolkit.telemetry.enabled", "false")));
  }

  /** Starts it with a page; may be called only once. */
  void open(String url) throws IOException {
    program =
        new Program(
            "firefox-esr",
            Map.of("HOME", home.toString(), "MOZ_CRASHREPORTER_DISABLE", "1"),
            "firefox-esr",
            "--headless",
            "--no-remote",
            "--profile",
            profile.toString(),
            url);
  }

  private static String preference(String name, String value) {
    return "user_pref(\"" + name + "\", " + value + ");";
  }

  @Override
  public void close() throws IOException {
    if (program != null) {
      end();
    }
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private void end() {
    List<ProcessHandle> children =
        ProcessHandle.of(program.pid()).stream().flatMap(ProcessHandle::descendants).toList();
    program.close();
    children.forEach(ProcessHandle::destroyForcibly);
    await("Firefox and its processes end")
        .atMost(LIMIT)
        .until(() -> !program.isAlive() && children.stream().noneMatch(ProcessHandle::isAlive));
  }
}
