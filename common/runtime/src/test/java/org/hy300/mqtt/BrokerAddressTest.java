// SPDX-License-Identifier: Apache-2.0
package org.hy300.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
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

  @Test
  void anyHostThatAResolverMayKnow() {
    assertThat(BrokerAddress.parse("mqtt://my_broker:1883"))
        .isEqualTo(new BrokerAddress("my_broker", 1883));
    assertThat(BrokerAddress.parse("MQTTS://Broker.Example"))
        .isEqualTo(new BrokerAddress("Broker.Example", 8883, true));
    assertThat(BrokerAddress.parse("mqtt://[::1]:1").host()).isEqualTo("[::1]");
  }

  @Test
  void tlsIndicatesFullNamesOnly() {
    assertThat(new BrokerAddress("Broker.Example", 1).indicatedName()).isEqualTo("Broker.Example");
    for (String none : List.of("my_broker.example", "localhost", "127.0.0.1", "[::1]", "a.b.")) {
      assertThat(new BrokerAddress(none, 1).indicatedName()).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mqtt://user:s3cret@h",
        "mqtts://user:s3@cret@h:1/x",
        "tcp://s3cret@h",
        "s3cret@h"
      })
  void aPasswordInAUrlIsRefusedAndNotRepeated(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BrokerAddress.parse(text))
        .withMessageContaining("--broker-password-file")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3", "cret", "\n"));
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
        "mqtt://[::1",
        "mqtt://h:99999",
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
