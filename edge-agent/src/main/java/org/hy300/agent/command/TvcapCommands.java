// SPDX-License-Identifier: Apache-2.0
// Executes start, stop and snapshot on the HDMI capture.
package org.hy300.agent.command;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.hy300.agent.command.CommandReceiver.Executor;
import org.hy300.agent.command.CommandReceiver.Order;
import org.hy300.agent.snapshot.NoFrameException;
import org.hy300.agent.snapshot.Snapshot;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.Limits;
import org.hy300.contract.ReplyMessage;
import org.hy300.contract.ReplyMessage.Status;

/** A snapshot needs memory and network: one at a time, and not too often. */
public final class TvcapCommands implements Executor {
  static final int PAUSE_SECONDS = 2;

  private final Vertx vertx;
  private final Path directory;
  private final Executor stores;
  private final Function<Buffer, Future<Void>> publisher;
  private boolean taking;
  private long takenNanos = System.nanoTime() - TimeUnit.SECONDS.toNanos(PAUSE_SECONDS);

  /**
   * Creates an executor; the input may appear later.
   *
   * @param directory the input's, /sys/class/hy300/tvcap
   * @param publisher sends a JPEG to the current subscribers
   */
  public TvcapCommands(Vertx vertx, Path directory, Function<Buffer, Future<Void>> publisher) {
    this.vertx = vertx;
    this.directory = directory;
    this.publisher = publisher;
    stores = StoreCommands.tvcap(vertx, directory);
  }

  @Override
  public void execute(Order order) {
    if (!order.action().equals("snapshot")) {
      stores.execute(order);
    } else if (taking || System.nanoTime() - takenNanos < TimeUnit.SECONDS.toNanos(PAUSE_SECONDS)) {
      order.refuse(
          Status.REJECTED,
          ErrorCode.BUSY,
          "a snapshot is being taken, or was less than " + PAUSE_SECONDS + " s ago; try again");
    } else {
      taking = true;
      order.run(() -> snapshot().onComplete(taken -> ended()), this::why);
    }
  }

  @Override
  public void interrupt() {}

  private void ended() {
    taking = false;
    takenNanos = System.nanoTime();
  }

  private Future<JsonObject> snapshot() {
    return vertx
        // Not ordered, so that the drivers' attributes do not wait for it.
        .executeBlocking(() -> Snapshot.take(directory, Limits.MAX_SNAPSHOT_BYTES), false)
        .compose(
            snapshot ->
                publisher
                    .apply(Buffer.buffer(snapshot.jpeg()))
                    .map(
                        new JsonObject()
                            .put("size", snapshot.jpeg().length)
                            .put("time", snapshot.time().toString())
                            .put("resolution", snapshot.width() + "x" + snapshot.height())));
  }

  private ReplyMessage.Reason why(Throwable error) {
    if (error instanceof NoFrameException) {
      return new ReplyMessage.Reason(ErrorCode.UNAVAILABLE, error.getMessage());
    }
    if (error instanceof LinkageError) {
      return new ReplyMessage.Reason(
          ErrorCode.UNAVAILABLE,
          "this Java has no JPEG (" + error.getMessage() + "); it needs java.desktop and libjpeg");
    }
    if (error instanceof IOException && "Device or resource busy".equals(error.getMessage())) {
      return new ReplyMessage.Reason(
          ErrorCode.BUSY, "another program captures from the input; a frame can be had after it");
    }
    return AttributeStore.why(directory, error);
  }
}
