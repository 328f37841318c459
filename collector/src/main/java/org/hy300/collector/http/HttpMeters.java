// SPDX-License-Identifier: Apache-2.0
// What Vert.x may count of HTTP on /internal/metrics: labels whose values are few, whoever asks.
package org.hy300.collector.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.spi.observability.HttpRequest;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.util.EnumSet;
import java.util.Set;

/**
 * A series is kept for ever, so that a client must not choose a label's value: with Vert.x's own
 * label "method" each invented method was a series of every meter.
 */
public final class HttpMeters {
  private static final Set<HttpMethod> METHODS =
      Set.of(
          HttpMethod.GET,
          HttpMethod.HEAD,
          HttpMethod.POST,
          HttpMethod.PUT,
          HttpMethod.PATCH,
          HttpMethod.DELETE,
          HttpMethod.OPTIONS);

  private HttpMeters() {}

  /** Vert.x's meters into a registry. */
  public static MicrometerMetricsOptions options(MeterRegistry registry) {
    // Vert.x does not take a malformed request off this gauge: it would rise with each.
    registry
        .config()
        .meterFilter(MeterFilter.denyNameStartsWith("vertx.http.server.active.requests"));
    return new MicrometerMetricsOptions()
        .setEnabled(true)
        .setLabels(EnumSet.of(Label.HTTP_CODE, Label.POOL_TYPE, Label.POOL_NAME, Label.EB_SIDE))
        .setServerRequestTagsProvider(HttpMeters::labels);
  }

  private static Iterable<Tag> labels(HttpRequest request) {
    HttpMethod method = request.method();
    return Tags.of(
        Label.HTTP_METHOD.toString(), METHODS.contains(method) ? method.name() : "other");
  }
}
