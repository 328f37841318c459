// SPDX-License-Identifier: Apache-2.0
// A class device in a plain directory: shows attributes in files and takes orders from them.
package org.hy300.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Works around two limits of plain files. A file cannot refuse a write, so a refused order restores
 * the previous content. A file's content is not computed when it is read, so everything that must
 * be visible after a change is written before it. Belongs to the simulator's thread.
 */
final class AttributeDirectory implements AutoCloseable {
  private static final int MAX_ORDER_BYTES = 4096;

  private final Path directory;
  private final Map<String, State> states = new LinkedHashMap<>();
  private final Map<String, String> pages = new HashMap<>();

  AttributeDirectory(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
  }

  Path path() {
    return directory;
  }

  /** One attribute with a value, in a file that stays open, because agents hold it open, too. */
  private static final class State {
    private final FileChannel channel;
    private final Consumer<String> taker;
    private String value = "";

    /** The file's content as this program last wrote or read it. */
    private String shown = "";

    private long changes;

    State(FileChannel channel, Consumer<String> taker) {
      this.channel = channel;
      this.taker = taker;
    }

    private String read() throws IOException {
      ByteBuffer bytes = ByteBuffer.allocate(MAX_ORDER_BYTES);
      int count = channel.read(bytes, 0);
      return new String(bytes.array(), 0, Math.max(0, count), StandardCharsets.UTF_8).strip();
    }

    /**
     * Writes in place, and never shortens the file before the new content is complete: readers
     * ignore line feeds at the end, but not half a number.
     */
    private void write() throws IOException {
      byte[] content = (value.isEmpty() ? "" : value + "\n").getBytes(StandardCharsets.UTF_8);
      ByteBuffer padded = ByteBuffer.allocate((int) Math.max(content.length, channel.size()));
      padded.put(content);
      while (padded.hasRemaining()) {
        padded.put((byte) '\n');
      }
      channel.write(padded.flip(), 0);
      channel.truncate(content.length);
      shown = value;
    }
  }

  /** Declares a read-only attribute. Attributes are written in the order of declaration. */
  AttributeDirectory readable(String attribute, Object value) throws IOException {
    return declare(attribute, "r--r--r--", value.toString(), null);
  }

  /** Declares a writable attribute with a value. */
  AttributeDirectory writable(String attribute, Object value, Consumer<String> taker)
      throws IOException {
    return declare(attribute, "rw-r--r--", value.toString(), taker);
  }

  /** Declares a write-only attribute; it is empty again once the order is taken. */
  AttributeDirectory order(String attribute, Consumer<String> taker) throws IOException {
    return declare(attribute, "-w-------", "", taker);
  }

  private AttributeDirectory declare(
      String attribute, String mode, String value, Consumer<String> taker) throws IOException {
    Path file = directory.resolve(attribute);
    if (Files.exists(file)) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
    State state =
        new State(
            FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
            taker);
    states.put(attribute, state);
    state.value = value;
    state.write();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    return this;
  }

  /** Changes a value; {@link #flush} shows it. */
  void set(String attribute, Object value) {
    State state = states.get(attribute);
    if (!state.value.equals(value.toString())) {
      state.value = value.toString();
      state.changes++;
    }
  }

  void set(String attribute, boolean value) {
    set(attribute, value ? 1 : 0);
  }

  /** Writes the changed values, in the order of declaration. */
  void flush() {
    try {
      for (State state : states.values()) {
        if (!state.shown.equals(state.value)) {
          state.write();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Shows metrics. A page replaces the previous one atomically, whatever its length. */
  void page(String attribute, ExpositionPage page) {
    String text = page.toString();
    if (text.equals(pages.put(attribute, text))) {
      return;
    }
    // Outside the directory, where it is not taken for an attribute.
    Path whole = directory.resolveSibling("." + directory.getFileName() + ".page");
    try {
      Files.writeString(whole, text);
      Files.setPosixFilePermissions(whole, PosixFilePermissions.fromString("r--r--r--"));
      Files.move(whole, directory.resolve(attribute), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Adds the family that counts the changes of each attribute. */
  ExpositionPage changes(ExpositionPage page, String family) {
    for (String attribute : DriverFamilies.words(family)) {
      page.value(family, states.get(attribute).changes, "attribute", attribute);
    }
    return page;
  }

  /**
   * A file was written, by this program or by another. Content that this program did not write is
   * an order.
   */
  void written(String attribute) {
    State state = states.get(attribute);
    if (state == null || state.taker == null) {
      return;
    }
    String content;
    try {
      content = state.read();
      // Empty for a moment while it is written.
      if (content.isEmpty() || content.equals(state.shown)) {
        return;
      }
      state.shown = content;
      if (state.value.isEmpty()) {
        state.write();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    state.taker.accept(content);
    flush();
  }

  /** Checks all attributes, because the notifications of some writes were lost. */
  void allWritten() {
    states.keySet().forEach(this::written);
  }

  @Override
  public void close() throws IOException {
    for (State state : states.values()) {
      state.channel.close();
    }
  }
}
