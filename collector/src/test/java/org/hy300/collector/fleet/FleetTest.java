// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.hy300.collector.CollectorMetrics;
import org.hy300.collector.ingest.StateParser.State;
import org.hy300.contract.StatusMessage;
import org.junit.jupiter.api.Test;

/** Sessions, Wills and repeated messages, in every order in which a broker may hand them over. */
class FleetTest {
  private static final Instant NOW = Instant.parse("2026-11-21T04:00:00Z");

  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final Fleet fleet = new Fleet(new CollectorMetrics(registry));

  private void online(String session) {
    fleet.status("p1", new StatusMessage(true, session, NOW), NOW);
  }

  private void offline(String session) {
    fleet.status("p1", new StatusMessage(false, session, NOW), NOW);
  }

  private void state(String session, long seq, double value) {
    fleet.state(
        "p1",
        "motor",
        new State(session, seq, null, List.of("x"), new double[] {value}),
        NOW,
        false);
  }

  private List<Double> values() {
    List<Double> values = new ArrayList<>();
    fleet.find("p1").ifPresent(d -> d.visit((family, labels, value) -> values.add(value)));
    return values;
  }

  private double counted(String counter, String... tags) {
    Counter found = registry.find(counter).tags(tags).counter();
    return found == null ? 0 : found.count();
  }

  @Test
  void stateIsShownWhileTheSessionLives() {
    online("a");
    state("a", 1, 5);
    assertThat(values()).containsExactly(5.0);
    offline("a");
    assertThat(values()).isEmpty();
    assertThat(fleet.online()).isZero();
    assertThat(fleet.offline()).isEqualTo(1);
  }

  @Test
  void retainedStateMayComeBeforeTheStatus() {
    state("a", 1, 5);
    assertThat(values()).isEmpty();
    online("a");
    assertThat(values()).containsExactly(5.0);
  }

  @Test
  void aNewSessionHidesTheOldOnesState() {
    online("a");
    state("a", 9, 5);
    online("b");
    assertThat(values()).isEmpty();
    state("b", 1, 6);
    assertThat(values()).containsExactly(6.0);
  }

  @Test
  void theWillOfAReplacedSessionIsLate() {
    online("a");
    online("b");
    state("b", 1, 6);
    offline("a");
    assertThat(values()).containsExactly(6.0);
    assertThat(counted("hy300.collector.drops", "reason", "late_will")).isEqualTo(1);
  }

  @Test
  void repeatedAndOlderStateIsDropped() {
    online("a");
    state("a", 2, 6);
    state("a", 2, 7);
    state("a", 1, 5);
    assertThat(values()).containsExactly(6.0);
  }

  @Test
  void stateOfADeadSessionIsDropped() {
    online("b");
    state("b", 1, 6);
    state("a", 9, 5);
    assertThat(values()).containsExactly(6.0);
    assertThat(counted("hy300.collector.drops", "reason", "stale_session")).isEqualTo(1);
  }

  @Test
  void aGapInTheNumbersIsCounted() {
    online("a");
    state("a", 1, 5);
    state("a", 5, 6);
    assertThat(counted("hy300.collector.missed")).isEqualTo(3);
  }

  @Test
  void whatTheBrokerHadKeptSaysNothingAboutLostMessages() {
    online("a");
    fleet.state("p1", "motor", new State("a", 900, null, List.of("x"), new double[1]), NOW, true);
    fleet.state("p1", "agent", new State("a", 950, null, List.of("y"), new double[1]), NOW, true);
    assertThat(counted("hy300.collector.missed")).isZero();
  }

  @Test
  void afterALostBrokerItsPictureCounts() {
    online("a");
    state("a", 9, 5);
    fleet.doubtAll();
    // The agent was started anew meanwhile; its retained messages come in any order.
    state("b", 1, 6);
    online("b");
    assertThat(values()).containsExactly(6.0);
    assertThat(counted("hy300.collector.missed")).isZero();
  }

  @Test
  void aDeviceThatTheBrokerNoLongerKnowsIsOffline() {
    online("a");
    state("a", 1, 5);
    fleet.doubtAll();
    assertThat(values()).containsExactly(5.0);
    fleet.settle();
    assertThat(values()).isEmpty();
    assertThat(fleet.online()).isZero();
  }

  @Test
  void aDeviceCanBeForgotten() {
    online("a");
    fleet.forget("p1");
    assertThat(fleet.find("p1")).isEmpty();
    assertThat(fleet.online() + fleet.offline()).isZero();
  }

  @Test
  void aDeviceWithTooManySeriesIsCutShort() {
    online("a");
    List<String> series = IntStream.range(0, 6000).mapToObj(i -> "x" + i).toList();
    fleet.state("p1", "motor", new State("a", 1, null, series, new double[6000]), NOW, false);
    assertThat(values()).isEmpty();
    assertThat(counted("hy300.collector.drops", "reason", "too_many_series")).isEqualTo(1);
  }
}
