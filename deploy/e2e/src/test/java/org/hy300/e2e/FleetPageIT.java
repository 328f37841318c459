// SPDX-License-Identifier: Apache-2.0
// The fleet page with a booted projector in a real browser: what it shows, and its commands.
package org.hy300.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hy300.testing.Program;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/**
 * Each test starts with a projector at rest at position 0 and a new window with the list. Two tests
 * come last because they end the projector, and another test would have to boot a new one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FleetPageIT {
  private static final String DEVICE = "projector-page";
  private static final int KEEP_ALIVE_SECONDS = 4;

  /** The page needs less; a busy machine needs this long to boot the projector. */
  private static final Duration LIMIT = Duration.ofMinutes(4);

  private static final Duration POLL = Duration.ofMillis(100);

  private static final List<String> MOTOR =
      List.of("#do-motor-move", "#do-motor-home", "#do-motor-stop");
  private static final String POSITION = "output.position";

  private Fleet fleet;
  private Projector projector;
  private Browser browser;
  private Agreement agreement;

  @BeforeEach
  void open() throws Exception {
    if (projector == null || !projector.guest().isAlive()) {
      boot();
    }
    eventually(() -> fleet.command(DEVICE, "home", "{}").getString("status"), "done");
    if (browser == null) {
      browser = new Browser();
      agreement = new Agreement(browser);
    }
    browser.dark(false);
    browser.size(1280, 800);
    browser.open("about:blank");
    browser.complaints();
    browser.open(url());
    eventually(() -> row("state"), "Online");
  }

  private void boot() throws Exception {
    if (fleet != null) {
      fleet.close();
    }
    fleet = new Fleet(KEEP_ALIVE_SECONDS);
    projector = new Projector(DEVICE, fleet, KEEP_ALIVE_SECONDS);
  }

  @AfterAll
  void stop() throws Exception {
    List<AutoCloseable> running = new ArrayList<>();
    running.add(browser);
    running.add(projector);
    running.add(fleet);
    for (AutoCloseable each : running.stream().filter(Objects::nonNull).toList()) {
      each.close();
    }
  }

  private String url() {
    return "http://127.0.0.1:" + fleet.httpPort + "/";
  }

  private static <T> void eventually(Callable<T> actual, T expected) {
    await()
        .atMost(LIMIT)
        .pollInterval(POLL)
        .untilAsserted(() -> assertThat(actual.call()).isEqualTo(expected));
  }

  private static void eventually(Callable<Boolean> holds) {
    await().atMost(LIMIT).pollInterval(POLL).until(holds);
  }

  private void openDevice() {
    browser.js("location.hash = '#/devices/" + DEVICE + "'");
    eventually(() -> browser.text("h1"), DEVICE);
  }

  private String row(String cell) {
    return browser.text(".body .row .cell." + cell);
  }

  @Test
  void theProjectorAppearsInTheListByItself() throws Exception {
    assertThat(states("Online")).isEqualTo(List.of("Online", "1", "0"));
    eventually(() -> row("motor").matches("0 of \\d+"), true);
    eventually(() -> row("signal"), "1280×720 60 Hz");
    eventually(() -> row("mips"), "running");
    eventually(() -> row("event").isEmpty(), false);
    assertThat(row("device")).startsWith(DEVICE);
    browser.picture("list-light");
    browser.dark(true);
    browser.picture("list-dark");
    browser.dark(false);
    agreement.holds();
    assertThat(browser.complaints()).isEmpty();
  }

  /**
   * Waits for the state of the first row; returns it with the numbers of online and offline
   * projectors, which are read at the same time.
   */
  private List<?> states(String state) {
    return await()
        .atMost(LIMIT)
        .pollInterval(POLL)
        .until(
            () ->
                (List<?>)
                    browser.js(
                        "return ['.body .row .cell.state', '.online .count', '.offline .count']"
                            + ".map(each => document.querySelector(each)?.innerText)"),
            read -> state.equals(read.get(0)));
  }

  @Test
  void theKeyboardAloneFindsAndOpensIt() {
    browser.js("document.activeElement.blur()");
    for (int tabs = 0; tabs < 8 && !focus().equals("search"); tabs++) {
      browser.type(Keys.TAB);
    }
    assertThat(focus()).isEqualTo("search");
    browser.type("nobody");
    eventually(() -> browser.text(".empty").startsWith("No projector matches"), true);
    for (int i = 0; i < "nobody".length(); i++) {
      browser.type(Keys.BACK_SPACE);
    }
    browser.type("page");
    eventually(() -> row("device").startsWith(DEVICE), true);
    browser.type(Keys.ENTER);
    eventually(() -> browser.text("h1"), DEVICE);
    browser.js("history.back()");
    browser.find(".body .row");
    assertThat(browser.js("return location.hash")).isEqualTo("#/?q=page");
    assertThat(browser.js("return document.getElementById('search').value")).isEqualTo("page");
    eventually(this::focus, DEVICE);
    browser.find("#search").sendKeys(Keys.ARROW_DOWN);
    eventually(this::focus, DEVICE);
    browser.type(Keys.ENTER);
    eventually(() -> browser.text("h1"), DEVICE);
  }

  /** Id or text of the focused element. */
  private String focus() {
    return (String)
        browser.js("return document.activeElement.id || document.activeElement.innerText");
  }

  @Test
  void aMoveChosenWithTheSliderReachesTheDriverAndThePageShowsThePosition() throws Exception {
    openDevice();
    WebElement slider = browser.find("#position:not(:disabled)");
    int max = Integer.parseInt(slider.getAttribute("max"));
    assertThat(projector.motor("max_position")).isEqualTo(Integer.toString(max));
    browser.drag(slider, 0, 0.3);
    int wanted =
        Integer.parseInt((String) browser.js("return document.getElementById('steps').value"));
    assertThat(wanted).isBetween(max / 5, 2 * max / 5);
    browser.find("#do-motor-move").click();
    eventually(() -> projector.motor("position"), Integer.toString(wanted));
    eventually(() -> browser.text(POSITION), Integer.toString(wanted));
    eventually(() -> browser.text(".replies li .order-name"), "Move to " + wanted);
    eventually(() -> browser.text(".replies li .outcome"), "done: position " + wanted);
    eventually(() -> browser.text(".events li .event-name"), "position reached");
  }

  @Test
  void anExactNumberMovesItAndWhatIsOutOfRangeIsRefusedWithTheReason() throws Exception {
    openDevice();
    steps("150");
    eventually(() -> projector.motor("position"), "150");
    eventually(() -> browser.text(POSITION), "150");
    steps("99999");
    eventually(
        () -> {
          String told = browser.text(".replies li .outcome");
          return told.startsWith("rejected: ") && told.contains("HTTP 422");
        });
    assertThat(projector.motor("position")).isEqualTo("150");
  }

  private void steps(String number) {
    WebElement steps = browser.find("#steps:not(:disabled)");
    // Overwrites the old number; the page would refill a cleared field that has lost the focus.
    steps.sendKeys(Keys.chord(Keys.CONTROL, "a"), number, Keys.ENTER);
  }

  @Test
  void aSnapshotIsTakenAndShownAndValuesAreDrawn() throws Exception {
    openDevice();
    browser.find("#do-tvcap-snapshot:not([aria-disabled])").click();
    eventually(
        () ->
            (Boolean)
                browser.js(
                    "const i = document.querySelector('figure.snapshot img');"
                        + " return !i.hidden && i.naturalWidth > 100"));
    eventually(
        () ->
            ((Number) browser.js("return document.querySelectorAll('.chart canvas').length"))
                    .intValue()
                >= 3);
    browser.js("document.querySelector('details').open = true");
    eventually(() -> browser.text(".values").contains("position steps"), true);
    browser.js("document.querySelector('details').open = false");
    browser.size(1280, 1540);
    browser.picture("device-light");
    browser.picture("page-device", 0.6);
    browser.dark(true);
    // The charts are redrawn in other colours.
    eventually(
        () -> (Boolean) browser.js("return matchMedia('(prefers-color-scheme: dark)').matches"));
    browser.picture("device-dark");
    browser.dark(false);
    browser.size(1280, 800);
    assertThat(browser.complaints())
        .noneMatch(line -> !line.contains("422") && !line.contains("409"));
  }

  @Test
  void aPhoneShowsAllOfItWithoutScrollingSideways() throws Exception {
    openDevice();
    for (boolean dark : new boolean[] {false, true}) {
      browser.dark(dark);
      browser.size(390, 844);
      // The charts adapt to the new width a moment later.
      eventually(this::overflow, 0);
      browser.picture("device-phone-" + (dark ? "dark" : "light"));
      browser.js("location.hash = '#/'");
      browser.find(".body .row");
      eventually(this::overflow, 0);
      browser.picture("list-phone-" + (dark ? "dark" : "light"));
      browser.find(".body .row a").click();
      browser.find("#position:not(:disabled)");
    }
    browser.dark(false);
    browser.size(1280, 800);
  }

  private int overflow() {
    return ((Number)
            browser.js(
                "const m = document.querySelector('main'); return Math.max("
                    + "document.documentElement.scrollWidth - innerWidth,"
                    + " m.scrollWidth - m.clientWidth,"
                    + " ...[...document.querySelectorAll('.scroller')]"
                    + ".map(s => s.scrollWidth - s.clientWidth))"))
        .intValue();
  }

  @Test
  void everythingHasANameAndCanBeRead() {
    for (boolean dark : new boolean[] {false, true}) {
      browser.dark(dark);
      browser.js("location.hash = '#/devices/" + DEVICE + "'");
      browser.find("#position:not(:disabled)");
      assertThat(Accessibility.nameless(browser)).isEmpty();
      assertThat(Accessibility.faint(browser)).as("dark: %s", dark).isEmpty();
      browser.js("location.hash = '#/'");
      browser.find(".body .row");
      assertThat(Accessibility.nameless(browser)).isEmpty();
      assertThat(Accessibility.faint(browser)).as("dark: %s", dark).isEmpty();
    }
    browser.dark(false);
    assertThat(browser.js("return document.querySelector('[role=table]').ariaRowCount"))
        .isEqualTo("2");
    assertThat(browser.js("return document.querySelector('.columnheader, .head .device').ariaSort"))
        .isEqualTo("ascending");
  }

  @Test
  void whoMayNotDoSomethingSeesWhy(@TempDir Path directory) throws Exception {
    Path tokens = directory.resolve("tokens");
    String token = token(tokens, "anna", "read");
    String operator = token(tokens, "ben", "operate");
    Map<String, String> options = new HashMap<>(fleet.login());
    options.put("HY300_BROKER", "mqtt://127.0.0.1:" + fleet.mqttPort);
    options.put("HY300_HTTP_TOKENS", tokens.toString());
    try (Fleet guarded = new Fleet(KEEP_ALIVE_SECONDS, options);
        Browser other = new Browser()) {
      other.open("http://127.0.0.1:" + guarded.httpPort + "/#/devices/" + DEVICE);
      WebElement field = other.find("#token");
      field.sendKeys("hy300_wr…", Keys.ENTER);
      eventually(() -> other.text("#token-wrong").startsWith("this is no token"), true);
      field.clear();
      field.sendKeys("hy300_wrong", Keys.ENTER);
      eventually(() -> other.text("#token-wrong"), "this token is not known here");
      other.picture("log-in");
      assertThat(Accessibility.faint(other)).isEmpty();
      field.clear();
      field.sendKeys(token, Keys.ENTER);
      eventually(() -> other.text("h1"), DEVICE);
      eventually(() -> other.text(".badge"), "Online");
      assertThat(other.text("#why-motor"))
          .isEqualTo("Not now: the token “anna” has the role read, and this needs operate.");
      assertThat(other.find("#position").isEnabled()).isFalse();
      assertThat(other.find("#steps").isEnabled()).isFalse();
      for (String each : MOTOR) {
        WebElement button = other.find(each);
        assertThat(button.getAttribute("aria-disabled")).as(each).isEqualTo("true");
        assertThat(button.getAttribute("aria-describedby")).as(each).isEqualTo("why-motor");
        button.click();
      }
      assertThat(other.text(".replies")).isEmpty();
      other.picture("device-read-only");
      assertThat(other.js("return sessionStorage.length")).isEqualTo(1L);
      other.find("#log-out").click();
      field = other.find("#token");
      assertThat(other.js("return sessionStorage.length")).isEqualTo(0L);
      field.sendKeys(operator, Keys.ENTER);
      eventually(
          () -> other.text("#why-mips"),
          "Not now: the token “ben” has the role operate, and this needs admin.");
      other.find("#do-motor-home:not([aria-disabled])");
    }
  }

  private static String token(Path file, String name, String role) throws Exception {
    try (Program program =
        new Program(
            "token",
            Map.of(),
            Root.DIRECTORY
                .resolve("collector/target/hy300-collector/bin/hy300-collector")
                .toString(),
            "token",
            file.toString(),
            name,
            role)) {
      Matcher token = program.awaitLine(Pattern.compile("hy300_\\S+"), Duration.ofSeconds(30));
      program.awaitExit(Duration.ofSeconds(10));
      return token.group();
    }
  }

  @Test
  @Order(Integer.MAX_VALUE - 1)
  void aProjectorThatDiesTurnsOfflineWithoutAReload() throws Exception {
    browser.js("window.sameDocument = true");
    projector.guest().signal("KILL");
    assertThat(states("Offline")).isEqualTo(List.of("Offline", "0", "1"));
    browser.picture("list-offline");
    browser.find(".body .row a").click();
    eventually(() -> browser.text(".banner").startsWith("This projector is offline"));
    assertThat(browser.text("#why-motor"))
        .isEqualTo("Move, Home, Clear fault: the projector is offline.");
    browser.find("#do-motor-stop:not([aria-disabled])").click();
    eventually(() -> browser.text(".replies li .outcome").contains("offline"), true);
    browser.picture("device-offline");
    assertThat(browser.js("return window.sameDocument")).isEqualTo(true);
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void aCollectorThatGoesIsSaidPlainlyAndComesBackByItself() throws Exception {
    browser.js("window.sameDocument = true");
    eventually(() -> browser.text("#link"), "live");
    // The projector only uses this collector's broker, which ends with the collector.
    projector.close();
    eventually(() -> row("state"), "Offline");
    int port = fleet.httpPort;
    fleet.close();
    eventually(() -> browser.text("#notice").startsWith("The connection is lost"));
    assertThat(row("device")).startsWith(DEVICE);
    browser.picture("list-lost");
    fleet = new Fleet(KEEP_ALIVE_SECONDS, Map.of("HY300_HTTP_PORT", Integer.toString(port)));
    eventually(() -> browser.text("#link"), "live");
    // This collector's broker knows no projector.
    eventually(() -> browser.text(".empty").startsWith("No projector has been"));
    eventually(() -> browser.text("#notice"), "");
    assertThat(browser.js("return window.sameDocument")).isEqualTo(true);
    agreement.holds();
    // A newly opened page does not wait for rows either.
    browser.js("location.reload()");
    eventually(() -> browser.text(".empty").startsWith("No projector has been"));
  }
}
