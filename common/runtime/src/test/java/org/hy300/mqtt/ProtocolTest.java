// SPDX-License-Identifier: Apache-2.0
package org.hy300.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProtocolTest {
  private long now = 5;
  private final Protocol protocol = new Protocol(() -> now);

  private void fallsBack() {
    assertThat(protocol.next()).isEqualTo(Protocol.MQTT_5);
    protocol.refused();
    assertThat(protocol.next()).isEqualTo(Protocol.MQTT_3_1_1);
  }

  @Test
  void aRefusalIsEnoughAndIsSaidOnce() {
    assertThat(protocol.next()).isEqualTo(Protocol.MQTT_5);
    assertThat(protocol.refused()).isTrue();
    assertThat(protocol.next()).isEqualTo(Protocol.MQTT_3_1_1);
    now += TimeUnit.HOURS.toNanos(1);
    assertThat(protocol.next()).isEqualTo(Protocol.MQTT_5);
    assertThat(protocol.refused()).isFalse();
    assertThat(protocol.next()).isEqualTo(Protocol.MQTT_3_1_1);
  }

  @Test
  void threeClosesInARowAreEnough() {
    for (int i = 1; i < Protocol.CLOSES; i++) {
      assertThat(protocol.closedUnanswered()).isFalse();
      assertThat(protocol.next()).isEqualTo(Protocol.MQTT_5);
    }
    assertThat(protocol.closedUnanswered()).isTrue();
    assertThat(protocol.next()).isEqualTo(Protocol.MQTT_3_1_1);
  }

  @Test
  void anAnswerBetweenBeginsTheCountAgain() {
    protocol.closedUnanswered();
    protocol.closedUnanswered();
    protocol.accepted();
    protocol.closedUnanswered();
    protocol.closedUnanswered();
    assertThat(protocol.next()).isEqualTo(Protocol.MQTT_5);
  }

  @Test
  void whereTheOlderOneIsClosedAsWellTheNewerIsTriedAgain() {
    fallsBack();
    assertThat(protocol.closedUnanswered()).isFalse();
    assertThat(protocol.next()).isEqualTo(Protocol.MQTT_5);
  }

  @Test
  void theNewerIsTriedAgainAfterAnHourAndNoSooner() {
    fallsBack();
    now += TimeUnit.HOURS.toNanos(1) - 1;
    assertThat(protocol.next()).isEqualTo(Protocol.MQTT_3_1_1);
    now++;
    assertThat(protocol.next()).isEqualTo(Protocol.MQTT_5);
  }
}
