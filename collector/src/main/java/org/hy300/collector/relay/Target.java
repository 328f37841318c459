// SPDX-License-Identifier: Apache-2.0
// One device of one command: how far it has come there, and what follows from the time that passes.
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
 * Waiting, asked, accepted, ended: only forwards, and each by one method here. Belongs to the event
 * loop.
 */
final class Target {
  private static final long ASK_AGAIN_SECONDS = 5;
  private static final long ASK_ACCEPTED_AGAIN_SECONDS = 30;

  /** What an answer may take beyond the expiry, clocks that differ included. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  /** How long after the expiry a command that has begun may go on. */
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private enum Phase {
    /** Nothing was sent: the device is offline, or has enough to do. */
    WAITING("waiting"),
    /** Sent, and not heard of. */
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

  /** From when on silence is an answer. */
  private Instant verdict;

  /** When it is to be asked again (System.nanoTime). */
  private long askAgainNanos;

  /** Whether it was asked after its expiry, which a device answers with what it knows. */
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

  /** Whether nothing was sent yet. */
  boolean isWaiting() {
    return phase == Phase.WAITING;
  }

  /** Whether the device has begun it and not ended it. */
  boolean isBegun() {
    return phase == Phase.ACCEPTED;
  }

  boolean hasEnded() {
    return phase == Phase.ENDED;
  }

  /** The terminal reply; null before the end. */
  ReplyMessage reply() {
    return reply;
  }

  /** When it ended, once that is on the disk; null before. */
  Instant ended() {
    return ended;
  }

  /**
   * An earlier run has left it: whether it was sent is not known, so it counts as asked, and is
   * asked again at once.
   *
   * @param patience silence is waited out until then at least
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
   * @return whether that is not for the first time
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
   * The device has begun it.
   *
   * @return whether that is news
   */
  boolean accepted() {
    if (phase == Phase.ACCEPTED || phase == Phase.ENDED) {
      return false;
    }
    phase = Phase.ACCEPTED;
    askLater();
    return true;
  }

  /** It has ended, once. */
  void ended(ReplyMessage with) {
    if (phase == Phase.ENDED) {
      throw new IllegalStateException(key() + " has ended before");
    }
    phase = Phase.ENDED;
    reply = with;
  }

  /** Its end is on the disk. */
  void kept(Instant at) {
    ended = at;
  }

  /** What it missed, if anything, is to be asked for at the next opportunity. */
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

  /** Whether the device should be asked again, if it can be. */
  boolean isDue(Instant now) {
    return switch (phase) {
      case WAITING, ENDED -> false;
      case ACCEPTED -> askAgainNanos - System.nanoTime() <= 0;
      case ASKED -> askAgainNanos - System.nanoTime() <= 0 || (isExpired(now) && !askedLate);
    };
  }

  /** The end that it has by itself when its time is over; empty before. */
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

  /** Not before its terminal reply is on the disk does a command show as ended. */
  JsonObject toJson() {
    JsonObject json = new JsonObject().put("device", device);
    return ended == null
        ? json.put("status", phase == Phase.ENDED ? Phase.ASKED.word : phase.word)
        : json.mergeIn(reply.toJson()).put("ended", ended.toString());
  }
}
