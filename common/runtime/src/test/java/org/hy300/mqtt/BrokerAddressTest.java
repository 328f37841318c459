// SPDX-License-Identifier: Apache-2.0
package org.hy300.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerAddressTest {
  @Test
  void thePortIsMqttsUnlessGiven() {
    assertThat(BrokerAddress.parse("mqtt://broker.example"))
        .isEqualTo(new BrokerAddress("broker.example", 1883));
    assertThat(BrokerAddress.parse("mqtt://127.0.0.1:18830/").port()).isEqualTo(18830);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "broker",
        "127.0.0.1:1883",
        "http://127.0.0.1",
        "mqtt://",
        "mqtt://h:0",
        "mqtt://h:70000",
        "mqtt://h/topic",
        "mqtt://user:secret@h",
        "mqtt://h?x=1",
        "mqtt://a b"
      })
  void whatIsNoBrokersAddressIsRefusedInOneLine(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BrokerAddress.parse(text))
        .withMessageContaining("mqtt://host:port")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }
}
