// SPDX-License-Identifier: Apache-2.0
// The states of a command at one device: their transitions, and the effects of time.
package org.hy300.collector.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.ReplyMessage;
import org.hy300.contract.ReplyMessage.Status;
import org.junit.jupiter.api.Test;

class TargetTest {
  private final Instant now = Instant.now();
  private final Instant expired = now.plusSeconds(60);

  private final Target target =
      new Target(
          new Command(
              new CommandRequest(
                  "c1",
                  "motor",
                  "home",
                  new JsonObject(),
                  now,
                  expired,
                  "anna",
                  CommandRequest.Via.HTTP,
                  new JsonObject())),
          "p1");

  private String status() {
    return target.toJson().getString("status");
  }

  @Test
  void itGoesForwardsAndShowsItsEndOnceThatIsKept() {
    assertThat(status()).isEqualTo("waiting");
    assertThat(target.asked(now)).as("again").isFalse();
    assertThat(status()).isEqualTo("sent");
    assertThat(target.accepted()).isTrue();
    assertThat(target.accepted()).as("news").isFalse();
    assertThat(target.asked(now)).as("again").isTrue();
    assertThat(status()).isEqualTo("accepted");
    target.ended(ReplyMessage.done("c1", null));
    assertThat(target.hasEnded()).isTrue();
    assertThat(status()).isEqualTo("sent");
    target.kept(now);
    assertThat(status()).isEqualTo("done");
  }

  @Test
  void itEndsOnce() {
    target.asked(now);
    target.ended(ReplyMessage.done("c1", null));
    assertThat(target.accepted()).isFalse();
    assertThat(target.isBegun()).isFalse();
    assertThatIllegalStateException()
        .isThrownBy(
            () -> target.ended(ReplyMessage.ended("c1", Status.FAILED, ErrorCode.DRIVER, "no")));
    assertThat(target.reply().status()).isEqualTo(Status.DONE);
    assertThat(target.overdue(expired.plusSeconds(3600))).isEmpty();
    assertThat(target.isDue(expired)).isFalse();
  }

  private void endsBy(Instant time, Status status, String code) {
    assertThat(target.overdue(time.minusMillis(1))).isEmpty();
    assertThat(target.overdue(time.plusMillis(1)))
        .hasValueSatisfying(
            reply -> {
              assertThat(reply.status()).isEqualTo(status);
              assertThat(reply.error().code()).isEqualTo(code);
            });
  }

  @Test
  void whatWasNotSentExpiresInTime() {
    endsBy(expired, Status.EXPIRED, ErrorCode.EXPIRED);
  }

  @Test
  void silenceExpiresTwoSecondsLater() {
    target.asked(now);
    endsBy(expired.plusSeconds(2), Status.EXPIRED, ErrorCode.TIMEOUT);
  }

  @Test
  void whatHasBegunMayTakeTenMinutesMore() {
    target.asked(now);
    target.accepted();
    endsBy(expired.plusSeconds(600), Status.FAILED, ErrorCode.TIMEOUT);
  }

  @Test
  void aResumedOneIsAskedAtOnceAndItsSilenceWaitedOut() {
    Instant patience = expired.plusSeconds(15);
    target.resumed(patience);
    assertThat(target.isDue(now)).isTrue();
    endsBy(patience.plusSeconds(2), Status.EXPIRED, ErrorCode.TIMEOUT);
  }

  @Test
  void itIsAskedOnceMoreWhenItHasExpired() {
    target.asked(now);
    assertThat(target.isDue(expired.minusMillis(1))).isFalse();
    assertThat(target.isDue(expired)).isTrue();
    target.asked(expired);
    assertThat(target.isDue(expired)).isFalse();
    target.askSoon();
    assertThat(target.isDue(expired)).isTrue();
  }
}
