// SPDX-License-Identifier: Apache-2.0
// The files of the fleet page, from the jar: each with its content type, and an ETag for the
// browser's cache.
package org.hy300.collector.page;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.hy300.collector.exposition.PageResponse;

/** Kept in memory, compressed and uncompressed: less than a megabyte. */
public final class PageFiles {
  private static final String INDEX = "index.html";

  /** Chart.js in its webjar; the version is the same as in the pom. */
  private static final String CHART = "/META-INF/resources/webjars/chart.js/4.5.1/dist/";

  private static final List<String> OWN =
      List.of(
          INDEX,
          "style.css",
          "manual.css",
          "icon.svg",
          "app.js",
          "api.js",
          "sse.js",
          "fleet.js",
          "list.js",
          "filter.js",
          "device.js",
          "controls.js",
          "charts.js",
          "facts.js",
          "dom.js",
          "format.js");

  private static final String LIBRARY = "chart.umd.min.js";

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private record File(String type, String tag, Buffer plain, Buffer gzip) {}

  private final Map<String, File> files = new HashMap<>();

  /** Reads the files; blocks. */
  public PageFiles() throws IOException {
    for (String name : OWN) {
      add(name, name);
    }
    add(LIBRARY, CHART + LIBRARY);
  }

  private void add(String name, String resource) throws IOException {
    byte[] bytes;
    try (InputStream in = PageFiles.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("the file " + resource + " of the page is not in the program");
      }
      bytes = in.readAllBytes();
    }
    ByteArrayOutputStream small = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(small)) {
      out.write(bytes);
    }
    files.put(
        name,
        new File(
            TYPES.get(name.substring(name.lastIndexOf('.') + 1)),
            "\"" + hash(bytes) + "\"",
            Buffer.buffer(bytes),
            Buffer.buffer(small.toByteArray())));
  }

  private static String hash(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(hash, 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Forbids everything that our pages do not need. */
  public static HttpServerResponse protect(HttpServerResponse response) {
    return response
        .putHeader("Content-Security-Policy", POLICY)
        .putHeader("Referrer-Policy", "no-referrer");
  }

  /** Sends the page itself. */
  public void index(HttpServerRequest request) {
    send(request, INDEX);
  }

  /**
   * Sends a file.
   *
   * @return false if there is none with that name
   */
  public boolean send(HttpServerRequest request, String name) {
    File file = files.get(name);
    if (file == null) {
      return false;
    }
    HttpServerResponse response =
        protect(request.response())
            // Revalidated for each request, usually without a body, since a new collector has a new
            // page.
            .putHeader("Cache-Control", "no-cache")
            .putHeader("Vary", "Accept-Encoding")
            .putHeader("ETag", file.tag());
    String known = request.getHeader("If-None-Match");
    if (known != null && known.contains(file.tag())) {
      response.setStatusCode(304).end();
    } else {
      response.putHeader("Content-Type", file.type());
      response.end(PageResponse.encode(request) ? file.gzip() : file.plain());
    }
    return true;
  }
}
