// SPDX-License-Identifier: Apache-2.0
// Waits for a series to change like Prometheus: by scraping its page every second.
package org.hy300.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Arguments: the page's URL, and the beginning of the series' line. Prints {@code ready} and, after
 * three seconds without a change of the line, the times of its changes, in ns of CLOCK_MONOTONIC.
 */
final class WaitScrape {
  private final HttpClient client = HttpClient.newHttpClient();
  private final HttpRequest page;
  private final String series;
  private final Arrivals changes = new Arrivals();
  private String before;

  private WaitScrape(String url, String series) {
    page = HttpRequest.newBuilder(URI.create(url)).build();
    this.series = series;
  }

  public static void main(String[] args) throws Exception {
    WaitScrape scraper = new WaitScrape(args[0], args[1]);
    scraper.before = scraper.read();
    ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    ScheduledFuture<?> scraping =
        clock.scheduleAtFixedRate(scraper::scrape, 0, 1, TimeUnit.SECONDS);
    System.out.println("ready");
    scraper.changes.untilQuiet().forEach(System.out::println);
    scraping.cancel(false);
    Runtime.getRuntime().halt(0);
  }

  private String read() throws IOException, InterruptedException {
    return client
        .send(page, BodyHandlers.ofLines())
        .body()
        .filter(line -> line.startsWith(series))
        .findFirst()
        .orElse("");
  }

  private void scrape() {
    try {
      String now = read();
      if (!now.equals(before)) {
        changes.now();
        before = now;
      }
    } catch (IOException e) {
      System.err.println(page.uri() + ": " + e);
      Runtime.getRuntime().halt(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
