// SPDX-License-Identifier: Apache-2.0
// Encoding and decoding of the bridge's messages.
package org.hy300.agent.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BridgeMessageTest {
  private static final byte[] TEXT = "DAEDALUS-V4L2-PING-PL".getBytes(StandardCharsets.US_ASCII);

  @Test
  void aMessageSurvivesItsBytes() {
    byte[] bytes = new BridgeMessage(BridgeMessage.PING, 0x1234, ByteBuffer.wrap(TEXT)).toBytes();
    assertThat(bytes).hasSize(BridgeMessage.HEADER_BYTES + TEXT.length);
    BridgeMessage parsed = BridgeMessage.parse(bytes);
    assertThat(parsed.type()).isEqualTo(BridgeMessage.PING);
    assertThat(parsed.cookie()).isEqualTo(0x1234);
    assertThat(parsed.payload()).isEqualTo(ByteBuffer.wrap(TEXT));
    assertThat(parsed.toBytes()).isEqualTo(bytes);
  }

  @Test
  void theHeaderIsThatOfTheUapi() {
    byte[] bytes = new BridgeMessage(BridgeMessage.PONG, 7, ByteBuffer.allocate(4)).toBytes();
    ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    assertThat(fields.getInt(0)).isEqualTo(0x44303456);
    assertThat(fields.getInt(4)).isZero();
    assertThat(fields.getInt(8)).isEqualTo(0x80000002);
    assertThat(fields.getInt(12)).isEqualTo(7);
    assertThat(fields.getInt(16)).isEqualTo(4);
    assertThat(fields.getInt(20)).isZero();
  }

  @Test
  void whatIsNoMessageIsRefused() {
    byte[] good = new BridgeMessage(BridgeMessage.PING, 1, ByteBuffer.wrap(TEXT)).toBytes();
    for (int at : new int[] {0, 4, 16}) {
      byte[] bad = good.clone();
      bad[at]++;
      assertThatIllegalArgumentException().isThrownBy(() -> BridgeMessage.parse(bad));
    }
    for (int length = 0; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      assertThatIllegalArgumentException().isThrownBy(() -> BridgeMessage.parse(cut));
    }
  }

  @Test
  void aTransitionIsReadFromItsPayload() {
    ByteBuffer payload = ByteBuffer.allocate(40).order(ByteOrder.nativeOrder());
    payload.putLong(42).putLong(1_000).putInt(3).putInt(1).putInt(5).putInt(0).putLong(-2).flip();
    byte[] bytes = new BridgeMessage(BridgeMessage.NOTIFY, 0, payload).toBytes();
    assertThat(BridgeMessage.parse(bytes).transition())
        .isEqualTo(new BridgeMessage.Notify(42, 1_000, 3, 1, 5, -2));
    BridgeMessage tooShort = new BridgeMessage(BridgeMessage.NOTIFY, 0, ByteBuffer.allocate(39));
    assertThatIllegalArgumentException().isThrownBy(tooShort::transition);
  }

  @Test
  void messagesOfThePipeAreTextOrBytes() {
    assertThat(MessagePipe.data("hällo\n".getBytes(StandardCharsets.UTF_8)).getString("text"))
        .isEqualTo("hällo");
    assertThat(MessagePipe.data(new byte[] {(byte) 0xff, 0}).getString("base64")).isEqualTo("/wA=");
  }
}
