// SPDX-License-Identifier: Apache-2.0
// The server that samples are pushed to: one request and what its answer means.
package org.hy300.collector.push;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/** Belongs to one thread, which it blocks. */
final class Receiver {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration ANSWER = Duration.ofSeconds(30);
  private static final int TOO_MANY_REQUESTS = 429;

  /** Characters of a server's answer that are logged. */
  private static final int MAX_DETAIL = 200;

  /** What is to happen with the samples of a request. */
  enum Verdict {
    TAKEN,
    /** To be sent again. */
    AGAIN,
    /** Not wanted, now and later. */
    REFUSED
  }

  /**
   * What has come of a request.
   *
   * @param result one word for a counter
   * @param detail for the log
   */
  record Outcome(Verdict verdict, String result, String detail) {}

  private final PushConfig config;

  /** Follows no redirect: the headers are for this address. */
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  Receiver(PushConfig config) {
    this.config = config;
  }

  /** The address without what may be a secret in it. */
  String name() {
    return config.url().getScheme() + "://" + config.url().getRawAuthority();
  }

  Outcome send(byte[] body) throws InterruptedException {
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(config.url())
              .timeout(ANSWER)
              .header("Content-Type", "application/x-protobuf")
              .header("Content-Encoding", "snappy")
              .header("X-Prometheus-Remote-Write-Version", "0.1.0")
              .header("User-Agent", "hy300-collector")
              .POST(HttpRequest.BodyPublishers.ofByteArray(body));
      if (config.headers().isPresent()) {
        // Each time, so that a renewed token is taken without a restart.
        String[] headers = HeaderFile.read(config.headers().get()).toArray(String[]::new);
        if (headers.length > 0) {
          request.headers(headers);
        }
      }
      return outcome(http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()));
    } catch (IOException e) {
      return new Outcome(Verdict.AGAIN, "unreachable", why(e));
    } catch (IllegalArgumentException e) {
      return new Outcome(Verdict.AGAIN, "headers", e.getMessage());
    }
  }

  /** Java's client leaves most of its exceptions without words. */
  private static String why(IOException e) {
    if (e.getCause() instanceof UnresolvedAddressException) {
      return "there is no such host";
    }
    return e.getMessage() == null ? "it takes no connection" : e.getMessage();
  }

  private static Outcome outcome(HttpResponse<InputStream> answer) throws IOException {
    int status = answer.statusCode();
    String detail;
    try (InputStream body = answer.body()) {
      byte[] first = body.readNBytes(MAX_DETAIL);
      detail = new String(first, StandardCharsets.UTF_8).strip().replaceAll("\\p{Cntrl}", "?");
    }
    String shown = String.format(Locale.ROOT, "status %d %s", status, detail).strip();
    if (status / 100 == 2) {
      return new Outcome(Verdict.TAKEN, "sent", shown);
    }
    if (status / 100 == 5 || status == TOO_MANY_REQUESTS) {
      return new Outcome(Verdict.AGAIN, "unavailable", shown);
    }
    return new Outcome(Verdict.REFUSED, "refused_" + status, shown);
  }
}
