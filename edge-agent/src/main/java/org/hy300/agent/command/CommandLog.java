// SPDX-License-Identifier: Apache-2.0
// The replies to accepted commands on disk: those still to be sent after a crash, and past results.
package org.hy300.agent.command;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hy300.contract.MalformedMessageException;
import org.hy300.contract.ReplyMessage;
import org.hy300.journal.GroupCommit;
import org.hy300.journal.Journal;

/**
 * Holds one entry for each reply, and one for each final reply that the broker has acknowledged. It
 * keeps the last {@value #REMEMBERED} commands, and all that still need a reply. A command that was
 * refused before it was accepted has moved nothing, and is not stored. Belongs to the event loop.
 */
final class CommandLog {
  private static final Logger LOG = System.getLogger(CommandLog.class.getName());

  static final int REMEMBERED = 256;

  /** The files are rewritten when they exceed both this size and twice their live content. */
  private static final long REWRITE_BYTES = 256 * 1024;

  private static final int READ_AT_ONCE = 64;

  /**
   * The stored state of one command.
   *
   * @param request where the reply goes
   * @param heard whether the broker has acknowledged the final reply
   */
  record Known(
      String subsystem, String action, ReplyMessage reply, Request request, boolean heard) {
    private Buffer encode() {
      JsonObject json =
          new JsonObject()
              .put("subsystem", subsystem)
              .put("action", action)
              .put("reply", reply.toJson())
              .put("heard", heard);
      if (request.responseTopic() != null) {
        json.put("response_topic", request.responseTopic());
      }
      if (request.correlation() != null) {
        json.put("correlation", request.correlation().getBytes());
      }
      return json.toBuffer();
    }

    private static Known decode(Buffer data) throws MalformedMessageException {
      JsonObject json = new JsonObject(data);
      return new Known(
          json.getString("subsystem"),
          json.getString("action"),
          ReplyMessage.parse(json.getJsonObject("reply").toBuffer()),
          // Written by agents that support requests; only the final reply is still to be sent.
          new Request(json.getString("response_topic"), json.getBuffer("correlation"), null, false),
          json.getBoolean("heard"));
    }

    private boolean owes() {
      return !heard;
    }
  }

  /** A command and its newest entry. */
  private record Kept(Known known, Buffer data) {}

  private final GroupCommit commit;
  private final Map<String, Kept> commands = new LinkedHashMap<>();
  private long liveBytes;

  /** Reads the entries of earlier runs; blocks. */
  CommandLog(Vertx vertx, Journal journal) {
    for (List<Journal.Entry> some = journal.read(READ_AT_ONCE);
        !some.isEmpty();
        some = journal.read(READ_AT_ONCE)) {
      some.forEach(this::learn);
    }
    commit = new GroupCommit(vertx, "command-journal", journal);
  }

  private void learn(Journal.Entry entry) {
    try {
      put(new Kept(Known.decode(entry.data()), entry.data()));
    } catch (MalformedMessageException | DecodeException | ClassCastException e) {
      LOG.log(Level.WARNING, "entry {0} of the commands is left out: {1}", entry.number(), e);
    }
  }

  private void put(Kept newest) {
    String id = newest.known.reply().id();
    Kept before = commands.remove(id);
    if (before != null) {
      liveBytes -= before.data.length();
    }
    commands.put(id, newest);
    liveBytes += newest.data.length();
  }

  /** All stored commands, oldest first; call it before the first {@link #write}. */
  List<Known> known() {
    return commands.values().stream().map(Kept::known).toList();
  }

  /**
   * Stores a reply to an accepted command; completes when it is on disk or the disk has refused it.
   */
  Future<Void> write(String subsystem, String action, ReplyMessage reply, Request request) {
    return commit
        .write(keep(new Known(subsystem, action, reply, request, false)))
        .onSuccess(taken -> commit.rewrite(REWRITE_BYTES, liveBytes, this::all))
        .mapEmpty();
  }

  /** Notes that the broker has the final reply. Not synced, since a repeated reply does no harm. */
  void heard(String id) {
    Kept kept = commands.get(id);
    if (kept != null) {
      Known known = kept.known;
      commit.append(
          keep(new Known(known.subsystem(), known.action(), known.reply(), known.request(), true)));
    }
  }

  private Buffer keep(Known known) {
    Buffer data = known.encode();
    put(new Kept(known, data));
    Iterator<Kept> oldest = commands.values().iterator();
    while (commands.size() > REMEMBERED && oldest.hasNext()) {
      Kept candidate = oldest.next();
      if (!candidate.known.owes()) {
        liveBytes -= candidate.data.length();
        oldest.remove();
      }
    }
    return data;
  }

  private List<Buffer> all() {
    return commands.values().stream().map(Kept::data).toList();
  }

  Future<Void> close() {
    return commit.close();
  }
}
