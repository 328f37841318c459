// SPDX-License-Identifier: Apache-2.0
// One reader of server-sent events: what is written to it, and when it is let go.
package org.hy300.collector.page;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.function.BooleanSupplier;
import org.hy300.collector.exposition.PageResponse;

/**
 * Buffers no more than the writer lets it: who writes asks {@link #isFull} before. A reader that
 * takes nothing for two beats is cut off. Belongs to the event loop.
 */
public final class EventStream {
  public static final String TYPE = "text/event-stream";

  static final long BEAT_MS = 15_000;

  /** Bytes that may wait here; the kernel keeps some more. Vert.x counts pieces of any size. */
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
   * Begins a stream.
   *
   * @param mayRead asked at each beat: a token may be taken away
   * @param beatMs between two beats: {@link #BEAT_MS}, less in a test
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
        // nginx gathers what it passes on, unless told so.
        .putHeader("X-Accel-Buffering", "no");
    response.closeHandler(closed -> end());
    response.exceptionHandler(error -> end());
    timer = vertx.setPeriodic(beatMs, beat -> beat());
    write(COMMENT);
  }

  /** One event: its name, and JSON of one line. */
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
    // Who takes something is slow, not stuck, however soon it is full again.
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

  /** Calls once there is room again; not when the reader has gone. */
  void whenRoom(Runnable then) {
    whenRoom = then;
  }

  /** Ends it from this side; the reader may come again. */
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
