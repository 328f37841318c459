// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.hy300.collector.PlayedFleet;
import org.hy300.collector.exposition.Format;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Invalid or excessive messages of a fleet: they are dropped and counted, and the rest stays. */
class GuardTest {
  private static final int DEVICES = 3;
  private static final int SERIES = 40;
  private static final int DEVICE_SERIES = 20;
  private static final int DEVICE_FAMILIES = 30;
  private static final int RATE = 2;
  private static final int FLAPS = 4;

  private final PlayedFleet played =
      new PlayedFleet(
          new FleetLimits(
              DEVICES, SERIES, DEVICE_SERIES, DEVICE_FAMILIES, 2, 16, 4096, FLAPS, RATE, true));

  private void state(long seq, String values) {
    played.state("p1", "motor", "a", seq, values);
  }

  private static String series(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"x" + i + "\":1")
        .collect(Collectors.joining(","));
  }

  @Test
  void devices() {
    for (int i = 0; i < DEVICES + 2; i++) {
      played.online("p" + i, "s" + i);
    }
    assertThat(played.fleet.devices()).hasSize(DEVICES);
    assertThat(played.dropped("too_many_devices")).isEqualTo(2);
    played.message("p0/status", "", false);
    played.online("p9", "s9");
    assertThat(played.fleet.find("p9")).isPresent();
  }

  @Test
  void seriesOfADevice() {
    played.online("p1", "a");
    state(1, series(5));
    state(2, series(DEVICE_SERIES + 1));
    // The values from before the message are no longer true.
    assertThat(played.values("p1")).isEmpty();
    assertThat(played.dropped("too_many_series")).isEqualTo(1);
    state(3, series(DEVICE_SERIES));
    assertThat(played.values("p1")).hasSize(DEVICE_SERIES);
  }

  @Test
  void seriesOfTheFleet() {
    for (int i = 0; i < DEVICES; i++) {
      played.online("p" + i, "s" + i);
      played.state("p" + i, "motor", "s" + i, 1, series(DEVICE_SERIES));
    }
    assertThat(played.fleet.series()).isEqualTo(SERIES);
    assertThat(played.dropped("too_many_series")).isEqualTo(1);
  }

  @Test
  void labels() {
    played.online("p1", "a");
    state(
        1,
        "\"ok{a=\\\"1\\\",b=\\\"2\\\"}\":1,\"many{a=\\\"1\\\",b=\\\"2\\\",c=\\\"3\\\"}\":2,"
            + "\"long{a=\\\"0123456789abcdefg\\\"}\":3,\"long_name_of_a_family\":4,"
            + "\"wide{a=\\\"\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\\\"}\":5");
    assertThat(played.values("p1")).containsOnlyKeys("ok{a=\"1\",b=\"2\"}");
    assertThat(played.dropped("too_many_labels")).isEqualTo(1);
    assertThat(played.dropped("label_too_long")).isEqualTo(2);
    assertThat(played.dropped("illegal_family")).isEqualTo(1);
  }

  @Test
  void names() {
    played.online("p1", "a");
    state(
        1,
        "\"ok\":1,\"bad name\":2,\"x{__a=\\\"1\\\"}\":3,\"x{a=\\\"1\\\",a=\\\"2\\\"}\":4,"
            + "\"y{z=\\\"}\\\"}\":5,\"hy300_device_up\":7,\"\":8");
    assertThat(played.values("p1")).containsOnlyKeys("ok", "y{z=\"}\"}");
    assertThat(played.dropped("illegal_series")).isEqualTo(4);
    assertThat(played.dropped("illegal_family")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "up",
        "ALERTS",
        "ALERTS_FOR_STATE",
        "scrape_samples_scraped",
        "fleet:hy300_up:sum",
        ":x",
        "hy300_collector_drops_total",
        "hy300_push_lag_seconds",
        "hy300_motor_x{job=\\\"j\\\"}",
        "hy300_motor_x{instance=\\\"i\\\"}",
        "hy300_motor_x{device=\\\"p2\\\"}",
        "hy300_motor_x{__name__=\\\"up\\\"}"
      })
  void aNameThatOthersMeanSomethingByNeverCrosses(String series) {
    played.online("p1", "a");
    state(1, "\"ok\":1,\"" + series + "\":2");
    assertThat(played.values("p1")).containsOnlyKeys("ok");
  }

  @Test
  void anInfoLabelThatPrometheusMeansSomethingByNeverCrosses() {
    played.online("p1", "a");
    played.message(
        "p1/info",
        """
        {"session":"a","time":"2026-11-21T04:00:00Z","model":"m","kernel":"k","agent_version":"1",
         "boot_id":"b","subsystems":[],"families":{},"labels":{"job":"j","instance":"i","site":"s"}}
        """,
        false);
    assertThat(played.page(Format.TEXT))
        .contains(",site=\"s\"}")
        .doesNotContain("job=", "instance=");
    assertThat(played.dropped("illegal_label")).isEqualTo(2);
  }

  @Test
  void familiesAreOfASubsystemUnlessOthersAreAskedFor() {
    PlayedFleet strict = new PlayedFleet(FleetLimits.STANDARD);
    strict.online("p1", "a");
    strict.state(
        "p1",
        "lamp",
        "a",
        1,
        "\"hy300_lamp_hours\":1,\"hy300_motor1_x_total\":2,\"node_load1\":3,\"hy300_up\":4,\"hy300__x\":5");
    assertThat(strict.values("p1")).containsOnlyKeys("hy300_lamp_hours", "hy300_motor1_x_total");
    assertThat(strict.dropped("illegal_family")).isEqualTo(3);
  }

  /** The parser does not accept half of a surrogate pair in a name as JSON. */
  @Test
  void aNameThatIsNoText() {
    played.online("p1", "a");
    state(1, "\"ok\":1");
    state(2, "\"ok\":2,\"x{a=\\\"\\ud800\\\"}\":6");
    assertThat(played.values("p1")).isEqualTo(Map.of("ok", 1.0));
    assertThat(played.dropped("malformed")).isEqualTo(1);
  }

  private void event(String device, long seq) {
    played.message(
        device + "/event/motor",
        "{\"id\":\"e%d\",\"seq\":%d,\"time\":\"2026-11-21T04:00:00Z\",\"event\":\"homed\",\"data\":{}}"
            .formatted(seq, seq),
        false);
  }

  @Test
  void aDeviceThatSendsTooManyCostsItselfAlone() {
    int burst = RATE * Pace.BURST_SECONDS;
    played.online("p1", "a");
    played.online("p2", "b");
    for (int i = 1; i <= burst + 50; i++) {
      state(i, "\"x\":" + i);
      event("p1", i);
    }
    assertThat(played.values("p1")).containsEntry("x", (double) burst);
    assertThat(played.events.latest("p1").id()).isEqualTo("e" + burst);
    assertThat(played.dropped("throttled")).isEqualTo(100);
    assertThat(played.page(Format.TEXT))
        .contains(
            "# TYPE hy300_device_throttled_total counter\n",
            "hy300_device_throttled_total{device=\"p1\"} 100\n")
        .doesNotContain("hy300_device_throttled_total{device=\"p2\"}");
    played.state("p2", "motor", "b", 1, "\"x\":1");
    event("p2", 1);
    assertThat(played.values("p2")).containsEntry("x", 1.0);
    assertThat(played.events.latest("p2").id()).isEqualTo("e1");
    // Its Will still counts.
    played.will("p1", "a");
    assertThat(played.fleet.online()).isEqualTo(1);
  }

  @Test
  void aDeviceThatHasSentTooManyIsHeardAgainLater() {
    played.online("p1", "a");
    int burst = RATE * Pace.BURST_SECONDS;
    for (int i = 1; i <= burst + 1; i++) {
      state(i, "\"x\":" + i);
    }
    played.nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(1));
    for (int i = 1; i <= RATE + 1; i++) {
      state(burst + 1 + i, "\"x\":-" + i);
    }
    assertThat(played.values("p1")).containsEntry("x", (double) -RATE);
    assertThat(played.dropped("throttled")).isEqualTo(2);
  }

  /** Messages that need full parsing, such as infos or states that always differ, cost the most. */
  @Test
  void messagesOfAnyKindCount() {
    played.online("p1", "a");
    for (int i = 0; i < RATE * Pace.BURST_SECONDS; i++) {
      played.message("p1/info", "no info", false);
      played.message("p1/snapshot", "no picture", false);
    }
    state(1, "\"x\":1");
    event("p1", 1);
    assertThat(played.values("p1")).isEmpty();
    assertThat(played.events.latest("p1")).isNull();
  }

  @Test
  void infoLabels() {
    played.online("p1", "a");
    played.message(
        "p1/info",
        """
        {"session":"a","time":"2026-11-21T04:00:00Z","model":"a model with a long name","kernel":"6.1",
         "agent_version":"1","boot_id":"b","subsystems":[],
         "labels":{"a b":"1","__x":"2","long":"0123456789abcdefg","room":"1","site":"2","zone":"3"}}
        """,
        false);
    assertThat(played.page(Format.TEXT))
        .contains(
            "hy300_device_info{device=\"p1\",model=\"a model with a l\",kernel=\"6.1\","
                + "agent_version=\"1\",room=\"1\",site=\"2\"} 1\n");
    assertThat(played.dropped("illegal_label")).isEqualTo(2);
    assertThat(played.dropped("label_too_long")).isEqualTo(1);
    assertThat(played.dropped("too_many_labels")).isEqualTo(1);
  }

  @Test
  void payloads() {
    played.online("p1", "a");
    state(1, "\"x\":1");
    state(2, "\"x\":2" + " ".repeat(4096));
    assertThat(played.values("p1")).containsEntry("x", 1.0);
    assertThat(played.dropped("oversized")).isEqualTo(1);
  }

  @Test
  void aSeriesStandsOnceOnThePage() {
    played.online("p1", "a");
    played.state("p1", "motor", "a", 1, "\"m{}\":1,\"m\":2,\"shared\":3");
    played.state("p1", "board", "a", 2, "\"shared\":4");
    played.state("p1", "motor", "a", 3, "\"m{}\":5,\"m\":6,\"shared\":7");
    assertThat(played.page(Format.TEXT))
        .contains("m{device=\"p1\"} 5\n", "shared{device=\"p1\"} 4\n")
        .doesNotContain("} 6\n", "} 7\n");
    assertThat(played.dropped("duplicate_series")).isEqualTo(1);
  }

  private void info(String device, String session, String family, String type) {
    played.online(device, session);
    played.message(
        device + "/info",
        """
        {"session":"%s","time":"2026-11-21T04:00:00Z","model":"m","kernel":"k","agent_version":"1",
         "boot_id":"b","subsystems":[],"families":{"%s":{"type":"%s","help":"Of %s."}}}
        """
            .formatted(session, family, type, device),
        false);
  }

  /** The catalogue decides on its families, even if a device sent one first. */
  @Test
  void aTypeThatLiesChangesNothingInAFamilyOfTheCatalogue() {
    PlayedFleet strict = new PlayedFleet();
    strict.state("p1", "motor", "a", 1, "\"hy300_motor_steps_total\":1");
    strict.online("p1", "a");
    strict.message(
        "p1/info",
        """
        {"session":"a","time":"2026-11-21T04:00:00Z","model":"m","kernel":"k","agent_version":"1",
         "boot_id":"b","subsystems":[],
         "families":{"hy300_motor_steps_total":{"type":"gauge","help":"Of a liar."}}}
        """,
        false);
    assertThat(strict.page(Format.TEXT))
        .contains("# TYPE hy300_motor_steps_total counter\n", "hy300_motor_steps_total{")
        .doesNotContain("liar");
    assertThat(strict.dropped("family_conflict")).isEqualTo(1);
  }

  @Test
  void mostDevicesDecideOnTheTypeOfAnotherFamily() {
    info("p1", "a", "x_total", "gauge");
    state(1, "\"x_total\":1");
    info("p2", "b", "x_total", "counter");
    played.state("p2", "motor", "b", 1, "\"x_total\":2");
    assertThat(played.page(Format.TEXT))
        .contains("# HELP x_total Of p1.\n# TYPE x_total gauge\n")
        .contains("x_total{device=\"p1\"} 1\n", "x_total{device=\"p2\"} 2\n");
    assertThat(played.dropped("family_conflict")).isEqualTo(1);
    info("p3", "c", "x_total", "counter");
    assertThat(played.page(Format.TEXT)).contains("# TYPE x_total counter\n");
    // A repetition is not another vote, and a device that is gone has none.
    info("p1", "a", "x_total", "gauge");
    info("p1", "a", "x_total", "gauge");
    assertThat(played.page(Format.TEXT)).contains("# TYPE x_total counter\n");
    played.message("p2/status", "", false);
    played.message("p3/status", "", false);
    assertThat(played.page(Format.TEXT)).contains("# TYPE x_total gauge\n");
  }

  private static String families(String prefix, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"hy300_" + prefix + "_x" + i + "\":1")
        .collect(Collectors.joining(","));
  }

  @Test
  void familiesOfADevice() {
    PlayedFleet quota = new PlayedFleet();
    int most = FleetLimits.DEVICE_FAMILIES;
    quota.online("p1", "a");
    quota.state("p1", "motor", "a", 1, families("one", most - 10) + ",\"hy300_motor_moving\":1");
    quota.state("p1", "lamp", "a", 2, families("two", 50) + ",\"hy300_motor_homed\":1");
    assertThat(quota.values("p1"))
        .hasSize(most + 2)
        .containsKeys("hy300_motor_moving", "hy300_motor_homed");
    assertThat(quota.dropped("too_many_families")).isEqualTo(40);
    // Room that it has freed is available again, and another device has its own.
    quota.state("p1", "motor", "a", 3, "\"hy300_motor_moving\":1");
    quota.state("p1", "lamp", "a", 4, families("two", 50) + ",\"hy300_motor_homed\":0.5");
    quota.state("p1", "lamp", "a", 5, families("two", 51));
    quota.online("p2", "b");
    quota.state("p2", "lamp", "b", 1, families("two", 50) + ",\"hy300_motor_homed\":1");
    assertThat(quota.values("p1")).hasSize(52);
    assertThat(quota.values("p2")).hasSize(51);
  }

  /** The families of two devices used to fill the table for all. */
  @Test
  void familiesOfLiarsTakeNoneFromTheOthers() {
    PlayedFleet fleet = new PlayedFleet();
    for (int liar = 0; liar < 100; liar++) {
      fleet.online("liar" + liar, "s" + liar);
      fleet.state("liar" + liar, "motor", "s" + liar, 1, families("l" + liar, 500));
    }
    assertThat(fleet.fleet.families().isFull()).isTrue();
    fleet.online("honest", "h");
    fleet.state("honest", "motor", "h", 1, "\"hy300_motor_moving\":1,\"hy300_lamp_hours\":2");
    assertThat(fleet.values("honest")).containsOnlyKeys("hy300_motor_moving");
    // Families that were replaced or cleared leave room.
    fleet.state("liar1", "motor", "s1", 2, "\"hy300_motor_moving\":1");
    fleet.state(
        "honest",
        "motor",
        "h",
        2,
        "\"hy300_motor_moving\":1,\"hy300_lamp_hours\":2,\"hy300_motor_homed\":1");
    assertThat(fleet.values("honest"))
        .containsOnlyKeys("hy300_motor_moving", "hy300_lamp_hours", "hy300_motor_homed");
  }

  @ParameterizedTest
  @CsvSource({
    "x_total,x_created",
    "x_total,x",
    "x_created,x_total",
    "x,x_total",
    "x_total_total,x_total",
    "x_total,x_total_total"
  })
  void aFamilyWhoseSamplesCouldBeAnothersIsRefused(String first, String later) {
    info("p1", "a", first, first.endsWith("_total") ? "counter" : "gauge");
    state(1, "\"" + first + "\":1");
    info("p2", "b", later, later.endsWith("_total") ? "counter" : "gauge");
    played.state("p2", "motor", "b", 1, "\"" + later + "\":1,\"y\":2");
    assertThat(played.values("p1")).containsOnlyKeys(first);
    assertThat(played.values("p2")).containsOnlyKeys("y");
    assertThat(played.dropped("family_clash")).isEqualTo(2);
  }

  @Test
  void inOneMessageTheFirstOfThoseThatClashIsTaken() {
    played.online("p1", "a");
    state(1, "\"x_created\":1,\"x_total\":1,\"x_sum\":1,\"x_count\":1,\"x_bucket\":1,\"x_info\":1");
    assertThat(played.values("p1"))
        .containsOnlyKeys("x_created", "x_sum", "x_count", "x_bucket", "x_info");
  }

  /** Otherwise one projector could take a family of the drivers from all others. */
  @Test
  void aFamilyBesideOneOfTheCatalogueIsRefusedThoughItIsFirst() {
    PlayedFleet strict = new PlayedFleet();
    strict.online("p1", "a");
    strict.state("p1", "motor", "a", 1, "\"hy300_motor_steps_created\":1,\"hy300_motor_steps\":1");
    strict.state("p1", "board", "a", 2, "\"hy300_motor_steps_total\":1");
    assertThat(strict.values("p1")).containsOnlyKeys("hy300_motor_steps_total");
    assertThat(strict.dropped("family_clash")).isEqualTo(2);
  }

  @Test
  void aCounterIsNeverNegative() {
    played.online("p1", "a");
    state(1, "\"x_total\":-1,\"y\":-1");
    state(2, "\"x_total\":-2,\"y\":-2");
    assertThat(played.values("p1")).containsOnlyKeys("y");
    state(3, "\"x_total\":3,\"y\":-3");
    assertThat(played.values("p1")).containsEntry("x_total", 3.0);
    assertThat(played.dropped("negative_counter")).isEqualTo(2);
  }

  @Test
  void aTopicThatLiesAboutItsDevice() {
    played.online("p1", "a");
    state(1, "\"x\":1");
    played.online("p2", "b");
    // The payload of another device: its session, its name, or its label.
    played.state("p1", "motor", "b", 9, "\"x\":9");
    played.online("p1", "b");
    played.message(
        "p1/status",
        "{\"state\":\"online\",\"session\":\"c\",\"device\":\"p2\",\"time\":\"2026-11-21T04:00:00Z\"}",
        false);
    played.message(
        "p1/state/motor",
        "{\"device\":\"p2\",\"session\":\"a\",\"seq\":9,\"values\":{\"x\":9}}",
        false);
    played.state("p1", "board", "a", 10, "\"x{device=\\\"p2\\\"}\":9");
    // The Will of another device.
    played.will("p1", "b");
    assertThat(played.values("p1")).containsExactly(java.util.Map.entry("x", 1.0));
    assertThat(played.dropped("stale_session")).isEqualTo(1);
    assertThat(played.dropped("foreign_session")).isEqualTo(2);
    assertThat(played.dropped("foreign_device")).isEqualTo(1);
    assertThat(played.dropped("malformed")).isEqualTo(2);
  }

  @Test
  void aDeviceThatFlapsIsHeldUntilItIsQuiet() {
    for (int i = 0; i <= FLAPS; i++) {
      played.online("p1", "a");
      state(i + 1, "\"x\":" + i);
      played.will("p1", "a");
    }
    played.online("p1", "a");
    assertThat(played.values("p1")).isEmpty();
    assertThat(played.fleet.online()).isZero();
    assertThat(played.dropped("flapping")).isEqualTo(1);
    long now = System.currentTimeMillis();
    played.fleet.release(now + 30_000);
    assertThat(played.values("p1")).isEmpty();
    played.fleet.release(now + 61_000);
    assertThat(played.values("p1")).containsEntry("x", (double) FLAPS);
    assertThat(played.fleet.online()).isEqualTo(1);
  }

  @Test
  void ceilingsHaveCeilings() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FleetLimits(0, 1, 1, 1, 1, 16, 4096, 1, 1, true))
        .withMessage("most devices 0 is not within 1 to 10000000");
  }
}
