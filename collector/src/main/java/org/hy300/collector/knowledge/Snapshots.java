// SPDX-License-Identifier: Apache-2.0
// The last HDMI frame of each device.
package org.hy300.collector.knowledge;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.hy300.contract.Limits;
import org.hy300.contract.MalformedMessageException;

/**
 * At most {@value #MAX_BYTES} bytes for all devices, including overhead; the oldest frame is
 * dropped first. Belongs to the event loop.
 */
public final class Snapshots {
  static final int MAX_BYTES = 64 * 1024 * 1024;

  /** Memory of a frame in addition to its bytes: there may be many tiny ones. */
  private static final int OVERHEAD = 300;

  /** One frame: JPEG, and the time of its arrival. */
  public record Snapshot(Buffer jpeg, Instant time) {}

  private final Map<String, Snapshot> snapshots = new LinkedHashMap<>();
  private final long maxBytes;
  private long bytes;

  public Snapshots() {
    this(MAX_BYTES);
  }

  Snapshots(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Replaces the device's last frame. */
  public void add(String device, Buffer jpeg) throws MalformedMessageException {
    if (jpeg.length() > Limits.MAX_SNAPSHOT_BYTES) {
      throw new MalformedMessageException(
          "snapshot of " + jpeg.length() + " bytes is over " + Limits.MAX_SNAPSHOT_BYTES);
    }
    // Start of image (ITU-T T.81, B.1.1.3): browsers will get this as JPEG.
    if (jpeg.length() < 4 || jpeg.getUnsignedShort(0) != 0xffd8) {
      throw new MalformedMessageException("snapshot is not a JPEG");
    }
    Snapshot before = snapshots.remove(device);
    bytes += size(jpeg) - (before == null ? 0 : size(before.jpeg));
    snapshots.put(device, new Snapshot(jpeg, Instant.now()));
    Iterator<Snapshot> oldest = snapshots.values().iterator();
    while (bytes > maxBytes) {
      bytes -= size(oldest.next().jpeg);
      oldest.remove();
    }
  }

  private static long size(Buffer jpeg) {
    return (long) jpeg.length() + OVERHEAD;
  }

  /** The last frame of a device. */
  public Optional<Snapshot> of(String device) {
    return Optional.ofNullable(snapshots.get(device));
  }
}
