// SPDX-License-Identifier: Apache-2.0
// Shares equal values between devices.
package org.hy300.collector.fleet;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.hy300.collector.metrics.CollectorMetrics;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.InfoMessage;

/** For models, kernels, labels and lists of subsystems. */
final class Shared {
  /** Limits the memory for a fleet in which nothing is equal. */
  private static final int MAX = 20_000;

  private final Map<Object, Object> known = new ConcurrentHashMap<>();

  @SuppressWarnings("unchecked") // The found object equals the given one.
  <T> T one(T value) {
    if (known.size() >= MAX) {
      known.clear();
    }
    Object before = known.putIfAbsent(value, value);
    return before == null ? value : (T) before;
  }

  /**
   * Reduces an info message for storage: without metadata, which the fleet keeps, and within the
   * limits.
   */
  InfoMessage slim(InfoMessage info, FleetLimits limits, CollectorMetrics own, String device) {
    Map<String, String> labels = new HashMap<>();
    for (Map.Entry<String, String> label : new TreeMap<>(info.labels()).entrySet()) {
      String name = label.getKey();
      if (!ForeignNames.mayBeLabel(name)) {
        own.dropped("illegal_label", device, "info label " + name);
      } else if (tooLong(name, limits) || tooLong(label.getValue(), limits)) {
        own.dropped("label_too_long", device, "info label " + name);
      } else if (labels.size() >= limits.labels()) {
        own.dropped("too_many_labels", device, info.labels().size() + " info labels");
        break;
      } else {
        labels.put(one(name), one(label.getValue()));
      }
    }
    List<String> subsystems =
        info.subsystems().stream().map(s -> cut(s, limits)).limit(limits.labels() * 2L).toList();
    return new InfoMessage(
        cut(info.session(), limits),
        info.time(),
        one(cut(info.model(), limits)),
        one(cut(info.kernel(), limits)),
        one(cut(info.agentVersion(), limits)),
        cut(info.bootId(), limits),
        one(Map.copyOf(labels)),
        one(subsystems),
        Map.of(),
        one(info.commands().stream().filter(Shared::isCommand).distinct().toList()),
        one(ofSubsystems(info.roles(), subsystems, limits)),
        one(ofSubsystems(info.sources(), subsystems, limits)));
  }

  private static boolean isCommand(String name) {
    return CommandCatalogue.COMMANDS.stream().anyMatch(command -> command.name().equals(name));
  }

  private static Map<String, String> ofSubsystems(
      Map<String, String> words, List<String> subsystems, FleetLimits limits) {
    Map<String, String> kept = new TreeMap<>();
    words.forEach(
        (subsystem, word) -> {
          if (subsystems.contains(subsystem)) {
            kept.put(subsystem, cut(word, limits));
          }
        });
    return Map.copyOf(kept);
  }

  private static boolean tooLong(String text, FleetLimits limits) {
    return text.length() > limits.labelLength();
  }

  private static String cut(String text, FleetLimits limits) {
    return tooLong(text, limits) ? text.substring(0, limits.labelLength()) : text;
  }
}
