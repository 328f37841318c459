// SPDX-License-Identifier: Apache-2.0
// Identifiers of commands that bring Correlation Data instead.
package org.hy300.agent.command;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Senders choose their Correlation Data without knowing of each other, often by counting. So the
 * same data with another command or another Response Topic is another request.
 */
final class RequestIds {
  private final Map<String, String> first;

  /** Remembers the last requests, up to the capacity. */
  RequestIds(int capacity) {
    first =
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > capacity;
          }
        };
  }

  /** The identifier of a request; null without usable Correlation Data. */
  String of(String subsystem, String action, Request request) {
    String id = request.id();
    if (id == null) {
      return null;
    }
    String asked = subsystem + "/" + action + " " + request.responseTopic();
    String known = first.putIfAbsent(id, asked);
    return known == null || known.equals(asked) ? id : request.id(asked);
  }
}
