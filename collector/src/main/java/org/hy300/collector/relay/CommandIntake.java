// SPDX-License-Identifier: Apache-2.0
// Accepts commands from all sources: the one sequence of checks before a command is relayed.
package org.hy300.collector.relay;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.hy300.collector.access.Gate;
import org.hy300.collector.access.Principal;
import org.hy300.collector.fleet.Device;
import org.hy300.collector.fleet.Fleet;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.CommandEntry;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.InfoMessage;

/** The catalogue validates a command's content; each source has its own form of request. */
public final class CommandIntake {
  /** The error code while the collector has no broker; devices never use it. */
  public static final String BROKER_OFFLINE = "broker_offline";

  /** Longer than any command; a later expiry is a mistake. */
  private static final Duration LONGEST = Duration.ofDays(1);

  private final Gate gate;
  private final Fleet fleet;
  private final CommandRelay relay;
  private final BooleanSupplier connected;
  private final RelayMetrics own;

  /**
   * Creates an intake, which belongs to the event loop.
   *
   * @param connected whether the relay is connected to its broker
   */
  public CommandIntake(
      Gate gate, Fleet fleet, CommandRelay relay, BooleanSupplier connected, RelayMetrics own) {
    this.gate = gate;
    this.fleet = fleet;
    this.relay = relay;
    this.connected = connected;
    this.own = own;
  }

  /**
   * Accepts a command.
   *
   * @return the command, or an earlier one with the same identifier
   */
  public Command take(CommandRequest request, Principal caller, Selection selection)
      throws RefusedException {
    try {
      checkSense(request, caller, selection);
      Optional<Command> same = sameAsBefore(request);
      if (same.isPresent()) {
        return same.get();
      }
      checkTime(request);
      checkReach(request, selection);
      checkRoom(request, selection);
      return relay.submit(request, selection.devices(), selection.unknown());
    } catch (RefusedException e) {
      own.refused(e.code());
      throw e;
    }
  }

  /** Checks device, command, role and arguments: errors here do not depend on the time. */
  private void checkSense(CommandRequest request, Principal caller, Selection selection)
      throws RefusedException {
    if (selection.isOne() && !selection.unknown().isEmpty()) {
      throw new RefusedException(
          ErrorCode.UNKNOWN_DEVICE, "no device '" + selection.one() + "' has been seen");
    }
    CommandEntry entry =
        CommandCatalogue.find(request.subsystem(), request.action())
            .orElseThrow(
                () ->
                    new RefusedException(
                        ErrorCode.UNKNOWN_COMMAND, "there is no command " + request.name()));
    Optional<Gate.Verdict> forbidden = gate.mayDo(caller, entry.role());
    if (forbidden.isPresent()) {
      throw new RefusedException(forbidden.get().code(), forbidden.get().message());
    }
    Optional<String> problem = entry.check(request.args());
    if (problem.isPresent()) {
      throw new RefusedException(ErrorCode.INVALID_ARGUMENT, problem.get());
    }
  }

  /** A repeated request gets its answer, whatever has changed meanwhile. */
  private Optional<Command> sameAsBefore(CommandRequest request) throws RefusedException {
    Optional<Command> before = relay.find(request.id());
    if (before.isPresent() && !before.get().request().isSameAs(request)) {
      throw new RefusedException(
          ErrorCode.ID_IN_USE,
          "another command has the id '" + request.id() + "'; choose a new one for a new command");
    }
    return before;
  }

  private static void checkTime(CommandRequest request) throws RefusedException {
    Instant now = Instant.now();
    if (request.expires().isBefore(now)) {
      throw new RefusedException(ErrorCode.EXPIRED, "it came too late");
    }
    if (request.expires().isAfter(now.plus(LONGEST))) {
      throw new RefusedException(
          ErrorCode.INVALID_ARGUMENT, "'expires' is more than a day from now");
    }
  }

  /** A selection may include devices that are offline, since a fleet is never complete. */
  private void checkReach(CommandRequest request, Selection selection) throws RefusedException {
    // A request that came over the broker shows that the broker is there.
    if (request.via() == CommandRequest.Via.HTTP && !connected.getAsBoolean()) {
      throw new RefusedException(
          BROKER_OFFLINE, "the collector has lost its broker; try again later");
    }
    if (selection.size() == 0) {
      throw new RefusedException(ErrorCode.NO_DEVICE, "no device has the labels of 'select'");
    }
    if (selection.isOne()) {
      Device device = fleet.find(selection.one()).orElseThrow();
      if (!device.isOnline()) {
        throw new RefusedException(
            ErrorCode.DEVICE_OFFLINE,
            "device '" + device.name() + "' is offline; last seen at " + device.lastSeen());
      }
      if (!takes(device, request)) {
        throw new RefusedException(
            ErrorCode.UNAVAILABLE,
            "device '%s' does not take %s now; GET /api/v1/devices/%s lists its commands"
                .formatted(device.name(), request.name(), device.name()));
      }
    }
  }

  /** A command that is always taken is tried in any case: the device's list may be old. */
  private static boolean takes(Device device, CommandRequest request) {
    InfoMessage info = device.info();
    return info == null
        || info.commands().isEmpty()
        || info.commands().contains(request.name())
        || CommandCatalogue.get(request.name()).isAlwaysTaken();
  }

  private void checkRoom(CommandRequest request, Selection selection) throws RefusedException {
    if (!relay.isOpen()) {
      throw new RefusedException(ErrorCode.STOPPING, "the collector is being stopped");
    }
    if (selection.size() > CommandRelay.MAX_DEVICES) {
      throw new RefusedException(
          ErrorCode.BUSY,
          selection.size()
              + " devices are meant, and a command may have "
              + CommandRelay.MAX_DEVICES
              + "; select fewer");
    }
    if (!relay.hasRoom(request, selection.size())) {
      throw new RefusedException(
          ErrorCode.BUSY,
          relay.openCount() + " commands are under way; try again when some have ended");
    }
  }
}
