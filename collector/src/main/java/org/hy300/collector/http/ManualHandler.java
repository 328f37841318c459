// SPDX-License-Identifier: Apache-2.0
// The documentation of this version by HTTP.
package org.hy300.collector.http;

import io.vertx.core.Vertx;
import org.hy300.collector.page.Manual;
import org.hy300.collector.page.PageFiles;

/** Belongs to the event loop. */
final class ManualHandler {
  private static final String HTML = "text/html; charset=utf-8";

  private final Vertx vertx;
  private final Manual manual = new Manual();

  ManualHandler(Vertx vertx) {
    this.vertx = vertx;
  }

  /** GET /docs/{page}. */
  void page(Exchange exchange) {
    answer(exchange, exchange.parameter("page"));
  }

  /** GET /docs/{part}/{page}. */
  void part(Exchange exchange) {
    answer(exchange, exchange.parameter("part") + "/" + exchange.parameter("page"));
  }

  private void answer(Exchange exchange, String name) {
    vertx
        .executeBlocking(() -> manual.page(name), false)
        .onSuccess(
            page ->
                page.ifPresentOrElse(
                    html -> Answers.text(PageFiles.protect(exchange.response()), HTML, html),
                    () ->
                        exchange.refuse(
                            404,
                            "not_found",
                            "the documentation has no page '" + name + "'; see /docs/index")))
        .onFailure(error -> exchange.refuse(500, "internal", String.valueOf(error)));
  }
}
