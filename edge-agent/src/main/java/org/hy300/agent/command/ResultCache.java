// SPDX-License-Identifier: Apache-2.0
// The last replies by command identifier: a repeated command gets its reply again and is executed
// only once.
package org.hy300.agent.command;

import java.util.LinkedHashMap;
import java.util.Map;
import org.hy300.contract.ReplyMessage;

/** Evicts the least recently used identifier first. */
final class ResultCache {
  private final Map<String, ReplyMessage> replies;

  ResultCache(int capacity) {
    replies =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, ReplyMessage> eldest) {
            return size() > capacity;
          }
        };
  }

  /** The last reply to the identifier; null if there is none. */
  ReplyMessage find(String id) {
    return replies.get(id);
  }

  void store(ReplyMessage reply) {
    replies.put(reply.id(), reply);
  }
}
