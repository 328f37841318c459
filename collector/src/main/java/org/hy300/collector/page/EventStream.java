// SPDX-License-Identifier: Apache-2.0
// One reader of server-sent events.
package org.hy300.collector.page;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.function.BooleanSupplier;
import org.hy300.collector.exposition.PageResponse;

/**
 * The writer limits the buffer by checking {@link #isFull} first. A reader that takes nothing for
 * two beats is disconnected. Belongs to the event loop.
 */
public final class EventStream {
  public static final String TYPE = "text/event-stream";

  static final long BEAT_MS = 15_000;

  /**
   * Limit on bytes that wait here; the kernel buffers some more. Vert.x counts pieces of any size.
   */
  private static final int MAX_WAITING = 128 * 1024;

  private static final Buffer COMMENT = Buffer.buffer(":\n\n");

  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final BooleanSupplier mayRead;
  private final Runnable onEnd;
  private final Vertx vertx;
  private final long beatMs;
  private final long timer;
  private int waiting;
  private Runnable whenRoom;
  private boolean stuck;
  private boolean ended;

  /**
   * Starts a stream.
   *
   * @param mayRead checked at each beat, because a token may be revoked
   * @param beatMs time between two beats: {@link #BEAT_MS}, less in a test
   * @param onEnd called once, when the reader is gone
   */
  EventStream(
      Vertx vertx,
      HttpServerRequest request,
      BooleanSupplier mayRead,
      long beatMs,
      Runnable onEnd) {
    this.vertx = vertx;
    this.beatMs = beatMs;
    this.request = request;
    this.mayRead = mayRead;
    this.onEnd = onEnd;
    response = request.response();
    response
        .setChunked(true)
        .putHeader("Content-Type", TYPE)
        // Without this header nginx buffers the stream.
        .putHeader("X-Accel-Buffering", "no");
    response.closeHandler(closed -> end());
    response.exceptionHandler(error -> end());
    timer = vertx.setPeriodic(beatMs, beat -> beat());
    write(COMMENT);
  }

  /** One event: its name, and its JSON on one line. */
  static Buffer event(String name, String json) {
    return Buffer.buffer("event: " + name + "\ndata: " + json + "\n\n");
  }

  void send(String name, String json) {
    write(event(name, json));
  }

  void write(Buffer events) {
    if (!ended) {
      int length = events.length();
      waiting += length;
      response.write(events).onComplete(written -> written(length));
    }
  }

  private void written(int length) {
    waiting -= length;
    // A reader that takes anything is slow and not stuck, even if the buffer fills again at once.
    stuck = false;
    if (whenRoom != null && !isFull() && !ended) {
      Runnable then = whenRoom;
      whenRoom = null;
      then.run();
    }
  }

  boolean isFull() {
    return waiting >= MAX_WAITING;
  }

  boolean isEnded() {
    return ended;
  }

  /** Sets a callback for when there is room again; not called if the reader goes away. */
  void whenRoom(Runnable then) {
    whenRoom = then;
  }

  /** Ends the stream from this side; the reader may reconnect. */
  void close() {
    if (!ended) {
      long patience = vertx.setTimer(2 * beatMs, late -> PageResponse.cutOff(request));
      response.end().onComplete(taken -> vertx.cancelTimer(patience));
      end();
    }
  }

  private void end() {
    if (!ended) {
      ended = true;
      vertx.cancelTimer(timer);
      onEnd.run();
    }
  }

  private void beat() {
    if (!mayRead.getAsBoolean()) {
      close();
    } else if (!isFull()) {
      stuck = false;
      write(COMMENT);
    } else if (stuck) {
      PageResponse.cutOff(request);
    } else {
      stuck = true;
    }
  }
}
