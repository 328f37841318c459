// SPDX-License-Identifier: Apache-2.0
// A message of the daedalus bridge as bytes (uapi: linux/daedalus-v4l2.h).
package org.hy300.agent.source;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Header and payload.
 *
 * @param type the high bit means a response
 * @param cookie ties a response to its request
 * @param payload in host byte order; nobody changes its position
 */
record BridgeMessage(int type, int cookie, ByteBuffer payload) {
  static final int HELLO = 1;
  static final int PING = 2;
  static final int NOTIFY = 3;
  static final int RESPONSE = 0x80000000;
  static final int HELLO_RESPONSE = RESPONSE | HELLO;
  static final int PONG = RESPONSE | PING;

  static final int HEADER_BYTES = 24;
  static final int MAX_PAYLOAD_BYTES = 65_536;

  private static final int MAGIC = 0x44303456;
  private static final int VERSION = 0;

  /**
   * Parses the result of one read().
   *
   * @throws IllegalArgumentException when it is not a message of this version
   */
  static BridgeMessage parse(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    if (bytes.length < HEADER_BYTES) {
      throw new IllegalArgumentException(bytes.length + " bytes are not a header");
    }
    if (buffer.getInt() != MAGIC || buffer.getInt() != VERSION) {
      throw new IllegalArgumentException("neither magic nor version are those of the bridge");
    }
    int type = buffer.getInt();
    int cookie = buffer.getInt();
    int length = buffer.getInt();
    buffer.getInt();
    if (length != buffer.remaining()) {
      throw new IllegalArgumentException(
          "the header announces " + length + " bytes, " + buffer.remaining() + " follow");
    }
    return new BridgeMessage(type, cookie, buffer.slice().order(ByteOrder.nativeOrder()));
  }

  byte[] toBytes() {
    return ByteBuffer.allocate(HEADER_BYTES + payload.remaining())
        .order(ByteOrder.nativeOrder())
        .putInt(MAGIC)
        .putInt(VERSION)
        .putInt(type)
        .putInt(cookie)
        .putInt(payload.remaining())
        .putInt(0)
        .put(payload.duplicate())
        .array();
  }

  /**
   * Payload of the kernel's answer to HELLO.
   *
   * @param sequence the number that the next transition will carry
   */
  record Hello(long sequence) {}

  /**
   * Payload of NOTIFY.
   *
   * @param ktimeNanos CLOCK_MONOTONIC, the clock of {@link System#nanoTime}
   */
  record Notify(long sequence, long ktimeNanos, int subsystem, int unit, int event, long value) {}

  Hello hello() {
    return new Hello(atLeast(24).getLong(0));
  }

  Notify transition() {
    ByteBuffer fields = atLeast(40);
    return new Notify(
        fields.getLong(0),
        fields.getLong(8),
        fields.getInt(16),
        fields.getInt(20),
        fields.getInt(24),
        fields.getLong(32));
  }

  private ByteBuffer atLeast(int bytes) {
    if (payload.remaining() < bytes) {
      throw new IllegalArgumentException(
          "a payload of " + payload.remaining() + " bytes, not " + bytes);
    }
    return payload;
  }
}
