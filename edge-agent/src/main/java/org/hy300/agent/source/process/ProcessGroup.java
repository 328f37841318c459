// SPDX-License-Identifier: Apache-2.0
// The processes of one watch: the current members, starts and ends, and total use.
package org.hy300.agent.source.process;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.hy300.agent.source.process.ProcessStat.Identity;

/** Its counters begin at 0 with the watch. They keep the use of processes that have ended. */
final class ProcessGroup {
  private final ProcessWatch watch;
  private final long beginTicks;

  /** The only possible member; null for a name or a unit. */
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

  /** Whether there will be no more members. */
  boolean isOver() {
    return only != null && exits > 0;
  }

  boolean includes(ProcessStat process, ProcFs proc) {
    return only == null ? watch.matches(process, proc) : only.equals(process.id());
  }

  /**
   * Takes the readings of one scan.
   *
   * @param current the members now
   * @param alive all processes of the scan
   * @param changed called for each member that has started (true) or ended (false)
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
    // A process that lives on under another name, as after exec(), has left and not ended.
    missing.removeAll(alive);
    for (Identity gone : missing) {
      exits++;
      changed.accept(members.get(gone), false);
    }
    members = current;
  }
}
