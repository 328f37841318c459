// SPDX-License-Identifier: Apache-2.0
// The operators' settings of devices: whether they should have a signal. Stored on disk.
package org.hy300.collector.knowledge;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Written on the event loop; may be read on any thread, for pages. */
public final class DeviceSettings {
  private static final String EXPECT_SIGNAL = "expect_signal";

  /** More devices than any fleet has. */
  private static final int MAX = 1_000_000;

  private final Vertx vertx;
  private final Path file;
  private final Map<String, Boolean> expectSignal = new ConcurrentHashMap<>();
  private Future<Void> saved = Future.succeededFuture();

  /**
   * Reads the settings; blocks.
   *
   * @throws IOException when the file cannot be read or is invalid
   */
  public DeviceSettings(Vertx vertx, Path directory) throws IOException {
    this.vertx = vertx;
    file = Files.createDirectories(directory).resolve("devices.json");
    if (Files.exists(file)) {
      read();
    }
  }

  private void read() throws IOException {
    try {
      JsonObject devices = new JsonObject(Files.readString(file));
      for (String device : devices.fieldNames()) {
        expectSignal.put(device, devices.getJsonObject(device).getBoolean(EXPECT_SIGNAL));
      }
    } catch (DecodeException | ClassCastException | NullPointerException e) {
      throw new IOException(
          file + " is damaged; put it right, or remove it to forget the devices' settings", e);
    }
  }

  /** Whether the device should have a signal: true, false, or null if unset. */
  public Boolean expectSignal(String device) {
    return expectSignal.get(device);
  }

  /** The settings of a device in the form of the API. */
  public JsonObject json(String device) {
    return new JsonObject().put(EXPECT_SIGNAL, expectSignal(device));
  }

  /** Whether devices should have a signal, for all devices with this setting. */
  public Map<String, Boolean> expectSignal() {
    return Collections.unmodifiableMap(expectSignal);
  }

  /**
   * Sets whether a device should have a signal.
   *
   * @param expected null to remove the setting
   * @return completes when it is on disk
   */
  public Future<Void> expectSignal(String device, Boolean expected) {
    if (expected == null) {
      expectSignal.remove(device);
    } else if (expectSignal.size() < MAX || expectSignal.containsKey(device)) {
      expectSignal.put(device, expected);
    } else {
      return Future.failedFuture("settings of " + MAX + " devices are kept; remove some first");
    }
    // One after the other: each file contains all settings that were made before its write started.
    saved = saved.otherwiseEmpty().compose(before -> vertx.executeBlocking(this::save));
    return saved;
  }

  private Void save() throws IOException {
    JsonObject devices = new JsonObject();
    new TreeMap<>(expectSignal)
        .forEach((name, signal) -> devices.put(name, new JsonObject().put(EXPECT_SIGNAL, signal)));
    Path fresh = file.resolveSibling("devices.json.new");
    try (FileChannel out =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS)) {
      ByteBuffer bytes = ByteBuffer.wrap(devices.toBuffer().getBytes());
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    return null;
  }
}
