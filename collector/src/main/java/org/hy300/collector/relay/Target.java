// SPDX-License-Identifier: Apache-2.0
// One device of one command: its state there, and the effects of time.
package org.hy300.collector.relay;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.ReplyMessage;
import org.hy300.contract.ReplyMessage.Status;

/**
 * The states are waiting, asked, accepted and ended, always in this order, each set by one method.
 * Belongs to the event loop.
 */
final class Target {
  private static final long ASK_AGAIN_SECONDS = 5;
  private static final long ASK_ACCEPTED_AGAIN_SECONDS = 30;

  /** Time for an answer beyond the expiry, including clock differences. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  /** How long after its expiry a command that has started may take. */
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private enum Phase {
    /** Nothing was sent: the device is offline or busy. */
    WAITING("waiting"),
    /** Sent, without an answer so far. */
    ASKED("sent"),
    ACCEPTED("accepted"),
    ENDED("");

    private final String word;

    Phase(String word) {
      this.word = word;
    }
  }

  final Command command;
  final String device;
  private Phase phase = Phase.WAITING;
  private ReplyMessage reply;
  private Instant ended;

  /** From this time on, a missing answer is final. */
  private Instant verdict;

  /** When to ask again (System.nanoTime). */
  private long askAgainNanos;

  /** Whether it was asked after the expiry, when a device replies with what it knows. */
  private boolean askedLate;

  Target(Command command, String device) {
    this.command = command;
    this.device = device;
    verdict = command.request().expires();
  }

  String key() {
    return key(device, command.request().id());
  }

  static String key(String device, String id) {
    return device + "/" + id;
  }

  /** Whether nothing has been sent yet. */
  boolean isWaiting() {
    return phase == Phase.WAITING;
  }

  /** Whether the command has started and not ended at the device. */
  boolean isBegun() {
    return phase == Phase.ACCEPTED;
  }

  boolean hasEnded() {
    return phase == Phase.ENDED;
  }

  /** The final reply; null before the end. */
  ReplyMessage reply() {
    return reply;
  }

  /** Time of the end, once that is on disk; null before. */
  Instant ended() {
    return ended;
  }

  /**
   * An earlier run has left it. Whether it was sent is unknown, so it counts as asked, and is asked
   * again at once.
   *
   * @param patience earliest time at which a missing answer is final
   */
  void resumed(Instant patience) {
    if (phase == Phase.WAITING) {
      phase = Phase.ASKED;
    }
    if (verdict.isBefore(patience)) {
      verdict = patience;
    }
    askSoon();
  }

  /**
   * It is being sent.
   *
   * @return whether it was sent before
   */
  boolean asked(Instant now) {
    boolean again = phase != Phase.WAITING;
    if (!again) {
      phase = Phase.ASKED;
    }
    askedLate |= isExpired(now);
    askLater();
    return again;
  }

  /**
   * The device has started it.
   *
   * @return whether this was unknown
   */
  boolean accepted() {
    if (phase == Phase.ACCEPTED || phase == Phase.ENDED) {
      return false;
    }
    phase = Phase.ACCEPTED;
    askLater();
    return true;
  }

  /** Sets its end, which may happen only once. */
  void ended(ReplyMessage with) {
    if (phase == Phase.ENDED) {
      throw new IllegalStateException(key() + " has ended before");
    }
    phase = Phase.ENDED;
    reply = with;
  }

  /** Its end is on disk. */
  void kept(Instant at) {
    ended = at;
  }

  /** Asks again at the next opportunity, in case an answer was missed. */
  void askSoon() {
    askAgainNanos = System.nanoTime();
  }

  private void askLater() {
    long seconds = phase == Phase.ACCEPTED ? ASK_ACCEPTED_AGAIN_SECONDS : ASK_AGAIN_SECONDS;
    askAgainNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
  }

  private boolean isExpired(Instant now) {
    return !now.isBefore(command.request().expires());
  }

  /** Whether the device should be asked again if possible. */
  boolean isDue(Instant now) {
    return switch (phase) {
      case WAITING, ENDED -> false;
      case ACCEPTED -> askAgainNanos - System.nanoTime() <= 0;
      case ASKED -> askAgainNanos - System.nanoTime() <= 0 || (isExpired(now) && !askedLate);
    };
  }

  /** The end that it gets when its time is over; empty before. */
  Optional<ReplyMessage> overdue(Instant now) {
    return switch (phase) {
      case WAITING ->
          end(
              isExpired(now),
              Status.EXPIRED,
              ErrorCode.EXPIRED,
              "the device was offline or busy until it expired; nothing was sent");
      case ASKED ->
          end(
              now.isAfter(verdict.plus(GRACE)),
              Status.EXPIRED,
              ErrorCode.TIMEOUT,
              "the device did not answer");
      case ACCEPTED ->
          end(
              now.isAfter(verdict.plus(LONGEST)),
              Status.FAILED,
              ErrorCode.TIMEOUT,
              "the device started it and did not report its end; see its state");
      case ENDED -> Optional.empty();
    };
  }

  private Optional<ReplyMessage> end(boolean over, Status status, String code, String message) {
    return over
        ? Optional.of(ReplyMessage.ended(command.request().id(), status, code, message))
        : Optional.empty();
  }

  /** A command shows as ended only once its final reply is on disk. */
  JsonObject toJson() {
    JsonObject json = new JsonObject().put("device", device);
    return ended == null
        ? json.put("status", phase == Phase.ENDED ? Phase.ASKED.word : phase.word)
        : json.mergeIn(reply.toJson()).put("ended", ended.toString());
  }
}
