// SPDX-License-Identifier: Apache-2.0
// The replies to accepted commands on disk: what is still owed after a crash, and what was done.
package org.hy300.agent.command;

import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hy300.contract.MalformedMessageException;
import org.hy300.contract.ReplyMessage;
import org.hy300.journal.Journal;

/**
 * One entry for each reply, and one for each terminal reply that the broker has acknowledged. The
 * last {@value #REMEMBERED} commands are kept, and all that still owe something. Commands that were
 * refused before they were accepted are not here: they have moved nothing.
 */
final class CommandLog {
  private static final Logger LOG = System.getLogger(CommandLog.class.getName());

  static final int REMEMBERED = 256;

  /** The files are written anew when they are larger than this and than twice what they hold. */
  private static final long REWRITE_BYTES = 256 * 1024;

  private static final int READ_AT_ONCE = 64;

  /**
   * What is known of one command.
   *
   * @param heard whether the broker has acknowledged the terminal reply
   */
  record Known(String subsystem, String action, ReplyMessage reply, boolean heard) {
    private Buffer encode() {
      return new JsonObject()
          .put("subsystem", subsystem)
          .put("action", action)
          .put("reply", reply.toJson())
          .put("heard", heard)
          .toBuffer();
    }

    private static Known decode(Buffer data) throws MalformedMessageException {
      JsonObject json = new JsonObject(data);
      return new Known(
          json.getString("subsystem"),
          json.getString("action"),
          ReplyMessage.parse(json.getJsonObject("reply").toBuffer()),
          json.getBoolean("heard"));
    }

    private boolean owes() {
      return !heard;
    }
  }

  private final WorkerExecutor worker;
  private final Journal journal;

  /** Belongs to the worker once the agent runs. */
  private final Map<String, Known> commands = new LinkedHashMap<>();

  /**
   * Reads what earlier runs have left; blocks.
   *
   * @param worker of one thread, which keeps the order
   */
  CommandLog(WorkerExecutor worker, Journal journal) {
    this.worker = worker;
    this.journal = journal;
    for (List<Journal.Entry> some = journal.read(READ_AT_ONCE);
        !some.isEmpty();
        some = journal.read(READ_AT_ONCE)) {
      some.forEach(this::learn);
    }
  }

  private void learn(Journal.Entry entry) {
    try {
      Known known = Known.decode(entry.data());
      commands.remove(known.reply().id());
      commands.put(known.reply().id(), known);
    } catch (MalformedMessageException | DecodeException | ClassCastException e) {
      LOG.log(Level.WARNING, "entry {0} of the commands is left out: {1}", entry.number(), e);
    }
  }

  /** What is known, oldest first; to be asked before the first {@link #write}. */
  List<Known> known() {
    return List.copyOf(commands.values());
  }

  /** Keeps a reply to an accepted command; completes when it is on the disk. */
  Future<Void> write(String subsystem, String action, ReplyMessage reply) {
    return worker.executeBlocking(
        () -> {
          keep(new Known(subsystem, action, reply, false));
          journal.sync();
          return null;
        },
        false);
  }

  /** Notes that the broker has the terminal reply. Unsynced: to send it again would do no harm. */
  void heard(String id) {
    worker.executeBlocking(
        () -> {
          Known known = commands.get(id);
          if (known != null) {
            keep(new Known(known.subsystem(), known.action(), known.reply(), true));
          }
          return null;
        },
        false);
  }

  private void keep(Known known) {
    commands.remove(known.reply().id());
    commands.put(known.reply().id(), known);
    Iterator<Known> oldest = commands.values().iterator();
    while (commands.size() > REMEMBERED && oldest.hasNext()) {
      if (!oldest.next().owes()) {
        oldest.remove();
      }
    }
    Buffer data = known.encode();
    journal.append(List.of(new Journal.Entry(journal.last() + 1, data)));
    if (journal.bytes() > REWRITE_BYTES) {
      rewrite();
    }
  }

  private void rewrite() {
    List<Journal.Entry> entries = new ArrayList<>();
    long number = journal.last();
    long bytes = 0;
    for (Known known : commands.values()) {
      Buffer data = known.encode();
      bytes += data.length();
      entries.add(new Journal.Entry(++number, data));
    }
    if (journal.bytes() > 2 * bytes) {
      journal.replaceBy(entries);
    }
  }

  Future<Void> close() {
    return worker.executeBlocking(
        () -> {
          journal.close();
          return null;
        },
        false);
  }
}
