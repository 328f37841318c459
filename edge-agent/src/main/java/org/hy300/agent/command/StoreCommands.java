// SPDX-License-Identifier: Apache-2.0
// Executes the commands that are one write to one attribute. They end when the driver has taken it.
package org.hy300.agent.command;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hy300.agent.command.AttributeStore.RefusedException;
import org.hy300.agent.command.CommandReceiver.Order;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.ReplyMessage;

/** Commands of the HDMI capture and of the MIPS co-processor. */
public final class StoreCommands implements CommandReceiver.Executor {
  /**
   * One command.
   *
   * @param attribute where it is written
   * @param text makes the content from the arguments
   * @param result the attribute that is read afterwards as the result
   */
  private record Store(String attribute, Function<JsonObject, String> text, String result) {}

  private static final Map<String, Store> TVCAP =
      Map.of(
          "start", new Store("enabled", args -> "1", "enabled"),
          "stop", new Store("enabled", args -> "0", "enabled"));

  private static final Map<String, Store> MIPS =
      Map.of(
          "restart", new Store("restart", args -> "1", "state"),
          "load_firmware",
              new Store("load_firmware", args -> args.getString("name"), "firmware_loaded"),
          "keystone",
              new Store(
                  "keystone",
                  args ->
                      args.getJsonArray("corners").stream()
                          .map(corner -> Integer.toString(((Number) corner).intValue()))
                          .collect(Collectors.joining(" ")),
                  "keystone"));

  /** Errors of the co-processor's attributes (ABI document sysfs-class-hy300-mips). */
  private static final Map<String, ReplyMessage.Reason> MIPS_REFUSALS =
      Map.of(
          "No such file or directory",
          new ReplyMessage.Reason(
              ErrorCode.INVALID_ARGUMENT, "there is no such file below /lib/firmware"),
          "Bad message",
          new ReplyMessage.Reason(ErrorCode.DRIVER, "the firmware's CRC is not the expected one"),
          "File too large",
          new ReplyMessage.Reason(ErrorCode.DRIVER, "the firmware does not fit into its region"),
          "Resource temporarily unavailable",
          new ReplyMessage.Reason(
              ErrorCode.UNAVAILABLE, "the co-processor does not run; send mips/restart"),
          "Exec format error",
          new ReplyMessage.Reason(
              ErrorCode.UNAVAILABLE, "the co-processor has no firmware; send mips/load_firmware"),
          "Connection timed out",
          new ReplyMessage.Reason(
              ErrorCode.TIMEOUT, "the co-processor does not answer; send mips/restart"));

  private final Vertx vertx;
  private final Path directory;
  private final Map<String, Store> stores;
  private final Map<String, ReplyMessage.Reason> refusals;
  private final Consumer<Order> failed;

  private StoreCommands(
      Vertx vertx,
      Path directory,
      Map<String, Store> stores,
      Map<String, ReplyMessage.Reason> refusals,
      Consumer<Order> failed) {
    this.vertx = vertx;
    this.directory = directory;
    this.stores = stores;
    this.refusals = refusals;
    this.failed = failed;
  }

  /** Commands of the HDMI capture whose class device is this directory. */
  public static StoreCommands tvcap(Vertx vertx, Path directory) {
    return new StoreCommands(vertx, directory, TVCAP, Map.of(), order -> {});
  }

  /**
   * Commands of the MIPS co-processor whose class device is this directory.
   *
   * @param loadFailed called with the arguments of a failed firmware load
   */
  public static StoreCommands mips(Vertx vertx, Path directory, Consumer<JsonObject> loadFailed) {
    return new StoreCommands(
        vertx,
        directory,
        MIPS,
        MIPS_REFUSALS,
        order -> {
          if (order.action().equals("load_firmware")) {
            loadFailed.accept(order.args().copy());
          }
        });
  }

  @Override
  public void execute(Order order) {
    Store store = stores.get(order.action());
    order.run(
        // Ordered: writes to one device come one after the other.
        () -> vertx.executeBlocking(() -> give(store, order.args())), error -> why(order, error));
  }

  @Override
  public void interrupt() {}

  private JsonObject give(Store store, JsonObject args) throws IOException, RefusedException {
    AttributeStore.write(directory.resolve(store.attribute), store.text.apply(args), refusals);
    String now = Files.readString(directory.resolve(store.result)).strip();
    return new JsonObject().put(store.result, now);
  }

  private ReplyMessage.Reason why(Order order, Throwable error) {
    if (error instanceof RefusedException) {
      failed.accept(order);
    }
    return AttributeStore.why(directory, error);
  }
}
