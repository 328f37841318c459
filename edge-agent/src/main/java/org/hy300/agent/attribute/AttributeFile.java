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
  /** A state attribute holds one value; sysfs gives a page at most. */
  private static final int MAX_BYTES = 4096;

  private static final Path DESCRIPTORS = Path.of("/proc/self/fdinfo");

  private final FileChannel channel;

  /** Direct: a heap buffer would be copied through one at each read. */
  private final ByteBuffer bytes = ByteBuffer.allocateDirect(MAX_BYTES);

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

  /** Reads the content; the newline at its end is left out. One call of the kernel, for speed. */
  String read() throws IOException {
    bytes.clear();
    int count = channel.read(bytes, 0);
    if (count == bytes.capacity()) {
      throw new IOException("more than a state attribute may hold");
    }
    while (count > 0 && bytes.get(count - 1) == '\n') {
      count--;
    }
    if (count <= 0) {
      return "";
    }
    byte[] content = new byte[count];
    bytes.get(0, content);
    return new String(content, StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
