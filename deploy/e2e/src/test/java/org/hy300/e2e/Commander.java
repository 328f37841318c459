// SPDX-License-Identifier: Apache-2.0
// Sends one projector commands over HTTP and MQTT, one after the other, and repeats each until it
// is answered.
package org.hy300.e2e;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.hy300.contract.Topics;

/**
 * A thread. It counts `mips/keystone` with different corners each time, because the projector
 * counts these. `motor/step` and `motor/home` take time, so that they are under way when something
 * breaks.
 */
final class Commander extends Thread {
  static final String COUNTED = "mips/keystone";
  private static final Set<Integer> FINAL = Set.of(200, 409, 422, 502, 504);
  private static final Duration EXPIRES = Duration.ofMinutes(15);
  private static final long ASK_AGAIN_MS = 3_000;

  /** The pace of a client that polls over HTTP until it gets an answer. */
  private static final long POLL_MS = 500;

  private static final long LOOK_MS = 100;

  /** After this time, an order that merged with another one is no longer expected in the count. */
  private static final long TAKEN_MS = 20_000;

  /** A command, and the final answer to its sender. */
  static final class Given {
    final String id;
    final String name;
    final JsonObject args;
    final String by;
    volatile JsonObject answer;
    private volatile JsonObject payload;

    Given(String id, String name, JsonObject args, String by) {
      this.id = id;
      this.name = name;
      this.args = args;
      this.by = by;
    }

    @Override
    public String toString() {
      return "%s %s by %s: %s".formatted(id, name, by, answer);
    }
  }

  private final FaultyFleet fleet;
  private final Heard heard;
  private final BiConsumer<String, Buffer> mqtt;
  private final Runnable listen;
  private final String device;
  private final Random random;
  private final List<Given> given = new CopyOnWriteArrayList<>();
  private final List<String> problems = new CopyOnWriteArrayList<>();
  private volatile boolean ending;

  Commander(
      FaultyFleet fleet,
      Heard heard,
      BiConsumer<String, Buffer> mqtt,
      Runnable listen,
      String device,
      long seed) {
    super("commander-" + device);
    this.fleet = fleet;
    this.heard = heard;
    this.mqtt = mqtt;
    this.listen = listen;
    this.device = device;
    random = new Random(seed);
    setDaemon(true);
  }

  String device() {
    return device;
  }

  List<Given> given() {
    return List.copyOf(given);
  }

  /** Errors that no fault explains. */
  List<String> problems() {
    return List.copyOf(problems);
  }

  /** Makes the current command the last one. */
  void end() {
    ending = true;
  }

  @Override
  public void run() {
    try {
      for (int number = 0; !ending; number++) {
        Given command = next(number);
        given.add(command);
        double before = executed();
        switch (command.by) {
          case "HTTP" -> ask(command, false);
          case "async HTTP" -> ask(command, true);
          default -> tell(command);
        }
        awaitTaken(command, before);
        repeatAnEarlierOne();
      }
    } catch (InterruptedException e) {
      // The test ends.
    }
  }

  /**
   * A plain file merges two orders that come close together (docs/decisions/0014), so the next one
   * waits until the projector has counted this one.
   */
  private void awaitTaken(Given command, double before) throws InterruptedException {
    if (!command.name.equals(COUNTED) || !says(command, "done")) {
      return;
    }
    long due = System.nanoTime() + TAKEN_MS * 1_000_000;
    while (executed() <= before && System.nanoTime() < due) {
      Thread.sleep(LOOK_MS);
    }
  }

  private double executed() {
    try {
      return FaultLedger.executed(fleet.hardware(device), device);
    } catch (IOException e) {
      // The page is being replaced.
      return 0;
    }
  }

  private static boolean says(Given command, String status) {
    return command.answer != null && command.answer.getString("status").equals(status);
  }

