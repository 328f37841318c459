// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hy300.collector.PlayedFleet;
import org.hy300.contract.StateMessage;
import org.junit.jupiter.api.Test;

/** Which samples come of a device's messages, and of which time. */
class FleetSamplesTest {
  private static final long START = Instant.parse("2026-11-21T04:00:00Z").toEpochMilli();
  private static final String X = "x{device=p1}";
  private static final String Y = "y{device=p1}";

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final PushMetrics metrics = new PushMetrics(registry);
  private final PushQueue queue = new PushQueue(10, PushQueue.LINGER_NANOS, () -> 0, metrics);
  private long now = START;
  private final PlayedFleet fleet =
      new PlayedFleet(new FleetSamples(queue, metrics, 600_000, () -> now));
  private final WriteRequest request = new WriteRequest();
  private long seq;

  private void state(String session, long time, String values) {
    state("motor", session, time, values, false);
  }

  private void state(String subsystem, String session, long time, String values, boolean retained) {
    Map<String, Number> numbers = new LinkedHashMap<>();
    new JsonObject("{" + values + "}")
        .forEach(value -> numbers.put(value.getKey(), (Number) value.getValue()));
    fleet.message(
        "p1/state/" + subsystem,
        new StateMessage(session, ++seq, Instant.ofEpochMilli(time), numbers).toBuffer() + "",
        retained);
  }

  /** What came since the last time. */
  private List<Sample> samples() throws InterruptedException {
    List<Sample> samples = new ArrayList<>();
    queue.close();
    for (Batch batch = queue.take(); batch != null; batch = queue.take()) {
      samples.addAll(Sample.of(request.encode(batch)));
    }
    return samples;
  }

  private List<String> inShort() throws InterruptedException {
    return samples().stream().map(Sample::inShort).toList();
  }

  private double skewed() {
    return registry.get("hy300.push.skewed").counter().count();
  }

  @Test
  void aMessageGivesWhatItChangesAndAHeartbeatGivesAll() throws Exception {
    fleet.online("p1", "a");
    state("a", START, "\"x\":1,\"y\":2");
    assertThat(samples()).containsExactly(new Sample(X, 1, START), new Sample(Y, 2, START));
    state("a", START + 700, "\"x\":1,\"y\":3");
    assertThat(samples()).containsExactly(new Sample(Y, 3, START + 700));
    // Nothing is changed: a heartbeat.
    state("a", START + 9_000, "\"x\":1,\"y\":3");
    assertThat(samples())
        .containsExactly(new Sample(X, 1, START + 9_000), new Sample(Y, 3, START + 9_000));
    // One that always changes has none; after a minute all are given.
    now = START + 68_000;
    state("a", START + 68_000, "\"x\":1,\"y\":4");
    assertThat(inShort()).containsExactly(Y + "=4");
    state("a", START + 69_000, "\"x\":1,\"y\":5");
    assertThat(inShort()).containsExactly(X + "=1", Y + "=5");
    assertThat(skewed()).isZero();
  }

  @Test
  void aWillEndsTheSeriesWhenItIsHeard() throws Exception {
    fleet.online("p1", "a");
    state("a", START, "\"x\":1");
    now = START + 3_000;
    fleet.will("p1", "a");
    assertThat(samples().stream().map(sample -> sample.inShort() + " at " + sample.time()))
        .containsExactly(X + "=1 at " + START, X + "=end at " + (START + 3_000));
    // It is there again with what was known of it, and its next message comes after that.
    now = START + 5_000;
    fleet.online("p1", "a");
    state("a", START + 6_000, "\"x\":2");
    assertThat(samples())
        .containsExactly(new Sample(X, 1, START + 5_000), new Sample(X, 2, START + 6_000));
  }

  @Test
  void whatIsNotShownIsNotPushed() throws Exception {
    // As a broker gives what is retained: of a device that is gone, and of one that is there.
    state("motor", "a", START - 9_000, "\"x\":1", true);
    fleet.will("p1", "a");
    assertThat(samples()).isEmpty();
    state("motor", "b", START - 8_000, "\"x\":2", true);
    assertThat(samples()).isEmpty();
    fleet.online("p1", "b");
    assertThat(samples()).containsExactly(new Sample(X, 2, START - 8_000));
    // A session that ends without a word, by its successor's.
    now = START + 1_000;
    fleet.online("p1", "c");
    assertThat(inShort()).containsExactly(X + "=end");
    fleet.message("p1/status", "", true);
    assertThat(samples()).isEmpty();
  }

