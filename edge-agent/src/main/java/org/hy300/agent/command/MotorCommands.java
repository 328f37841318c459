// SPDX-License-Identifier: Apache-2.0
// Executes move, step, home, stop and clear_fault on the keystone motor's attributes.
package org.hy300.agent.command;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.IntConsumer;
import org.hy300.agent.command.CommandReceiver.Order;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.ReplyMessage;
import org.hy300.contract.ReplyMessage.Status;

/**
 * One motor. An order is given by a store and has ended when `moving` says 0; what became of it is
 * read then. Orders are checked and stored one after the other, on a worker; the rest happens on
 * the event loop.
 */
public final class MotorCommands implements CommandReceiver.Executor {
  /** A motor that moves and makes no step for so long will not arrive. */
  private static final long STALL_MS =
      CommandCatalogue.get("motor/move").end().patience().toMillis();

  private static final long CHECK_MS = 1_000;

  /** What to do about {@link ErrorCode#NOT_HOMED}. */
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

  private final Vertx vertx;
  private final Path directory;
  private final IntConsumer ordered;

  /** The move or homing under way, and the stops that wait for its end. */
  private Motion motion;

  private final List<Order> stops = new ArrayList<>();

  /** The order that is being checked or stored; the next one waits for it. */
  private Future<?> giving = Future.succeededFuture();

  private boolean checking;
  private boolean checkAgain;

  /**
   * Creates an executor; the motor may come later.
   *
   * @param directory the motor's, /sys/class/hy300/motor
   * @param ordered told the target of each move
   */
  public MotorCommands(Vertx vertx, Path directory, IntConsumer ordered) {
    this.vertx = vertx;
    this.directory = directory;
    this.ordered = ordered;
    vertx.setPeriodic(CHECK_MS, timer -> check());
  }

  /** What the attributes say about the motor at one time. */
  private record Reading(boolean moving, int position, boolean homed, String fault) {}

  /** A move or homing: where it is to end, and when its position changed last. */
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
    giving = giving.transform(done -> give(order));
  }

  private Future<?> give(Order order) {
    return switch (order.action()) {
      case "move" -> move(order, () -> order.args().getInteger("position"));
      case "step" ->
          move(
              order,
              () -> Math.addExact(number("target_position"), order.args().getInteger("steps")));
      case "home" -> store(order, "home", "1", () -> begin(new Motion(order, null)));
      case "stop" ->
          store(
              order,
              "stop",
              "1",
              () -> {
                stops.add(order);
                check();
              });
      case "clear_fault" ->
          store(order, "fault", "none", () -> order.done(new JsonObject().put("fault", "none")));
      default -> throw new IllegalArgumentException(order.action());
    };
  }

  @Override
  public void interrupt() {
    motion = null;
    stops.clear();
  }

  /** To be called when a state attribute of the motor has changed. */
  public void woken(String attribute) {
    if (attribute.equals("moving")) {
      check();
    }
  }

  private Future<?> move(Order order, Callable<Integer> wanted) {
    record Plan(int target, int max) {}
    return vertx
        .executeBlocking(() -> new Plan(wanted.call(), number("max_position")))
        .onFailure(error -> fail(order, error))
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
                  "target_position",
                  Integer.toString(plan.target),
                  () -> {
                    ordered.accept(plan.target);
                    begin(new Motion(order, plan.target));
                  });
            });
  }

  private Future<?> store(Order order, String attribute, String text, Runnable stored) {
    Future<Boolean> accepted = order.accept();
    // A stop moves nothing, and must not wait for a disk that is slow.
    boolean stops = attribute.equals("stop");
    return (stops ? Future.succeededFuture(true) : accepted)
        .compose(go -> go ? write(order, attribute, text, stored) : Future.succeededFuture());
  }

  private Future<?> write(Order order, String attribute, String text, Runnable stored) {
    return vertx
        .executeBlocking(
            () -> {
              AttributeStore.write(directory.resolve(attribute), text, REFUSALS);
              return null;
            })
        .onSuccess(done -> stored.run())
        .onFailure(error -> fail(order, error));
  }

  /** The driver has taken the order, and with that dropped the one before. */
  private void begin(Motion next) {
    if (motion != null) {
      motion.order.refuse(
          Status.CANCELLED, ErrorCode.SUPERSEDED, "command " + next.order.id() + " took the motor");
    }
    motion = next;
    check();
  }

  /** Looks whether the motor rests, unless nobody waits for that. */
  private void check() {
    if (motion == null && stops.isEmpty()) {
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
              if (read.failed()) {
                end(order -> fail(order, read.cause()));
              } else if (asked != motion || checkAgain) {
                check();
              } else {
                judge(read.result());
              }
            });
  }

  /**
   * Whether rest means the end. The driver says `moving` before the store returns; what plays a
   * driver in a plain directory says it somewhat later, and until then the rest is the one before.
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
    if (motion != null && !hasBegun(now)) {
      return;
    }
    JsonObject result = new JsonObject().put("position", now.position);
    if (motion != null) {
      Order order = motion.order;
      boolean arrived = motion.target == null ? now.homed : motion.target == now.position;
      // A driver refuses the store; what plays one in a plain directory can only not move.
      boolean refused = motion.target != null && !motion.seenMoving && !now.homed;
      motion = null;
      if (!now.fault.equals("none")) {
        order.refuse(
            Status.FAILED,
            ErrorCode.FAULT,
            "%s at position %d; send motor/clear_fault, then motor/home"
                .formatted(now.fault, now.position));
      } else if (arrived) {
        order.done(result);
      } else if (refused) {
        order.refuse(Status.FAILED, ErrorCode.NOT_HOMED, HOME_FIRST);
      } else {
        order.refuse(Status.CANCELLED, ErrorCode.STOPPED, "stopped at position " + now.position);
      }
    }
    List<Order> ended = List.copyOf(stops);
    stops.clear();
    ended.forEach(order -> order.done(result));
  }

  private void stalled(Reading now) {
    if (motion == null) {
      return;
    }
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

  private interface Ending {
    void end(Order order);
  }

  private void end(Ending ending) {
    List<Order> orders = new ArrayList<>(stops);
    if (motion != null) {
      orders.add(motion.order);
    }
    stops.clear();
    motion = null;
    orders.forEach(ending::end);
  }

  private void fail(Order order, Throwable error) {
    ReplyMessage.Reason why = AttributeStore.why(directory, error);
    order.refuse(Status.FAILED, why.code(), why.message());
  }

  private Reading read() throws IOException {
    // `moving` first: once it says 0 the others no longer change by themselves.
    boolean moving = number("moving") == 1;
    return new Reading(moving, number("position"), number("homed") == 1, text("fault"));
  }

  private int number(String attribute) throws IOException {
    String text = text(attribute);
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IOException(directory.resolve(attribute) + " says '" + text + "'", e);
    }
  }

  private String text(String attribute) throws IOException {
    return Files.readString(directory.resolve(attribute)).strip();
  }
}