  private Given next(int number) {
    String id = device + "-" + number;
    String by = List.of("HTTP", "async HTTP", "MQTT").get(random.nextInt(3));
    int what = number == 0 ? 9 : random.nextInt(10);
    if (what == 9) {
      return new Given(id, "motor/home", new JsonObject(), by);
    }
    if (what > 5) {
      int steps = (random.nextBoolean() ? 1 : -1) * (20 + random.nextInt(300));
      return new Given(id, "motor/step", new JsonObject().put("steps", steps), by);
    }
    JsonArray corners = new JsonArray().add(number % 100).add(number / 100);
    corners.add(-10).add(0).add(-10).add(10).add(0).add(10);
    return new Given(id, COUNTED, new JsonObject().put("corners", corners), by);
  }

  /** Repeats the request to the collector with the same key until the command has ended. */
  private void ask(Given command, boolean async) throws InterruptedException {
    boolean taken = false;
    while (command.answer == null) {
      try {
        HttpResponse<String> answer =
            taken
                ? fleet.send(
                    HttpRequest.newBuilder(fleet.url("/api/v1/commands/" + command.id))
                        .timeout(Duration.ofSeconds(3)))
                : fleet.send(post(command, async));
        if (answer.statusCode() == 404 && taken) {
          problems.add("the collector has forgotten " + command + ": " + answer.body());
          taken = false;
        } else if (taken && answer.statusCode() == 200) {
          JsonObject target =
              new JsonObject(answer.body()).getJsonArray("targets").getJsonObject(0);
          command.answer = target.containsKey("ended") ? target : null;
        } else if (answer.statusCode() == 202) {
          taken = true;
        } else if (!async && FINAL.contains(answer.statusCode())) {
          JsonObject reply = new JsonObject(answer.body());
          if (!reply.getString("status").equals("accepted")) {
            command.answer = reply;
          }
        } else if (answer.statusCode() != 503 && !isUnheardOf(answer)) {
          problems.add(command + ": " + answer.statusCode() + " " + answer.body());
          return;
        }
      } catch (IOException e) {
        // The collector is unreachable; the key makes it safe to repeat the request.
      }
      Thread.sleep(command.answer == null ? POLL_MS : LOOK_MS);
    }
  }

  /** A newly started collector must first hear about its projectors from the broker. */
  private static boolean isUnheardOf(HttpResponse<String> answer) {
    return answer.statusCode() == 404 && answer.body().contains("unknown_device");
  }

  private HttpRequest.Builder post(Given command, boolean async) {
    return HttpRequest.newBuilder(
            fleet.url(
                "/api/v1/devices/" + device + "/commands/" + command.name + "?async=" + async))
        .timeout(Duration.ofSeconds(async ? 3 : 15))
        .header("Idempotency-Key", command.id)
        .POST(
            HttpRequest.BodyPublishers.ofString(
                new JsonObject().put("args", command.args).put("timeout_seconds", 40).encode()));
  }

  /** Repeats the command to the projector until its final reply arrives. */
  private void tell(Given command) throws InterruptedException {
    while (command.answer == null) {
      publish(command);
      long due = System.nanoTime() + ASK_AGAIN_MS * 1_000_000;
      while (command.answer == null && System.nanoTime() < due) {
        Thread.sleep(LOOK_MS);
        listen.run();
        heard.ends(device, command.id).stream().findFirst().ifPresent(end -> command.answer = end);
      }
    }
  }

  private void publish(Given command) {
    if (command.payload == null) {
      Instant issued = Instant.now().plusSeconds(FaultyFleet.AHEAD_SECONDS);
      command.payload =
          new JsonObject()
              .put("id", command.id)
              .put("issued", issued.toString())
              .put("expires", issued.plus(EXPIRES).toString())
              .put("args", command.args);
    }
    String[] name = command.name.split("/", 2);
    JsonObject payload = command.payload;
    mqtt.accept(Topics.standard().command(device, name[0], name[1]), payload.toBuffer());
  }

  /** Like a sender that missed the reply, or a broker that restores delivered messages. */
  private void repeatAnEarlierOne() {
    List<Given> done = new ArrayList<>(given.subList(0, given.size() - 1));
    done.removeIf(earlier -> !says(earlier, "done"));
    if (!done.isEmpty() && random.nextInt(3) == 0) {
      publish(done.get(Math.max(0, done.size() - 1 - random.nextInt(30))));
    }
  }
}
