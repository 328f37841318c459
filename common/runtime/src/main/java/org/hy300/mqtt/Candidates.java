// SPDX-License-Identifier: Apache-2.0
// The broker's addresses in one attempt to connect: each is tried in turn.
package org.hy300.mqtt;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Keeps why each address was left. */
final class Candidates {
  private final boolean named;
  private final Deque<InetAddress> rest;
  private final List<String> failures = new ArrayList<>();

  /**
   * Creates the candidates of an attempt.
   *
   * @param named whether they were found by a name, so that a failure has to say which one it is of
   */
  Candidates(List<InetAddress> addresses, boolean named) {
    rest = new ArrayDeque<>(addresses);
    this.named = named;
  }

  /** The one that is tried now. */
  String address() {
    return rest.getFirst().getHostAddress();
  }

  /** Leaves the one that is tried now; returns whether there is another. */
  boolean leave(String why) {
    failures.add(named ? address() + ": " + why : why);
    rest.removeFirst();
    return !rest.isEmpty();
  }

  /** Why all of them were left, in their order. */
  String why() {
    return String.join(", ", failures);
  }
}
