// SPDX-License-Identifier: Apache-2.0
// Which processes are watched: one PID, or all with a name or of a systemd unit.
package org.hy300.agent.source.process;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.hy300.contract.CommandCatalogue;

/**
 * One entry of the list.
 *
 * @param value the PID in decimal, the name, or the unit's full name
 */
public record ProcessWatch(Kind kind, String value) {
  /** The kind of value; the word is the name of the argument and of the label. */
  public enum Kind {
    PID,
    NAME,
    UNIT;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The kernel keeps this much of a name (linux/sched.h: TASK_COMM_LEN). */
  private static final int KERNEL_NAME_BYTES = 15;

  public ProcessWatch {
    if (kind == Kind.UNIT && !value.contains(".")) {
      value += ".service";
    }
  }

  /** From a command's arguments, which the catalogue has validated. */
  public static ProcessWatch of(JsonObject args) {
    for (Kind kind : Kind.values()) {
      Object value = args.getValue(kind.word());
      if (value != null) {
        return new ProcessWatch(
            kind, value instanceof Number n ? Long.toString(n.longValue()) : value.toString());
      }
    }
    throw new IllegalArgumentException(args.encode());
  }

  /** Parses {@code name=kodi}, {@code unit=kodi.service} or {@code pid=1}. */
  public static ProcessWatch parse(String text) {
    String[] sides = text.strip().split("=", 2);
    Optional<Kind> kind =
        Arrays.stream(Kind.values()).filter(k -> k.word().equals(sides[0])).findFirst();
    if (kind.isEmpty() || sides.length != 2) {
      throw new IllegalArgumentException(
          "process '" + text + "' is not of the form name=NAME, unit=UNIT or pid=PID");
    }
    Object value =
        kind.get() == Kind.PID && sides[1].matches("\\d{1,9}")
            ? Integer.valueOf(sides[1])
            : sides[1];
    JsonObject args = new JsonObject().put(sides[0], value);
    CommandCatalogue.find("process", "add")
        .flatMap(command -> command.check(args))
        .ifPresent(
            problem -> {
              throw new IllegalArgumentException("process '" + text + "': " + problem);
            });
    return of(args);
  }

  public JsonObject toJson() {
    return new JsonObject().put(kind.word(), kind == Kind.PID ? Integer.valueOf(value) : value);
  }

  boolean matches(ProcessStat process, ProcFs proc) {
    return switch (kind) {
      case PID -> Integer.toString(process.id().pid()).equals(value);
      case NAME -> isNamed(process, proc);
      // A kernel thread has no memory of its own, and belongs to no unit.
      case UNIT -> process.vmsBytes() > 0 && proc.isOfUnit(process, value);
    };
  }

  /** A name that the kernel may have truncated is compared with the program's. */
  private boolean isNamed(ProcessStat process, ProcFs proc) {
    byte[] wanted = value.getBytes(StandardCharsets.UTF_8);
    if (wanted.length <= KERNEL_NAME_BYTES) {
      return process.name().equals(value);
    }
    String kept = new String(wanted, 0, KERNEL_NAME_BYTES, StandardCharsets.UTF_8);
    return process.name().equals(kept) && proc.program(process).equals(value);
  }
}
