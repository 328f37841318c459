// SPDX-License-Identifier: Apache-2.0
// One attribute that is held open for reading, with the number of its file descriptor.
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

/** A sysfs attribute, or a plain file in its place. Every read starts at offset 0. */
final class AttributeFile implements AutoCloseable {
  /** A state attribute holds one value, and sysfs serves at most a page. */
  private static final int MAX_BYTES = 4096;

  private static final Path DESCRIPTORS = Path.of("/proc/self/fdinfo");

  private final FileChannel channel;

  /** A direct buffer: Java would copy a heap buffer through one at each read. */
  private final ByteBuffer bytes = ByteBuffer.allocateDirect(MAX_BYTES);

  AttributeFile(Path file) throws IOException {
    channel = FileChannel.open(file, StandardOpenOption.READ);
  }

  /**
   * Finds the number of the open descriptor, which Java does not expose: it sets a random offset,
   * and looks for the descriptor that reports it.
   */
  int descriptor() throws IOException {
    // sysfs accepts offsets below 2 GiB.
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
      // Another thread has closed this descriptor since the listing.
      return false;
    }
  }

  /** Reads the content without its final newline. One system call, for speed. */
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
