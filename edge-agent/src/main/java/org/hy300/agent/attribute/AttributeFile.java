// SPDX-License-Identifier: Apache-2.0
// One attribute held open for reading, its file descriptor's number known.
package org.hy300.agent.attribute;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/** A sysfs attribute, or a file that stands for one. Reads always begin at offset 0. */
final class AttributeFile implements AutoCloseable {
  /** sysfs never gives more than a page of the machine; 64 KiB is the largest on arm64. */
  private static final int MAX_BYTES = 64 * 1024;

  private static final Path DESCRIPTORS = Path.of("/proc/self/fdinfo");

  private final FileChannel channel;

  AttributeFile(Path file) throws IOException {
    channel = FileChannel.open(file, StandardOpenOption.READ);
  }

  /**
   * The number of the open descriptor, which Java does not tell: the file is given a random offset,
   * and the descriptor that reports this offset is it.
   */
  int descriptor() throws IOException {
    // sysfs takes offsets below 2 GiB.
    long mark = ThreadLocalRandom.current().nextLong(1L << 30, (1L << 31) - 1);
    String first = "pos:\t" + mark + "\n";
    channel.position(mark);
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
      for (Path descriptor : descriptors) {
        if (reports(descriptor, first)) {
          return Integer.parseInt(descriptor.getFileName().toString());
        }
      }
    } finally {
      channel.position(0);
    }
    throw new IOException("descriptor not found in " + DESCRIPTORS);
  }

  private static boolean reports(Path descriptor, String first) {
    try {
      return Files.readString(descriptor).startsWith(first);
    } catch (IOException e) {
      // Another thread has closed that descriptor since the listing.
      return false;
    }
  }

  /** Reads the whole content; the newline at its end is left out. */
  String read() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4096);
    for (int position = 0; ; ) {
      int count = channel.read(bytes, position);
      if (count <= 0) {
        break;
      }
      position += count;
      if (!bytes.hasRemaining()) {
        if (bytes.capacity() >= MAX_BYTES) {
          throw new IOException("more than " + MAX_BYTES + " bytes");
        }
        bytes = ByteBuffer.allocate(bytes.capacity() * 2).put(bytes.flip());
      }
    }
    return StandardCharsets.UTF_8.decode(bytes.flip()).toString().stripTrailing();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
