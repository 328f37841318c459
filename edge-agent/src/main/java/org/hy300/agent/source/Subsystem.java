// SPDX-License-Identifier: Apache-2.0
// One device of the class hy300: the last values of its state attributes, and how to read its
// metrics.
package org.hy300.agent.source;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hy300.agent.attribute.AttributeWatcher;
import org.hy300.agent.metrics.AgentMetrics;
import org.hy300.agent.metrics.Metrics;
import org.hy300.agent.metrics.MetricsBuilder;
import org.hy300.agent.source.ExpositionParser.MalformedExpositionException;

/** A subsystem such as {@code motor}. Belongs to the event loop. */
public final class Subsystem {
  private static final Logger LOG = System.getLogger(Subsystem.class.getName());

  private final Vertx vertx;
  private final AgentMetrics own;
  private final String name;
  private final Path directory;
  private final List<Path> metricAttributes;
  private final Set<Path> refused = new HashSet<>();
  private final Map<String, String> states = new HashMap<>();
  private final Map<String, AttributeWatcher.Watch> watches = new LinkedHashMap<>();

  Subsystem(
      Vertx vertx, AgentMetrics own, String name, Path directory, List<Path> metricAttributes) {
    this.vertx = vertx;
    this.own = own;
    this.name = name;
    this.directory = directory;
    this.metricAttributes = metricAttributes;
  }

  /** The class device's name: motor, tvcap, motor1. */
  public String name() {
    return name;
  }

  /** The attribute's path, which may not exist. */
  public Path attribute(String attribute) {
    return directory.resolve(attribute);
  }

  /** The last value of the state attribute; null before its first reading. */
  public String state(String attribute) {
    return states.get(attribute);
  }

  /** The last values of all state attributes, by attribute. */
  public Map<String, String> states() {
    return Map.copyOf(states);
  }

  /** Whether counters change without notification. */
  public boolean isBusy() {
    return "1".equals(states.get("moving")) || "1".equals(states.get("streaming"));
  }

  /** Reads all metric attributes, off the event loop. Skips and counts unreadable ones. */
  public Future<Metrics> readMetrics() {
    return vertx.executeBlocking(
        () -> {
          MetricsBuilder page = new MetricsBuilder();
          for (Path attribute : metricAttributes) {
            try {
              page.add(ExpositionParser.parse(Files.readString(attribute)));
            } catch (IOException | MalformedExpositionException e) {
              refuse(attribute, e);
            }
          }
          return page.build();
        });
  }

  private void refuse(Path attribute, Exception why) {
    own.attributeErrors.incrementAndGet();
    synchronized (refused) {
      if (refused.add(attribute)) {
        LOG.log(Level.WARNING, "{0}: {1}; its series are left out", attribute, why.getMessage());
      }
    }
  }

  void add(String attribute, AttributeWatcher.Watch watch) {
    watches.put(attribute, watch);
  }

  /** Stores a reading and returns the previous one. */
  String read(String attribute, String content) {
    return states.put(attribute, content);
  }

  /** Reads a state attribute now, as after a wake-up. */
  public void reread(String attribute) {
    AttributeWatcher.Watch watch = watches.get(attribute);
    if (watch != null) {
      watch.reread();
    }
  }

  void reread() {
    List.copyOf(watches.values()).forEach(AttributeWatcher.Watch::reread);
  }

  void close() {
    watches.values().forEach(AttributeWatcher.Watch::close);
    watches.clear();
  }
}
