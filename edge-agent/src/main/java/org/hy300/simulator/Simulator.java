// SPDX-License-Identifier: Apache-2.0
// Any number of simulated projectors: one thread plays them, another watches for written files.
package org.hy300.simulator;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;

/**
 * A projector is a directory. {@code hy300/} looks like /sys/class/hy300, {@code hwmon/} and {@code
 * thermal/} look like their classes, and the files of {@code board/} control the hardware, as
 * debugfs does on the virtual board.
 */
public final class Simulator implements AutoCloseable {
  private static final long SENSORS_MS = 5_000;

  private final Clock clock = new Clock();
  private final WatchService service = FileSystems.getDefault().newWatchService();
  private final Map<WatchKey, AttributeDirectory> watched = new ConcurrentHashMap<>();
  private final List<BoardSensors> sensors = new ArrayList<>();

  /** Creates a simulator without projectors. */
  public Simulator() throws IOException {
    Thread thread = new Thread(this::take, "simulator-inotify");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Adds a projector that plays by itself, and continues with the files of an earlier one in its
   * directory.
   *
   * @param seed of its random events
   */
  public void add(Path directory, long seed) throws IOException {
    try {
      clock
          .call(
              () -> {
                make(directory, new SplittableRandom(seed));
                return null;
              })
          .get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void make(Path directory, SplittableRandom random) throws IOException {
    Path drivers = directory.resolve("hy300");
    AttributeDirectory knobs = new AttributeDirectory(directory.resolve("board"));
    Motor motor = new Motor(drivers, knobs, clock, random.split());
    HdmiInput input = new HdmiInput(drivers, knobs, clock, random.split());
    Coprocessor mips = new Coprocessor(drivers, knobs, clock);
    for (AttributeDirectory each :
        List.of(knobs, motor.attributes(), input.attributes(), mips.attributes())) {
      watched.put(each.path().register(service, StandardWatchEventKinds.ENTRY_MODIFY), each);
    }
    BoardSensors board = new BoardSensors(directory, input::isStreaming, random.split());
    sensors.add(board);
    clock.every(SENSORS_MS, board::pass);
  }

  private void take() {
    try {
      while (true) {
        WatchKey key = service.take();
        List<WatchEvent<?>> events = key.pollEvents();
        key.reset();
        clock.run(() -> dispatch(key, events));
      }
    } catch (ClosedWatchServiceException | RejectedExecutionException e) {
      // The simulator was closed.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void dispatch(WatchKey key, List<WatchEvent<?>> events) {
    AttributeDirectory attributes = watched.get(key);
    if (attributes == null) {
      return;
    }
    if (events.stream().anyMatch(e -> e.kind() == StandardWatchEventKinds.OVERFLOW)) {
      attributes.allWritten();
      return;
    }
    events.stream()
        .map(event -> event.context().toString())
        .distinct()
        .forEach(attributes::written);
  }

  /** Ends all projectors; their directories remain. */
  @Override
  public void close() throws IOException {
    service.close();
    clock.close();
    for (AttributeDirectory each : watched.values()) {
      each.close();
    }
    for (BoardSensors each : sensors) {
      each.close();
    }
  }
}
