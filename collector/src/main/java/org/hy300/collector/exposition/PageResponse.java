// SPDX-License-Identifier: Apache-2.0
// Sends a page in pieces, at the speed of its reader, with gzip on request.
package org.hy300.collector.exposition;

import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Worker threads write the pieces, so that the event loop can handle messages. Between two pieces
 * no thread is occupied. A reader that takes nothing for too long is disconnected.
 */
public final class PageResponse {
  private static final int MAX_RESPONSES = 32;

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
   * Starts to send; must be called on the event loop.
   *
   * @return false when too many pages are being sent
   */
  public boolean send(HttpServerRequest request, String contentType, Page page) {
    if (running >= MAX_RESPONSES) {
      return false;
    }
    boolean gzip = encode(request);
    HttpServerResponse response = request.response();
    response.putHeader("Content-Type", contentType).putHeader("Vary", "Accept, Accept-Encoding");
    if (request.method().equals(HttpMethod.HEAD)) {
      response.end();
      return true;
    }
    running++;
    response.setChunked(true);
    new Sending(request, new Pieces(page, gzip)).begin();
    return true;
  }

  /**
   * Prepares the headers of a body that is compressed here, or not at all.
   *
   * @return whether the reader accepts gzip
   */
  public static boolean encode(HttpServerRequest request) {
    boolean gzip = Format.allowsGzip(request.getHeader("Accept-Encoding"));
    if (gzip) {
      request.response().putHeader("Content-Encoding", "gzip");
    } else if (request.version() != HttpVersion.HTTP_1_0
        && !request.method().equals(HttpMethod.HEAD)) {
      // Makes Vert.x compress nothing; Vert.x removes the header itself.
      request.response().putHeader("Content-Encoding", "identity");
    }
    return gzip;
  }

  /**
   * Aborts a response whose reader takes nothing: the connection's own close() would wait for the
   * pending data.
   */
  @SuppressWarnings("FutureReturnValueIgnored") // The response's closeHandler is called.
  public static void cutOff(HttpServerRequest request) {
    if (request.version() == HttpVersion.HTTP_2) {
      request.response().reset();
    } else {
      cutOff(request.connection());
    }
  }

  /** Closes a connection and discards its pending data. */
  @SuppressWarnings("FutureReturnValueIgnored") // The connection's closeHandler is called.
  public static void cutOff(HttpConnection connection) {
    channel(connection).close();
  }

  /** Sends the written data before the connection is closed because of a bad request. */
  public static void flush(HttpServerRequest request) {
    channel(request.connection()).flush();
  }

  private static ChannelHandlerContext channel(HttpConnection connection) {
    return ((ConnectionBase) connection).channelHandlerContext();
  }

  /** Number of pages that are being sent. */
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
                  // An incomplete page must not look complete.
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
