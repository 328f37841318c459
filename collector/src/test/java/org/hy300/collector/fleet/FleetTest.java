// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import org.hy300.collector.PlayedFleet;
import org.junit.jupiter.api.Test;

/** Sessions, Wills and repeated messages, in every order that a broker may deliver. */
class FleetTest {
  private final PlayedFleet played = new PlayedFleet();
  private final Fleet fleet = played.fleet;

  private void online(String session) {
    played.online("p1", session);
  }

  private void offline(String session) {
    played.will("p1", session);
  }

  private void state(String session, long seq, int value) {
    played.state("p1", "motor", session, seq, "\"x\":" + value);
  }

  private Iterable<Double> values() {
    return played.values("p1").values();
  }

  @Test
  void stateIsShownWhileTheSessionLives() {
    online("a");
    state("a", 1, 5);
    assertThat(values()).containsExactly(5.0);
    state("a", 2, 6);
    assertThat(values()).containsExactly(6.0);
    offline("a");
    assertThat(values()).isEmpty();
    assertThat(fleet.online()).isZero();
    assertThat(fleet.offline()).isEqualTo(1);
  }

  @Test
  void aDeviceComesBackWhole() {
    online("a");
    played.state("p1", "motor", "a", 1, "\"x\":1,\"y\":2");
    played.state("p1", "board", "a", 2, "\"z\":3");
    offline("a");
    online("a");
    assertThat(values()).containsExactly(1.0, 2.0, 3.0);
  }

  @Test
  void retainedStateMayComeBeforeTheStatus() {
    state("a", 1, 5);
    assertThat(values()).isEmpty();
    online("a");
    assertThat(values()).containsExactly(5.0);
    state("a", 2, 6);
    assertThat(values()).containsExactly(6.0);
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
    assertThat(played.dropped("late_will")).isEqualTo(1);
  }

  @Test
  void theWillOfABrokerThatWasLeftIsLate() {
    played.status("p1", true, "a", 1);
    played.status("p1", true, "a", 3);
    state("a", 1, 6);
    // Delayed messages from the old broker, and then its Will.
    played.status("p1", true, "a", 1);
    played.status("p1", false, "a", 2);
    assertThat(values()).containsExactly(6.0);
    assertThat(played.dropped("late_will")).isEqualTo(1);
    played.status("p1", false, "a", 3);
    assertThat(values()).isEmpty();
  }

  @Test
  void aNewSessionCountsItsConnectionsFromTheFirst() {
    played.status("p1", true, "a", 7);
    played.status("p1", true, "b", 1);
    state("b", 1, 6);
    played.status("p1", false, "b", 1);
    assertThat(values()).isEmpty();
  }

  @Test
  void aWillWithoutANumberIsNeverLateInItsSession() {
    played.status("p1", true, "a", 2);
    state("a", 1, 6);
    offline("a");
    assertThat(values()).isEmpty();
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
    online("a");
    state("a", 1, 4);
    online("b");
    state("b", 1, 6);
    state("a", 9, 5);
    assertThat(values()).containsExactly(6.0);
    assertThat(played.dropped("stale_session")).isEqualTo(1);
  }

  @Test
  void aGapInTheNumbersIsCounted() {
    online("a");
    state("a", 1, 5);
    state("a", 5, 6);
    assertThat(played.counted("hy300.collector.missed")).isEqualTo(3);
  }

  @Test
  void whatTheBrokerHadKeptSaysNothingAboutLostMessages() {
    online("a");
    played.message("p1/state/motor", PlayedFleet.stateMessage("a", 900, "\"x\":1"), true);
    played.message("p1/state/agent", PlayedFleet.stateMessage("a", 950, "\"y\":1"), true);
    assertThat(played.counted("hy300.collector.missed")).isZero();
    assertThat(fleet.find("p1").orElseThrow().lastSeen()).isAfter(PlayedFleet.TIME);
  }

  @Test
  void afterALostBrokerItsPictureCounts() {
    online("a");
    state("a", 9, 5);
    fleet.doubtAll();
    // The agent has restarted meanwhile; its retained messages come in any order.
    state("b", 1, 6);
    online("b");
    assertThat(values()).containsExactly(6.0);
    assertThat(played.counted("hy300.collector.missed")).isZero();
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
    state("a", 1, 5);
    played.message("p1/status", "", false);
    assertThat(fleet.find("p1")).isEmpty();
    assertThat(fleet.online() + fleet.offline() + fleet.series()).isZero();
  }

  @Test
  void theStateOfASubsystemCanBeForgotten() {
    online("a");
    state("a", 1, 5);
    played.state("p1", "board", "a", 2, "\"y\":1");
    played.message("p1/state/motor", "", false);
    assertThat(played.values("p1")).containsOnlyKeys("y");
    assertThat(fleet.series()).isEqualTo(1);
  }

  @Test
  void devicesOfOneLayoutKeepTheirOwnValues() {
    for (int device = 0; device < 3000; device++) {
      played.online("d" + device, "s" + device);
      played.state("d" + device, "motor", "s" + device, 1, "\"x\":" + device + ",\"y\":1");
      played.state("d" + device, "motor", "s" + device, 2, "\"x\":" + device + ".5,\"y\":2");
    }
    for (int device = 0; device < 3000; device++) {
      assertThat(played.values("d" + device))
          .containsEntry("x", device + 0.5)
          .containsEntry("y", 2.0);
    }
  }

  @Test
  void anotherShapeReplacesTheOneBefore() {
    online("a");
    played.state("p1", "motor", "a", 1, "\"x{reason=\\\"none\\\"}\":1,\"y\":2");
    played.state("p1", "motor", "a", 2, "\"y\":3,\"x{reason=\\\"stuck\\\"}\":1");
    assertThat(played.values("p1")).containsOnlyKeys("x{reason=\"stuck\"}", "y");
    assertThat(fleet.series()).isEqualTo(2);
  }
}
