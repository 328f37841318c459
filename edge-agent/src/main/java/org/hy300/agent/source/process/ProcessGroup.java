// SPDX-License-Identifier: Apache-2.0
// The processes of one watch: who belongs to it now, who came and went, what all of them used.
package org.hy300.agent.source.process;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.hy300.agent.source.process.ProcessStat.Identity;

/**
 * Its counters begin at 0 with the watch and survive the processes: what one has used stays counted
 * when it ends.
 */
final class ProcessGroup {
  private final ProcessWatch watch;
  private final long beginTicks;

  /** The only process that belongs here; null for a name or a unit. */
  private final Identity only;

  private Map<Identity, ProcessStat> members = new HashMap<>();
  private long cpuTicks;
  private long starts;
  private long exits;

  ProcessGroup(ProcessWatch watch, long beginTicks, Identity only) {
    this.watch = watch;
    this.beginTicks = beginTicks;
    this.only = only;
  }

  ProcessWatch watch() {
    return watch;
  }

  Map<Identity, ProcessStat> members() {
    return members;
  }

  long cpuTicks() {
    return cpuTicks;
  }

  long starts() {
    return starts;
  }

  long exits() {
    return exits;
  }

  /** Whether nobody will belong here any more. */
  boolean isOver() {
    return only != null && exits > 0;
  }

  boolean includes(ProcessStat process, ProcFs proc) {
    return only == null ? watch.matches(process, proc) : only.equals(process.id());
  }

  /**
   * Takes the readings of one scan.
   *
   * @param current who belongs here now
   * @param alive everybody who was seen in the scan
   * @param changed told of each member that has started (true) or ended
   */
  void update(
      Map<Identity, ProcessStat> current,
      Set<Identity> alive,
      BiConsumer<ProcessStat, Boolean> changed) {
    for (ProcessStat now : current.values()) {
      ProcessStat before = members.get(now.id());
      boolean born = now.id().startTicks() >= beginTicks;
      if (before != null) {
        cpuTicks += Math.max(0, now.cpuTicks() - before.cpuTicks());
      } else if (born) {
        cpuTicks += now.cpuTicks();
        starts++;
        changed.accept(now, true);
      }
    }
    Set<Identity> missing = new HashSet<>(members.keySet());
    missing.removeAll(current.keySet());
    // One that lives and has taken another name, as exec() does, only leaves.
    missing.removeAll(alive);
    for (Identity gone : missing) {
      exits++;
      changed.accept(members.get(gone), false);
    }
    members = current;
  }
}
