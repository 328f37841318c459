// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What snappy makes of a request is what its receiver reads, however long it is. */
class WriteRequestTest {
  private final WriteRequest request = new WriteRequest();

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 60, 127, 128, 32_766, 32_767, 32_768, 65_534, 65_535, 300_000})
  void aBlockIsReadAsItWas(int length) {
    byte[] noise = new byte[length];
    new Random(length).nextBytes(noise);
    byte[] repeated = new byte[length];
    for (int i = 0; i < length; i++) {
      repeated[i] = (byte) (i % 97);
    }
    // One after the other: nothing of the one before is left.
    for (byte[] plain : new byte[][] {repeated, noise, repeated}) {
      byte[] block = request.compress(plain, length);
      assertThat(ByteBufUtil.getBytes(Sample.decompress(block))).isEqualTo(plain);
    }
    assertThat(request.compress(repeated, length).length).isLessThanOrEqualTo(length / 8 + 120);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 500})
  void theBytesBehindItsLengthAreNotOfIt(int length) {
    byte[] longer = new byte[2 * length];
    Arrays.fill(longer, (byte) 7);
    assertThat(Sample.decompress(request.compress(longer, length)).readableBytes())
        .isEqualTo(length);
  }
}
