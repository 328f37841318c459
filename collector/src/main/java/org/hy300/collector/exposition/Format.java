// SPDX-License-Identifier: Apache-2.0
// The two formats of a page, and the choice between them.
package org.hy300.collector.exposition;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Prometheus text exposition format 0.0.4 and OpenMetrics 1.0. */
public enum Format {
  TEXT("text/plain; version=0.0.4; charset=utf-8"),
  OPENMETRICS("application/openmetrics-text; version=1.0.0; charset=utf-8");

  private static final Pattern QUALITY = Pattern.compile(";\\s*q=([0-9.]{1,5})\\s*(;|$)");
  private static final Pattern VERSION = Pattern.compile(";\\s*version=\"?([^\\s;\"]+)");

  private final String contentType;

  Format(String contentType) {
    this.contentType = contentType;
  }

  public String contentType() {
    return contentType;
  }

  /**
   * Chooses a format by a request's Accept header (RFC 9110, 12.5.1).
   *
   * @param accept null if absent
   */
  public static Format negotiate(String accept) {
    double text = 0;
    double openMetrics = 0;
    for (String part : accept == null ? new String[0] : accept.split(",")) {
      String range = part.toLowerCase(Locale.ROOT).strip();
      if (range.startsWith("application/openmetrics-text") && isVersion(range, "1.0.0")) {
        openMetrics = Math.max(openMetrics, quality(range));
      } else if (range.startsWith("text/plain") && isVersion(range, "0.0.4")) {
        text = Math.max(text, quality(range));
      }
    }
    return openMetrics > text ? OPENMETRICS : TEXT;
  }

  /** Whether a request's Accept-Encoding header allows gzip. */
  public static boolean allowsGzip(String acceptEncoding) {
    for (String part : acceptEncoding == null ? new String[0] : acceptEncoding.split(",")) {
      String coding = part.toLowerCase(Locale.ROOT).strip();
      if (coding.equals("gzip") || coding.startsWith("gzip;") || coding.startsWith("gzip ")) {
        return quality(coding) > 0;
      }
    }
    return false;
  }

  private static boolean isVersion(String range, String version) {
    Matcher asked = VERSION.matcher(range);
    return !asked.find() || asked.group(1).equals(version);
  }

  private static double quality(String range) {
    Matcher matcher = QUALITY.matcher(range);
    try {
      return matcher.find() ? Double.parseDouble(matcher.group(1)) : 1;
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
