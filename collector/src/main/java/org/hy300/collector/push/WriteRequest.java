// SPDX-License-Identifier: Apache-2.0
// The body of one request: the samples of a batch in protobuf, compressed with snappy.
package org.hy300.collector.push;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.compression.Snappy;

/** Belongs to one thread, whose buffers it keeps. */
final class WriteRequest {
  /** Netty finds repetitions by offsets of two bytes. */
  private static final int CHUNK = 32 * 1024 - 1;

  private final Protobuf plain = new Protobuf(256 * 1024);
  private final Protobuf size = new Protobuf(16);
  private final Snappy snappy = new Snappy();
  private final ByteBuf chunk = Unpooled.buffer(CHUNK + CHUNK / 6 + 64);
  private final ByteBuf whole = Unpooled.buffer(64 * 1024);

  /** Encodes a batch. */
  byte[] encode(Batch batch) {
    plain.clear();
    batch.write(plain);
    return compress(plain.array(), plain.length());
  }

  /**
   * A raw block of snappy: the length of the plain bytes, then literals and copies. No copy goes
   * back beyond the beginning of its chunk, so that chunks one after the other are one block.
   */
  byte[] compress(byte[] bytes, int length) {
    size.clear();
    size.varint(length);
    whole.clear().writeBytes(size.array(), 0, size.length());
    for (int from = 0; from < length; from += CHUNK) {
      int part = Math.min(CHUNK, length - from);
      chunk.clear();
      snappy.reset();
      // A buffer of its own: the encoder takes the reader's index for the beginning of the data.
      snappy.encode(Unpooled.wrappedBuffer(bytes, from, part), chunk, part);
      // The chunk's own length.
      chunk.skipBytes(Protobuf.size(part));
      whole.writeBytes(chunk);
    }
    return ByteBufUtil.getBytes(whole);
  }
}
