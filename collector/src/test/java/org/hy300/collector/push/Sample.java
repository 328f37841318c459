// SPDX-License-Identifier: Apache-2.0
// A request as its receiver reads it: snappy by Netty, protobuf field by field.
package org.hy300.collector.push;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.compression.Snappy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * One sample.
 *
 * @param series as Prometheus writes it, without the job
 */
record Sample(String series, double value, long time) {
  /** Short for a test: the series, an equals sign and the value or "end". */
  String inShort() {
    boolean end = Double.doubleToRawLongBits(value) == 0x7ff0000000000002L;
    return series + "=" + (end ? "end" : String.format(Locale.ROOT, "%.0f", value));
  }

  /** The samples of a request, in their order. */
  static List<Sample> of(byte[] request) {
    return ofPlain(decompress(request));
  }

  static ByteBuf decompress(byte[] request) {
    ByteBuf plain = Unpooled.buffer();
    new Snappy().decode(Unpooled.wrappedBuffer(request), plain);
    return plain;
  }

  private static List<Sample> ofPlain(ByteBuf plain) {
    List<Sample> samples = new ArrayList<>();
    while (plain.isReadable()) {
      ByteBuf series = message(plain, 1);
      Map<String, String> labels = new TreeMap<>();
      List<String> order = new ArrayList<>();
      while (series.isReadable() && series.getByte(series.readerIndex()) == 0x0a) {
        ByteBuf label = message(series, 1);
        String name = text(message(label, 1));
        labels.put(name, text(message(label, 2)));
        order.add(name);
      }
      if (!order.equals(List.copyOf(labels.keySet()))) {
        throw new AssertionError("labels are not sorted: " + order);
      }
      if (!"hy300".equals(labels.remove("job"))) {
        throw new AssertionError("no job");
      }
      String name = labels.remove("__name__");
      while (series.isReadable()) {
        ByteBuf sample = message(series, 2);
        expect(sample.readByte(), 0x09);
        double value = Double.longBitsToDouble(sample.readLongLE());
        expect(sample.readByte(), 0x10);
        samples.add(new Sample(name + labels, value, varint(sample)));
        expect(sample.readableBytes(), 0);
      }
    }
    return samples;
  }

  private static ByteBuf message(ByteBuf from, int field) {
    expect(from.readByte(), field << 3 | 2);
    return from.readSlice((int) varint(from));
  }

  private static long varint(ByteBuf from) {
    long number = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = from.readByte();
      number |= (b & 0x7fL) << shift;
      if (b >= 0) {
        return number;
      }
    }
  }

  private static String text(ByteBuf bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static void expect(int found, int wanted) {
    if (found != wanted) {
      throw new AssertionError("found " + found + " where " + wanted + " has to be");
    }
  }
}
