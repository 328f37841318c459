// SPDX-License-Identifier: Apache-2.0
// Sends a page piece by piece, as fast as its reader takes it, with gzip when it wants that.
package org.hy300.collector.exposition;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Pieces are written on worker threads, so that the event loop goes on with its messages; between
 * two pieces no thread is held. A reader that takes nothing for too long is cut off.
 */
public final class PageResponse {
  private static final int MAX_RESPONSES = 32;
  private static final String ENCODING = "Content-Encoding";

  private final Vertx vertx;
  private final long patienceMs;
  private int running;

  /**
   * Creates a sender.
   *
   * @param patienceMs how long a reader may take nothing
   */
  public PageResponse(Vertx vertx, long patienceMs) {
    this.vertx = vertx;
    this.patienceMs = patienceMs;
  }

  /**
   * Begins to send; to be called on the event loop.
   *
   * @return false when so many pages are being sent that this one is not
   */
  public boolean send(HttpServerRequest request, String contentType, Page page) {
    if (running >= MAX_RESPONSES) {
      return false;
    }
    running++;
    boolean gzip = Format.allowsGzip(request.getHeader("Accept-Encoding"));
    HttpServerResponse response = request.response();
    response
        .setChunked(true)
        .putHeader("Content-Type", contentType)
        .putHeader("Vary", "Accept, Accept-Encoding")
        .putHeader(ENCODING, gzip ? "gzip" : "identity");
    new Sending(request, new Pieces(page, gzip)).begin();
    return true;
  }

  /**
   * Ends a response whose reader takes nothing: the connection's own close() waits behind what he
   * does not take.
   */
  @SuppressWarnings("FutureReturnValueIgnored") // The response's closeHandler hears of it.
  public static void cutOff(HttpServerRequest request) {
    if (request.version() == HttpVersion.HTTP_2) {
      request.response().reset();
    } else {
      ((ConnectionBase) request.connection()).channelHandlerContext().close();
    }
  }

  /** How many pages are being sent. */
  int running() {
    return running;
  }

  private final class Sending {
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Pieces pieces;
    private boolean writing;
    private boolean ended;
    private long timer = -1;

    Sending(HttpServerRequest request, Pieces pieces) {
      this.request = request;
      this.pieces = pieces;
      response = request.response();
    }

    void begin() {
      response.closeHandler(closed -> end());
      response.exceptionHandler(error -> end());
      next();
    }

    private void next() {
      writing = true;
      vertx
          .executeBlocking(pieces::next, false)
          .onComplete(
              piece -> {
                writing = false;
                if (ended) {
                  pieces.close();
                } else if (piece.failed()) {
                  // Half a page must not look like a whole one.
                  cutOff(request);
                } else if (pieces.isEnd()) {
                  response.end(piece.result());
                  end();
                } else {
                  write(piece.result());
                }
              });
    }

    private void write(Buffer piece) {
      response.write(piece);
      if (!response.writeQueueFull()) {
        next();
        return;
      }
      timer = vertx.setTimer(patienceMs, late -> cutOff(request));
      response.drainHandler(
          drained -> {
            if (vertx.cancelTimer(timer) && !ended) {
              next();
            }
          });
    }

    /** The page is sent, or its reader is gone. */
    private void end() {
      if (!ended) {
        ended = true;
        running--;
        vertx.cancelTimer(timer);
        if (!writing) {
          pieces.close();
        }
      }
    }
  }
}
