// SPDX-License-Identifier: Apache-2.0
// A simulated finger on a phone: the browser itself turns its touches into scrolling, clicks and
// cancelled pointers.
package org.hy300.e2e;

import java.util.List;
import java.util.Map;

/** One finger on a page that is 390 pixels wide. */
final class Finger implements AutoCloseable {
  /** Number of moves in a swipe. */
  private static final int MOVES = 12;

  private final Browser browser;

  Finger(Browser browser) {
    this.browser = browser;
    browser.size(390, 844);
    browser.protocol(
        "Emulation.setTouchEmulationEnabled", Map.of("enabled", true, "maxTouchPoints", 1));
  }

  /** A point of the window. */
  record Point(double x, double y) {}

  /** A point of an element, at a part of its width, with room in the window to scroll both ways. */
  Point on(String selector, double across) {
    List<?> point =
        (List<?>)
            browser.js(
                "const e = document.querySelector(arguments[0]);"
                    + " document.querySelector('main').scrollTop += e.getBoundingClientRect().y -"
                    + " 260; const r = e.getBoundingClientRect(); return [r.x + r.width *"
                    + " arguments[1], r.y + r.height / 2]",
                selector,
                across);
    return new Point(((Number) point.get(0)).doubleValue(), ((Number) point.get(1)).doubleValue());
  }

  void tap(String selector) {
    down(on(selector, 0.5));
    up();
  }

  /** Swipes from a point by this many pixels, with a pause after each move. */
  void swipe(Point from, double right, double down, int restMs) throws InterruptedException {
    down(from);
    move(from, right, down, restMs);
    up();
    rests();
  }

  /** Waits for the scrolling that continues after a fast swipe. */
  private void rests() {
    browser.jsAsync(
        """
        const done = arguments[0], main = document.querySelector('main');
        let still = 0, last = NaN;
        const frame = () => {
          still = main.scrollTop === last ? still + 1 : 0;
          last = main.scrollTop;
          if (still < 10) requestAnimationFrame(frame);
          else done();
        };
        frame();
        """);
  }

  void down(Point at) {
    touch("touchStart", at);
  }

  void move(Point from, double right, double down, int restMs) throws InterruptedException {
    for (int i = 1; i <= MOVES; i++) {
      Thread.sleep(restMs);
      touch("touchMove", new Point(from.x + right * i / MOVES, from.y + down * i / MOVES));
    }
  }

  void up() {
    browser.protocol(
        "Input.dispatchTouchEvent", Map.of("type", "touchEnd", "touchPoints", List.of()));
  }

  /** The system cancels the touch, for example because of an incoming call. */
  void cancel() {
    browser.protocol(
        "Input.dispatchTouchEvent", Map.of("type", "touchCancel", "touchPoints", List.of()));
  }

  private void touch(String type, Point at) {
    browser.protocol(
        "Input.dispatchTouchEvent",
        Map.of("type", type, "touchPoints", List.of(Map.of("x", at.x, "y", at.y, "id", 1))));
  }

  @Override
  public void close() {
    browser.protocol("Emulation.setTouchEmulationEnabled", Map.of("enabled", false));
    browser.size(1280, 800);
  }
}