  @Test
  void aForgottenStateAndAForgottenDeviceEnd() throws Exception {
    fleet.online("p1", "a");
    state("a", START, "\"x\":1");
    state("board", "a", START, "\"y\":1", false);
    assertThat(samples()).hasSize(2);
    fleet.message("p1/state/motor", "", false);
    assertThat(inShort()).containsExactly(X + "=end");
    fleet.message("p1/status", "", false);
    assertThat(inShort()).containsExactly(Y + "=end");
  }

  @Test
  void aMessageWithOtherSeriesEndsThoseThatAreGone() throws Exception {
    fleet.online("p1", "a");
    state("a", START, "\"x\":1,\"y\":2");
    samples();
    state("a", START + 500, "\"x\":1,\"z\":3");
    assertThat(samples().stream().map(sample -> sample.inShort() + " at " + sample.time()))
        .containsExactly(
            Y + "=end at " + (START + 500),
            X + "=1 at " + (START + 500),
            "z{device=p1}=3 at " + (START + 500));
    // Which is a layout of its own, and changes as any other.
    state("a", START + 900, "\"x\":1,\"z\":4");
    assertThat(inShort()).containsExactly("z{device=p1}=4");
  }

  @Test
  void aCounterBelowZeroEndsUntilItIsOneAgain() throws Exception {
    fleet.online("p1", "a");
    state("a", START, "\"x_total\":1,\"y\":2");
    samples();
    state("a", START + 1, "\"x_total\":-1,\"y\":2");
    assertThat(inShort()).containsExactly("x_total{device=p1}=end");
    state("a", START + 2, "\"x_total\":7,\"y\":2");
    assertThat(inShort()).containsExactly("x_total{device=p1}=7");
  }

  @Test
  void aSeriesOfTwoSubsystemsHasOneWriter() throws Exception {
    fleet.online("p1", "a");
    state("board", "a", START, "\"x\":1", false);
    state("motor", "a", START, "\"x\":5,\"y\":1", false);
    assertThat(inShort()).containsExactly(X + "=1", Y + "=1");
    state("motor", "a", START + 1, "\"x\":6,\"y\":2", false);
    assertThat(inShort()).containsExactly(Y + "=2");
  }

  @Test
  void theTimeIsThatOfReceiptWhereTheClockIsWrong() throws Exception {
    fleet.online("p1", "a");
    state("a", START - 600_001, "\"x\":1");
    assertThat(samples()).containsExactly(new Sample(X, 1, START));
    assertThat(skewed()).isEqualTo(1);
    now = START + 1_000;
    state("a", now + 600_001, "\"x\":2");
    assertThat(samples()).containsExactly(new Sample(X, 2, START + 1_000));
    fleet.message(
        "p1/state/motor",
        "{\"session\":\"a\",\"seq\":" + ++seq + ",\"time\":\"now\",\"values\":{\"x\":3}}",
        false);
    assertThat(samples()).containsExactly(new Sample(X, 3, START + 1_001));
    assertThat(skewed()).isEqualTo(3);
    // Within the bounds it is its own.
    now = START + 2_000;
    state("a", now + 600_000, "\"x\":4");
    assertThat(samples()).containsExactly(new Sample(X, 4, START + 602_000));
    assertThat(skewed()).isEqualTo(3);
  }

  @Test
  void theTimesOfASeriesOnlyRise() throws Exception {
    fleet.online("p1", "a");
    state("a", START + 5_000, "\"x\":1");
    // The device's clock is set back, then the device is gone and back.
    now = START + 6_000;
    state("a", START - 5_000, "\"x\":2");
    state("a", START - 4_000, "\"x\":3");
    fleet.will("p1", "a");
    fleet.online("p1", "b");
    state("b", START - 3_000, "\"x\":4");
    List<Long> times = samples().stream().map(Sample::time).toList();
    assertThat(times).hasSize(5).isSorted().doesNotHaveDuplicates();
    assertThat(times.get(1)).isEqualTo(START + 6_000);
    assertThat(times.get(4)).isBetween(START + 6_000, START + 6_010);
  }

  @Test
  void labelsAreAsOnThePage() throws Exception {
    fleet.online("p1", "a");
    state(
        "a",
        START,
        "\"x{a=\\\"q\\\\\\\"uo\\\\\\\\te\\\\n\\\",zone=\\\"\u00e4\\\"}\":1,"
            + "\"x{zone=\\\"\\\"}\":2,\"x\":3");
    // A label without a value is none, so that the last two are one series: the first counts.
    assertThat(inShort())
        .containsExactly("x{a=q\"uo\\te\n, device=p1, zone=\u00e4}=1", "x{device=p1}=2");
  }
}
