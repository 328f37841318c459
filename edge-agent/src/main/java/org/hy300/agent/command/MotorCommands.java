// SPDX-License-Identifier: Apache-2.0
// Executes move, step, home, stop and clear_fault on the keystone motor's attributes.
package org.hy300.agent.command;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.hy300.agent.command.CommandReceiver.Order;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.ReplyMessage;
import org.hy300.contract.ReplyMessage.Status;

/**
 * One motor. A write to an attribute gives an order, which has ended when `moving` is 0; its result
 * is read then. Orders are checked and written one after the other, on a worker thread. The rest
 * happens on the event loop.
 *
 * <p>A stop has a thread of its own, so that it waits neither for orders nor for any other slow
 * write to a driver. Orders that came before it and are not written yet are cancelled.
 */
public final class MotorCommands implements CommandReceiver.Executor {
  /** A moving motor that makes no step for this long will not arrive. */
  private static final long STALL_MS =
      CommandCatalogue.get("motor/move").end().patience().toMillis();

  private static final long CHECK_MS = 1_000;

  /** Advice for {@link ErrorCode#NOT_HOMED}. */
  private static final String HOME_FIRST = "the motor is not homed; send motor/home first";

  /** Errors of the motor's attributes (ABI document sysfs-class-hy300-motor). */
  private static final Map<String, ReplyMessage.Reason> REFUSALS =
      Map.of(
          "Resource temporarily unavailable",
          new ReplyMessage.Reason(ErrorCode.NOT_HOMED, HOME_FIRST),
          "Input/output error",
          new ReplyMessage.Reason(
              ErrorCode.FAULT, "the motor has a fault; send motor/clear_fault, then motor/home"),
          "Device or resource busy",
          new ReplyMessage.Reason(
              ErrorCode.BUSY, "the motor is homing; wait for its end or send motor/stop"));

  /** A stop has overtaken the order. */
  private static final class OvertakenException extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private final Vertx vertx;
  private final WorkerExecutor stopper;
  private final Path directory;
  private final IntConsumer ordered;

  /** The current move or homing. */
  private Motion motion;

  /** Stops that are written, and wait until the motor rests. */
  private final List<Order> stops = new ArrayList<>();

  /** Number of stops received. An order from before the last one must not start after it. */
  private final AtomicInteger stopCount = new AtomicInteger();

  /** The order that is being checked or written; the next one waits for it. */
  private Future<?> giving = Future.succeededFuture();

  private boolean checking;
  private boolean checkAgain;

  /**
   * Creates an executor; the motor may appear later.
   *
   * @param directory the motor's, /sys/class/hy300/motor
   * @param ordered called with the target of each move
   */
  public MotorCommands(Vertx vertx, Path directory, IntConsumer ordered) {
    this.vertx = vertx;
    this.directory = directory;
    this.ordered = ordered;
    // Not ordered: Vert.x orders across all executors, so a stop would wait for other writes.
    stopper = vertx.createSharedWorkerExecutor("motor-stop", 1);
  }

  /** Checks periodically, in case a wake-up was missed. */
  public void start() {
    vertx.setPeriodic(CHECK_MS, timer -> checkAll());
  }

  /** The motor's attributes at one time. */
  private record Reading(boolean moving, int position, boolean homed, String fault) {}

  /** A move or homing: its target, and when the position last changed. */
  private static final class Motion {
    private final Order order;
    private final Integer target;
    private final long beginNanos = System.nanoTime();
    private int position = Integer.MIN_VALUE;
    private long progressNanos = beginNanos;
    private boolean seenMoving;

    Motion(Order order, Integer target) {
      this.order = order;
      this.target = target;
    }
  }

  @Override
  public void execute(Order order) {
    if (order.action().equals("stop")) {
      stop(order);
    } else {
      int before = stopCount.get();
      giving =
          giving
              .transform(done -> give(order, before))
              .onFailure(
                  error -> {
                    if (error instanceof OvertakenException) {
                      order.refuse(
                          Status.CANCELLED, ErrorCode.STOPPED, "motor/stop came before its turn");
                    } else {
                      fail(order, error);
                    }
                  });
    }
  }

  private void stop(Order order) {
    stopCount.incrementAndGet();
    Future<Void> stopped = writeStop();
    stopped
        .onSuccess(
            done -> {
              stops.add(order);
              checkAll();
            })
        .onFailure(error -> fail(order, error));
    // A stop moves nothing, so it does not wait for a slow disk.
    order.accept();
    // Later orders must not be written before the stop.
    giving = giving.transform(given -> stopped.otherwiseEmpty());
  }

  private Future<Void> writeStop() {
    return stopper.executeBlocking(
        () -> {
          AttributeStore.write(directory.resolve("stop"), "1", REFUSALS);
          return null;
        },
        false);
  }

  private Future<?> give(Order order, int before) {
    if (stopCount.get() != before) {
      return Future.failedFuture(new OvertakenException());
    }
    return switch (order.action()) {
      case "move" -> move(order, before, () -> order.args().getInteger("position"));
      case "step" ->
          move(
              order,
              before,
              () -> Math.addExact(number("target_position"), order.args().getInteger("steps")));
      case "home" -> store(order, before, "home", "1", () -> begin(new Motion(order, null)));
      case "clear_fault" ->
          store(
              order,
              before,
              "fault",
              "none",
              () -> order.done(new JsonObject().put("fault", "none")));
      default -> throw new IllegalArgumentException(order.action());
    };
  }

  @Override
  public void interrupt() {
    motion = null;
    stops.clear();
  }

  /** Call this when a state attribute of the motor has changed. */
  public void woken(String attribute) {
    if (attribute.equals("moving")) {
      checkAll();
    }
  }

