// SPDX-License-Identifier: Apache-2.0
// The known commands: in memory for queries, in the journal to survive restarts, in the audit log
// for people.
package org.hy300.collector.relay;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.hy300.contract.MalformedMessageException;
import org.hy300.contract.ReplyMessage;

/** Belongs to the event loop once the relay runs. */
public final class RelayStore {
  private static final Logger LOG = System.getLogger(RelayStore.class.getName());

  /** Devices in one record, which must fit into the journal's limit. */
  private static final int DEVICES_A_RECORD = 1_000;

  /** Limit on remembered commands that have ended, counting each device. */
  private static final int REMEMBERED = 20_000;

  private static final long REMEMBERED_BYTES = 32L * 1024 * 1024;

  /** A killed collector may have delayed the audit line of an end, but by less than this. */
  private static final Duration AUDIT_DELAY = Duration.ofMinutes(1);

  private final CommandJournal journal;
  private final AuditLog audit;

  /** By identifier, in order of arrival. */
  private final Map<String, Command> commands = new LinkedHashMap<>();

  private int endedTargets;
  private long endedBytes;

  /**
   * Reads the commands of earlier runs; blocks.
   *
   * @throws IOException when another collector uses the directory, or it cannot be written
   */
  public RelayStore(Vertx vertx, Path directory, AuditLog audit, RelayMetrics own)
      throws IOException {
    this.audit = audit;
    journal = new CommandJournal(vertx, directory, own);
    Map<String, Integer> sizes = new LinkedHashMap<>();
    for (JsonObject json : journal.takeFound()) {
      try {
        learn(json, sizes);
      } catch (MalformedMessageException
          | DateTimeException
          | ClassCastException
          | IllegalArgumentException
          | NullPointerException e) {
        LOG.log(Level.WARNING, "a record of the commands is left out: {0}", e.toString());
      }
    }
    sizes.forEach(this::forgetTorn);
    commands.values().forEach(this::count);
    auditWhatIsMissing();
  }

  private void learn(JsonObject json, Map<String, Integer> sizes) throws MalformedMessageException {
    String id = json.getString("id");
    if (json.containsKey("of")) {
      commands.put(id, new Command(request(json)));
      sizes.put(id, json.getInteger("of"));
    }
    Command command = commands.get(id);
    if (command == null) {
      return;
    }
    json.getJsonArray("devices", new JsonArray()).forEach(name -> command.add((String) name));
    Target target = command.target(json.getString("device", ""));
    if (target != null && !target.hasEnded() && json.containsKey("end")) {
      ReplyMessage end = ReplyMessage.parse(json.getJsonObject("end").toBuffer());
      Instant at = Instant.parse(json.getString("at"));
      target.ended(end);
      target.kept(at);
      command.ended(target);
    } else if (target != null) {
      target.accepted();
    }
    if (json.containsKey("told")) {
      command.nowTold();
    }
  }

  private static CommandRequest request(JsonObject json) {
    return new CommandRequest(
        json.getString("id"),
        json.getString("subsystem"),
        json.getString("action"),
        json.getJsonObject("args"),
        Instant.parse(json.getString("issued")),
        Instant.parse(json.getString("expires")),
        json.getString("by"),
        CommandRequest.Via.valueOf(json.getString("via")),
        json.getJsonObject("asked"));
  }

  /** A command whose devices were not all written was sent to none of them. */
  private void forgetTorn(String id, int size) {
    Command command = commands.get(id);
    if (command.targets().size() < size) {
      commands.remove(id);
      journal.forget(id);
    } else {
      command.nowKept();
    }
  }

  private void auditWhatIsMissing() throws IOException {
    List<Target> ended = new ArrayList<>();
    for (Command command : commands.values()) {
      command.targets().stream().filter(Target::hasEnded).forEach(ended::add);
    }
    Instant newest = ended.stream().map(Target::ended).max(Instant::compareTo).orElse(Instant.MIN);
    if (!ended.isEmpty()) {
      Set<String> written = audit.ended();
      ended.stream()
          .filter(t -> t.ended().isAfter(newest.minus(AUDIT_DELAY)) && !written.contains(t.key()))
          .forEach(this::auditEnd);
    }
  }

  Collection<Command> commands() {
    return List.copyOf(commands.values());
  }

  /** A command; null if there is none. */
  Command find(String id) {
    return commands.get(id);
  }

  boolean isWritable() {
    return journal.isWritable();
  }

  /** Stores a new command; completes with whether it is on disk. */
  Future<Boolean> add(Command command) {
    CommandRequest request = command.request();
    commands.put(request.id(), command);
    List<String> devices = command.targets().stream().map(target -> target.device).toList();
    JsonObject record =
        new JsonObject()
            .put("id", request.id())
            .put("subsystem", request.subsystem())
            .put("action", request.action())
            .put("args", request.args())
            .put("issued", request.issued().toString())
            .put("expires", request.expires().toString())
            .put("by", request.by())
            .put("via", request.via().name())
            .put("asked", request.asked())
            .put("of", devices.size());
    int from = 0;
    Future<Boolean> last;
    do {
      int to = Math.min(devices.size(), from + DEVICES_A_RECORD);
      last = journal.write(record.put("devices", new JsonArray(devices.subList(from, to))));
      record = new JsonObject().put("id", request.id());
      from = to;
    } while (from < devices.size());
    return last;
  }

  void accepted(Target target) {
    journal.write(record(target));
  }

  /** Stores the end of a command at one device; completes when it may be reported. */
  Future<Boolean> ended(Target target) {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    return journal
        .write(record(target).put("end", target.reply().toJson()).put("at", now.toString()))
        .onSuccess(
            kept -> {
              target.kept(now);
              auditEnd(target);
            });
  }

  /** Records that the sender of a fleet command has been sent its reply. */
  void told(Command command) {
    command.nowTold();
    journal.write(new JsonObject().put("id", command.request().id()).put("told", true));
  }

  private static JsonObject record(Target target) {
    return new JsonObject().put("id", target.command.request().id()).put("device", target.device);
  }

  private void auditEnd(Target target) {
    CommandRequest request = target.command.request();
    JsonObject line =
        new JsonObject()
            .put("time", target.ended().toString())
            .put("what", "command")
            .put("by", request.by())
            .put("via", request.via().name().toLowerCase(Locale.ROOT))
            .put("id", request.id())
            .put("device", target.device)
            .put("command", request.name())
            .put("args", request.args())
            .put("issued", request.issued().toString())
            .put("result", target.reply().status().word());
    if (target.reply().error() != null) {
      line.put("error", target.reply().error().code());
    }
    audit.write(line);
  }

  private void count(Command command) {
    if (!command.isOpen()) {
      endedTargets += command.targets().size();
      endedBytes += command.bytes();
    }
  }

  /** Call this when a command has ended at all its devices. */
  void ended(Command command) {
    count(command);
    Iterator<Command> oldest = commands.values().iterator();
    while ((endedTargets > REMEMBERED || endedBytes > REMEMBERED_BYTES) && oldest.hasNext()) {
      Command candidate = oldest.next();
      if (!candidate.isOpen() && candidate != command) {
        endedTargets -= candidate.targets().size();
        endedBytes -= candidate.bytes();
        oldest.remove();
        journal.forget(candidate.request().id());
      }
    }
  }

  /** Writes everything to disk; nothing may be written afterwards. */
  public Future<Void> close() {
    return journal.close().eventually(audit::close);
  }
}
