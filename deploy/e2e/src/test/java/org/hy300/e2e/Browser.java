// SPDX-License-Identifier: Apache-2.0
// Debian's Chromium, controlled by Selenium: sizes, colours, keys, and screenshots.
package org.hy300.e2e;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** One window of a browser with a new profile. */
final class Browser implements AutoCloseable {
  private static final Path PICTURES = Root.DIRECTORY.resolve("deploy/e2e/target/screenshots");
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Path profile;
  private final ChromeDriver driver;

  Browser() throws IOException {
    this(Map.of());
  }

  /** With an environment and options in addition to the common ones. */
  Browser(Map<String, String> environment, String... others) throws IOException {
    Files.createDirectories(PICTURES);
    profile = Files.createTempDirectory("hy300-chromium");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary("/usr/bin/chromium");
    options.setCapability("goog:loggingPrefs", logs);
    options.addArguments(
        "--headless=new",
        // Chromium's sandbox does not work for root; only our own pages are loaded.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--user-data-dir=" + profile);
    options.addArguments(others);
    driver =
        new ChromeDriver(
            new ChromeDriverService.Builder()
                .usingDriverExecutable(new File("/usr/bin/chromedriver"))
                .usingAnyFreePort()
                .withEnvironment(environment)
                .build(),
            options);
    driver.manage().timeouts().scriptTimeout(LIMIT.multipliedBy(3));
    size(1280, 800);
    dark(false);
  }

  void open(String url) {
    driver.get(url);
  }

  /** Sets the size of the page in pixels; below 600 it is that of a phone. */
  void size(int width, int height) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
  }

  void dark(boolean dark) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /** Runs a script before those of each page that is opened from now on. */
  void before(String script) {
    driver.executeCdpCommand("Page.addScriptToEvaluateOnNewDocument", Map.of("source", script));
  }

  /** Waits for a visible element. */
  WebElement find(String selector) {
    return Awaitility.await(selector)
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(100))
        // The list may replace its rows during the search.
        .ignoreException(StaleElementReferenceException.class)
        .until(
            () ->
                driver.findElements(By.cssSelector(selector)).stream()
                    .filter(WebElement::isDisplayed)
                    .findFirst()
                    .orElse(null),
            element -> element != null);
  }

  /** The visible text of an element; empty if there is none. */
  String text(String selector) {
    return (String)
        js(
            "const e = document.querySelector(arguments[0]);"
                + " return e && e.checkVisibility() ? e.innerText : ''",
            selector);
  }

  Object js(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  Object jsAsync(String script, Object... arguments) {
    return driver.executeAsyncScript(script, arguments);
  }

  /** Types keys into the focused element. */
  void type(CharSequence... keys) {
    new Actions(driver).sendKeys(keys).perform();
  }

  /**
   * Sends a command of Chrome's own protocol, for what WebDriver lacks: touches, held keys, states.
   */
  Map<String, Object> protocol(String command, Map<String, Object> arguments) {
    return driver.executeCdpCommand(command, arguments);
  }

  /** Moves the pointer over an element, and leaves it there. */
  void hover(String selector) {
    new Actions(driver).moveToElement(find(selector)).perform();
  }

  /** Drags the thumb of a slider from one part of its length to another. */
  void drag(WebElement slider, double from, double to) {
    int width = slider.getSize().getWidth() - 24;
    int begin = (int) Math.round((from - 0.5) * width);
    new Actions(driver)
        .moveToElement(slider, begin, 0)
        .clickAndHold()
        .moveByOffset((int) Math.round((to - from) * width / 2), 0)
        .moveByOffset((int) Math.round((to - from) * width / 2), 0)
        .release()
        .perform();
  }

  /** Takes a screenshot as PNG. */
  byte[] picture() {
    return driver.getScreenshotAs(OutputType.BYTES);
  }

  /** Saves a screenshot in the build directory. */
  void picture(String name) throws IOException {
    Files.write(PICTURES.resolve(name + ".png"), picture());
  }

  /** Saves a screenshot in a smaller scale, for a document. */
  void picture(String name, double scale) throws IOException {
    Map<?, ?> size = (Map<?, ?>) js("return { width: innerWidth, height: innerHeight }");
    Object data =
        driver
            .executeCdpCommand(
                "Page.captureScreenshot",
                Map.of(
                    "clip",
                    Map.of(
                        "x",
                        0,
                        "y",
                        0,
                        "width",
                        size.get("width"),
                        "height",
                        size.get("height"),
                        "scale",
                        scale)))
            .get("data");
    Files.write(PICTURES.resolve(name + ".png"), Base64.getDecoder().decode((String) data));
  }

  /** The browser's errors: those of scripts, and violations of the page's policy. */
  List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(LogEntry::getMessage)
        .toList();
  }

  @Override
  public void close() throws IOException {
    driver.quit();
    try (Stream<Path> files = Files.walk(profile)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