  private Future<?> move(Order order, int before, Callable<Integer> wanted) {
    record Plan(int target, int max) {}
    return vertx
        .executeBlocking(() -> new Plan(wanted.call(), number("max_position")))
        .compose(
            plan -> {
              if (plan.target < 0 || plan.target > plan.max) {
                order.refuse(
                    Status.REJECTED,
                    ErrorCode.INVALID_ARGUMENT,
                    "position %d is out of range: 0 to %d steps".formatted(plan.target, plan.max));
                return Future.succeededFuture();
              }
              return store(
                  order,
                  before,
                  "target_position",
                  Integer.toString(plan.target),
                  () -> {
                    ordered.accept(plan.target);
                    begin(new Motion(order, plan.target));
                  });
            });
  }

  private Future<Void> store(
      Order order, int before, String attribute, String text, Runnable stored) {
    return order
        .accept()
        .compose(
            go -> go ? write(before, attribute, text, stored) : Future.<Void>succeededFuture());
  }

  private Future<Void> write(int before, String attribute, String text, Runnable stored) {
    return vertx
        .<Void>executeBlocking(
            () -> {
              if (stopCount.get() != before) {
                throw new OvertakenException();
              }
              AttributeStore.write(directory.resolve(attribute), text, REFUSALS);
              return null;
            })
        .compose(
            done -> {
              stored.run();
              // A stop that came during this write may have reached the driver before it.
              return stopCount.get() == before ? Future.<Void>succeededFuture() : writeStop();
            });
  }

  /** The driver has taken the order, and so dropped the previous one. */
  private void begin(Motion next) {
    if (motion != null) {
      motion.order.refuse(
          Status.CANCELLED, ErrorCode.SUPERSEDED, "command " + next.order.id() + " took the motor");
    }
    motion = next;
    check();
  }

  private void checkAll() {
    check();
    checkStops();
  }

  /** Checks whether the motor rests, if an order is under way. */
  private void check() {
    if (motion == null) {
      return;
    }
    if (checking) {
      checkAgain = true;
      return;
    }
    checking = true;
    checkAgain = false;
    Motion asked = motion;
    vertx
        .executeBlocking(this::read)
        .onComplete(
            read -> {
              checking = false;
              if (asked != motion || checkAgain) {
                check();
              } else if (read.failed()) {
                motion = null;
                fail(asked.order, read.cause());
              } else {
                judge(read.result());
              }
            });
  }

  /** The same for stops, on their own thread so that slow writes do not delay it. */
  private void checkStops() {
    if (stops.isEmpty()) {
      return;
    }
    List<Order> waiting = List.copyOf(stops);
    stopper
        .executeBlocking(this::read, false)
        .onComplete(
            read -> {
              if (read.failed()) {
                waiting.forEach(order -> fail(order, read.cause()));
              } else if (read.result().moving || (motion != null && !hasBegun(read.result()))) {
                return;
              } else {
                JsonObject result = new JsonObject().put("position", read.result().position);
                waiting.forEach(order -> order.done(result));
              }
              stops.removeAll(waiting);
            });
  }

  /**
   * Whether the motion has begun, so that rest means its end. A driver sets `moving` before the
   * write returns. The simulator sets it a little later, and until then the motor still rests from
   * before.
   */
  private boolean hasBegun(Reading now) {
    return motion.seenMoving
        || !now.fault.equals("none")
        || (motion.target != null && motion.target == now.position)
        || System.nanoTime() - motion.beginNanos > CHECK_MS * 1_000_000;
  }

  private void judge(Reading now) {
    if (now.moving) {
      stalled(now);
      return;
    }
    if (!hasBegun(now)) {
      return;
    }
    Order order = motion.order;
    boolean arrived = motion.target == null ? now.homed : motion.target == now.position;
    // A driver refuses the write; the simulator can only not move.
    boolean refused = motion.target != null && !motion.seenMoving && !now.homed;
    motion = null;
    if (!now.fault.equals("none")) {
      order.refuse(
          Status.FAILED,
          ErrorCode.FAULT,
          "%s at position %d; send motor/clear_fault, then motor/home"
              .formatted(now.fault, now.position));
    } else if (arrived) {
      order.done(new JsonObject().put("position", now.position));
    } else if (refused) {
      order.refuse(Status.FAILED, ErrorCode.NOT_HOMED, HOME_FIRST);
    } else {
      order.refuse(Status.CANCELLED, ErrorCode.STOPPED, "stopped at position " + now.position);
    }
  }

  private void stalled(Reading now) {
    motion.seenMoving = true;
    if (now.position != motion.position) {
      motion.position = now.position;
      motion.progressNanos = System.nanoTime();
    } else if (System.nanoTime() - motion.progressNanos > STALL_MS * 1_000_000) {
      Order order = motion.order;
      motion = null;
      order.refuse(
          Status.FAILED,
          ErrorCode.TIMEOUT,
          "no step for %d s at position %d; send motor/stop"
              .formatted(STALL_MS / 1000, now.position));
    }
  }

  private void fail(Order order, Throwable error) {
    ReplyMessage.Reason why = AttributeStore.why(directory, error);
    order.refuse(Status.FAILED, why.code(), why.message());
  }

  private Reading read() throws IOException {
    // `moving` first: once it is 0, the other attributes no longer change by themselves.
    boolean moving = number("moving") == 1;
    return new Reading(moving, number("position"), number("homed") == 1, text("fault"));
  }

  private int number(String attribute) throws IOException {
    String text = text(attribute);
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IOException(directory.resolve(attribute) + " contains '" + text + "'", e);
    }
  }

  private String text(String attribute) throws IOException {
    return Files.readString(directory.resolve(attribute)).strip();
  }
}
