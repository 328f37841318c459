// SPDX-License-Identifier: Apache-2.0
package org.hy300.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OutboxTest {
  private final Outbox outbox = new Outbox(3, 2);
  private int packetId;

  @Test
  void orderedMessagesLeaveInTheirOrderAndBeforeLatestOnes() {
    outbox.addLatest(latest("state", "1"));
    outbox.addOrdered(ordered("a"));
    outbox.addOrdered(ordered("b"));
    assertThat(send()).containsExactly("a", "b");
    outbox.acknowledged(1);
    assertThat(send()).containsExactly("1");
  }

  @Test
  void onlyTheNewestOfALatestTopicLeaves() {
    outbox.addLatest(latest("state", "1"));
    outbox.addLatest(latest("state", "2"));
    assertThat(send()).containsExactly("2");
  }

  @Test
  void theWindowHoldsBackWhatIsOver() {
    outbox.addOrdered(ordered("a"));
    outbox.addOrdered(ordered("b"));
    outbox.addOrdered(ordered("c"));
    assertThat(send()).containsExactly("a", "b");
    assertThat(send()).isEmpty();
    outbox.acknowledged(2);
    assertThat(send()).containsExactly("c");
  }

  @Test
  void theOldestGoesWhenTooManyWait() {
    for (String text : List.of("a", "b", "c")) {
      assertThat(outbox.addOrdered(ordered(text))).isEmpty();
    }
    assertThat(outbox.addOrdered(ordered("d")).map(m -> m.payload().get().toString()))
        .contains("a");
    assertThat(outbox.depth()).isEqualTo(3);
  }

  @Test
  void aLostConnectionRepeatsWhatWasNotAcknowledgedAndForgetsTheLatest() {
    outbox.addOrdered(ordered("a"));
    outbox.addOrdered(ordered("b"));
    outbox.addOrdered(ordered("c"));
    outbox.addLatest(latest("state", "1"));
    send();
    outbox.acknowledged(1);
    outbox.connectionLost();
    assertThat(send()).containsExactly("b", "c");
    outbox.acknowledged(3);
    outbox.acknowledged(4);
    assertThat(send()).isEmpty();
    assertThat(outbox.isEmpty()).isTrue();
  }

  @Test
  void whatIsBeingWrittenIsRepeatedToo() {
    outbox.addOrdered(ordered("a"));
    outbox.addOrdered(ordered("b"));
    assertThat(outbox.next()).isPresent();
    assertThat(outbox.next()).isEmpty();
    assertThat(outbox.depth()).isEqualTo(2);
    outbox.connectionLost();
    assertThat(send()).containsExactly("a", "b");
  }

  private List<String> send() {
    List<String> sent = new ArrayList<>();
    for (Optional<Outbox.Message> next = outbox.next(); next.isPresent(); next = outbox.next()) {
      outbox.written(++packetId);
      sent.add(next.get().payload().get().toString());
    }
    return sent;
  }

  private static Outbox.Message ordered(String text) {
    return new Outbox.Message("event", () -> Buffer.buffer(text), Headers.CONTRACT, false);
  }

  private static Outbox.Message latest(String topic, String text) {
    return new Outbox.Message(topic, () -> Buffer.buffer(text), Headers.CONTRACT, true);
  }
}
