// SPDX-License-Identifier: Apache-2.0
// The controls of the fleet page with a finger, keys and a pointer: which actions send a command
// and which do not. The commands at the broker count.
package org.hy300.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hy300.e2e.SimulatedFleet.LIMIT;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.hy300.testing.Program;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/**
 * Each test starts with the motor of a simulated projector at 500 and a new window with that
 * projector. The last one ends its agent.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FleetPageControlsIT {
  private static final String DEVICE = "simulated-1";
  private static final String COMMANDS = "hy300/v1/" + DEVICE + "/cmd/";
  private static final String STATUS = "hy300/v1/" + DEVICE + "/status";
  private static final String SLIDER = "#position";
  private static final String MOVE = "#do-motor-move";

  /** Points of the slider where a finger touches: left of the thumb, on it, right of it. */
  private static final double[] ACROSS = {0.1, 0.5, 0.9};

  /** Pauses of a finger between two moves: for a fling and for a slow drag. */
  private static final int[] REST_MS = {1, 40};

  private final List<String> ordered = new ArrayList<>();
  private SimulatedFleet fleet;
  private Program subscriber;
  private Browser browser;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    fleet = new SimulatedFleet(directory, 1);
    fleet.startCollector();
    fleet.awaitOnline(1);
    subscriber =
        new Program(
            "mosquitto_sub",
            Map.of(),
            "mosquitto_sub",
            "-p",
            Integer.toString(fleet.broker.address().port()),
            "-q",
            "1",
            "-v",
            "-t",
            COMMANDS + "#",
            // Retained: once the status has arrived, commands arrive too.
            "-t",
            STATUS);
    subscriber.awaitLine(Pattern.compile("^" + STATUS), LIMIT);
    order("home", "{}", "motor/home");
    browser = new Browser();
  }

  @AfterAll
  void stop() throws Exception {
    try {
      assertThat(heard()).as("nothing came late").isEqualTo(ordered);
    } finally {
      List<AutoCloseable> running = new ArrayList<>();
      running.add(browser);
      running.add(subscriber);
      running.add(fleet);
      for (AutoCloseable each : running.stream().filter(Objects::nonNull).toList()) {
        each.close();
      }
    }
  }

  @BeforeEach
  void open() throws Exception {
    ordered.clear();
    ordered.addAll(heard());
    fleet.board(1, "motor_step_ms", "1");
    order("move", "{\"args\":{\"position\":500}}", "motor/move 500");
    browser.open("about:blank");
    browser.open("http://127.0.0.1:" + fleet.httpPort() + "/#/devices/" + DEVICE);
    browser.find(SLIDER + ":not(:disabled)");
  }

  @AfterEach
  void nothingElseWasOrdered() {
    assertThat(heard()).isEqualTo(ordered);
  }

  /** Sends a command over HTTP, and waits for its end. */
  private void order(String action, String body, String heard) throws Exception {
    assertThat(
            fleet
                .post("/api/v1/devices/" + DEVICE + "/commands/motor/" + action, body)
                .statusCode())
        .isEqualTo(200);
    awaitOrders(heard);
  }

  /** Commands at the broker, with the position of a move. */
  private List<String> heard() {
    // The relay repeats a command with the same id if it gets no reply for a while.
    Map<String, String> orders = new LinkedHashMap<>();
    for (String line : subscriber.lines()) {
      if (line.startsWith(COMMANDS)) {
        String[] parts = line.substring(COMMANDS.length()).split(" ", 2);
        JsonObject command = new JsonObject(parts[1]);
        Object position = command.getJsonObject("args", new JsonObject()).getValue("position");
        orders.putIfAbsent(
            command.getString("id"), position == null ? parts[0] : parts[0] + " " + position);
      }
    }
    return List.copyOf(orders.values());
  }

  /** Expects exactly these commands since the last call. */
  private void awaitOrders(String... more) {
    ordered.addAll(List.of(more));
    await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(() -> assertThat(heard()).hasSizeGreaterThanOrEqualTo(ordered.size()));
    assertThat(heard()).isEqualTo(ordered);
  }

  private static void eventually(Callable<Boolean> holds) {
    await().atMost(LIMIT).pollInterval(Duration.ofMillis(100)).until(holds);
  }

  /** The position in slider, number and button, if they agree. */
  private String chosen() {
    List<?> said =
        (List<?>)
            browser.js(
                "return [document.getElementById('position').value,"
                    + " document.getElementById('steps').value,"
                    + " document.getElementById('do-motor-move').innerText]");
    assertThat(said.get(1)).isEqualTo(said.get(0));
    assertThat(said.get(2)).isEqualTo("Move to " + said.get(0));
    return (String) said.get(0);
  }

  private double scrolled() {
    return ((Number) browser.js("return document.querySelector('main').scrollTop")).doubleValue();
  }

  @Test
  void aFingerThatScrollsOrdersNothingAndATapOnTheButtonOrdersOnce() throws Exception {
    try (Finger finger = new Finger(browser)) {
      String before = chosen();
      for (int rest : REST_MS) {
        for (double across : ACROSS) {
          for (int down : new int[] {-160, 160}) {
            Finger.Point from = finger.on(SLIDER, across);
            double top = scrolled();
            finger.swipe(from, 8, down, rest);
            assertThat(scrolled()).as("%s px in pieces of %s ms", down, rest).isNotEqualTo(top);
            assertThat(chosen()).isEqualTo(before);
          }
        }
      }
      for (int rest : REST_MS) {
        for (double across : ACROSS) {
          for (int right : new int[] {-90, 90}) {
            finger.swipe(finger.on(SLIDER, across), right, 6, rest);
            chosen();
          }
        }
        for (String button :
            List.of(MOVE, "#do-motor-home", "#do-motor-stop", "#do-tvcap-snapshot")) {
          finger.swipe(finger.on(button, 0.5), 0, -160, rest);
        }
      }
      finger.swipe(finger.on(SLIDER, 0.5), -60, 0, 40);
      String wanted = chosen();
      assertThat(wanted).as("a finger chooses").isNotEqualTo(before);
      browser.picture("controls-phone");
      finger.tap(MOVE);
      awaitOrders("motor/move " + wanted);
      eventually(() -> browser.text("output.position").equals(wanted));
    }
  }

  @Test
  void aTouchThatIsTakenAwayChoosesNothing() throws Exception {
    try (Finger finger = new Finger(browser)) {
      String before = chosen();
      Finger.Point from = finger.on(SLIDER, 0.5);
      finger.down(from);
      finger.move(from, 100, 0, 40);
      assertThat(chosen()).isNotEqualTo(before);
      finger.cancel();
      eventually(() -> chosen().equals(before));
      finger.tap(MOVE);
      awaitOrders("motor/move " + before);
    }
  }

  @Test
  void keysAndWheelChooseAndAHeldKeyOrdersOnce() throws Exception {
    String before = chosen();
    browser.find(SLIDER).click();
    hold(39, "ArrowRight", "", 20);
    hold(33, "PageUp", "", 3);
    hold(13, "Enter", "\r", 3);
    browser.protocol(
        "Input.dispatchMouseEvent",
        Map.of("type", "mouseWheel", "x", 200, "y", 300, "deltaX", 0, "deltaY", 200));
    browser.js(
        "for (const id of ['position', 'steps']) for (const type of ['input', 'change', 'wheel'])"
            + " document.getElementById(id).dispatchEvent(new Event(type, { bubbles: true }))");
    String wanted = chosen();
    assertThat(wanted).as("keys choose").isNotEqualTo(before);
    // While another user moves the motor, the choice stays and is not sent.
    fleet.board(1, "motor_step_ms", "10");
    order("move", "{\"args\":{\"position\":100}}", "motor/move 100");
    order("move", "{\"args\":{\"position\":0}}", "motor/move 0");
    fleet.board(1, "motor_step_ms", "1");
    eventually(() -> browser.text("output.position").equals("0"));
    assertThat(chosen()).isEqualTo(wanted).isNotEqualTo("0");
    browser.js("document.getElementById('do-motor-move').focus()");
    hold(13, "Enter", "\r", 5);
    awaitOrders("motor/move " + wanted);
    eventually(() -> browser.text("output.position").equals(wanted));
    type("40");
    assertThat(chosen()).isEqualTo("40");
    hold(13, "Enter", "\r", 5);
    awaitOrders("motor/move 40");
  }

  /** Replaces the number in the field, which the page updates while it has no focus. */
  private void type(String number) {
    browser.find("#steps:not(:disabled)").sendKeys(Keys.chord(Keys.CONTROL, "a"), number);
  }

  /** Holds a key down until it repeats. */
  private void hold(int code, String key, String text, int times) {
    for (int time = 0; time < times; time++) {
      browser.protocol(
          "Input.dispatchKeyEvent",
          Map.of(
              "type",
              text.isEmpty() ? "rawKeyDown" : "keyDown",
              "key",
              key,
              "code",
              key,
              "text",
              text,
              "windowsVirtualKeyCode",
              code,
              "autoRepeat",
              time > 0));
    }
    browser.protocol(
        "Input.dispatchKeyEvent",
        Map.of("type", "keyUp", "key", key, "code", key, "windowsVirtualKeyCode", code));
  }

  @Test
  void aChoiceThatNobodyOrdersGivesWayToTheMotorsPosition() {
    browser.find(SLIDER).click();
    browser.type(Keys.END);
    assertThat(chosen()).isEqualTo("1000");
    browser.find("h1").click();
    eventually(() -> chosen().equals("500"));
    awaitOrders();
  }

  @Test
  void aStopInMidMoveWorks() throws Exception {
    fleet.board(1, "motor_step_ms", "1000");
    type("900");
    browser.find(MOVE).click();
    eventually(() -> Integer.parseInt(browser.text("output.position")) > 540);
    browser.find("#do-motor-stop").click();
    awaitOrders("motor/move 900", "motor/stop");
    eventually(
        () -> outcomes().contains("Stop done") && outcomes().contains("Move to 900 cancelled"));
    fleet.board(1, "motor_step_ms", "1");
    eventually(() -> browser.text(".card.motor dd").startsWith("at rest"));
    assertThat(Integer.parseInt(browser.text("output.position"))).isBetween(541, 899);
  }

  @SuppressWarnings("unchecked") // The browser returns a list of strings.
  private List<String> outcomes() {
    return (List<String>)
        browser.js(
            "return [...document.querySelectorAll('.replies li')].map(l =>"
                + " l.querySelector('.order-name').innerText + ' ' +"
                + " (l.querySelector('strong')?.innerText ?? ''))");
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void everyButtonCanBeReadAtRestUnderThePointerWithTheFocusPressedAndDisabled() throws Exception {
    browser.hover(MOVE);
    assertThat(Accessibility.faintNow(browser)).isEmpty();
    readable("device");
    browser.js("location.hash = '#/'");
    browser.find(".body .row");
    readable("list");
    browser.js("location.hash = '#/?q=nobody'");
    browser.find(".empty button");
    readable("list without a row");
    fleet.killAgent(1);
    browser.js("location.hash = '#/?show=offline'");
    browser.find(".body .row.off");
    readable("list, offline");
    browser.js("location.hash = '#/devices/" + DEVICE + "'");
    eventually(() -> browser.text(".banner").startsWith("This projector is offline"));
    readable("device, offline");
    awaitOrders();
  }

  private void readable(String view) throws IOException {
    for (boolean dark : new boolean[] {false, true}) {
      browser.dark(dark);
      for (int width : new int[] {390, 1280}) {
        browser.size(width, 844);
        assertThat(Accessibility.faint(browser))
            .as("%s, dark %s, %s px", view, dark, width)
            .isEmpty();
      }
    }
    browser.dark(false);
    browser.size(1280, 800);
  }
}
