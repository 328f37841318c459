// SPDX-License-Identifier: Apache-2.0
// Makes the animation for README and site: a motor moves, a signal is lost. `make pictures` runs
// it.
package org.hy300.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hy300.e2e.SimulatedFleet.LIMIT;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FilmIT {
  private static final int PROJECTORS = 5;
  private static final String DEVICE = "simulated-1";
  private static final String MOVE = "#do-motor-move";
  private static final int SHORT_MS = 250;
  private static final int LONG_MS = 1500;

  private SimulatedFleet fleet;
  private Browser browser;
  private Film film;

  @Test
  void aMotorIsMovedAndASignalLost(@TempDir Path directory) throws Exception {
    Path file = Root.DIRECTORY.resolve("deploy/e2e/target/screenshots/demo.gif");
    fleet = new SimulatedFleet(directory, PROJECTORS);
    try {
      fleet.startCollector();
      fleet.awaitOnline(PROJECTORS);
      for (int number = 1; number <= PROJECTORS; number++) {
        fleet.post("/api/v1/devices/simulated-" + number + "/commands/motor/home", "{}");
      }
      try (Browser window = new Browser();
          Film taken = new Film(file)) {
        browser = window;
        film = taken;
        act();
      }
    } finally {
      fleet.close();
    }
    assertThat(Files.size(file)).as("small enough for a page").isLessThan(1_500_000);
  }

  private void act() throws Exception {
    for (int number = 1; number <= PROJECTORS; number++) {
      fleet.board(number, "hdmi_source", "1920x1080@60");
    }
    String page = "http://127.0.0.1:" + fleet.httpPort() + "/#/";
    browser.size(960, 600);
    browser.open(page);
    awaitText("main", "simulated-5");
    await("all have a signal")
        .atMost(LIMIT)
        .until(() -> browser.text("main").split("1920×1080", -1).length > PROJECTORS);
    take(LONG_MS);
    browser.open(page + "devices/" + DEVICE);
    browser.find("#position:not(:disabled)");
    awaitText("main", "1920×1080");
    take(LONG_MS);
    browser.drag(browser.find("#position"), 0, 0.7);
    take(LONG_MS);
    int chosen = Integer.parseInt(browser.text(MOVE).replaceAll("\\D", ""));
    browser.find(MOVE).click();
    await("the motor arrives")
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(SHORT_MS))
        .until(
            () -> {
              take(SHORT_MS);
              return browser.text(".replies li").contains("done: position " + chosen);
            });
    take(LONG_MS);
    fleet.board(1, "hdmi_source", "none");
    awaitText("main", "no cable");
    take(LONG_MS);
    browser.open(page);
    awaitText("main", "no cable");
    take(2 * LONG_MS);
  }

  private void awaitText(String selector, String text) {
    await(text).atMost(LIMIT).until(() -> browser.text(selector).contains(text));
  }

  private void take(int milliseconds) throws Exception {
    film.add(browser.picture(), milliseconds);
  }
}
