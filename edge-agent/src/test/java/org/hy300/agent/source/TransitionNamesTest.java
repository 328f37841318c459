// SPDX-License-Identifier: Apache-2.0
// Compares the agent's numbers of transitions with the header that the drivers are built with.
package org.hy300.agent.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hy300.agent.source.TransitionNames.Change;
import org.junit.jupiter.api.Test;

class TransitionNamesTest {
  private static final Path HEADER = Path.of("../kernel/include/uapi/linux/hy300.h");

  /** The constants of an enumeration in order, without prefix and without the count. */
  private static List<String> constants(String enumeration) throws IOException {
    Matcher body =
        Pattern.compile("\\nenum " + enumeration + " \\{(.*?)\\}", Pattern.DOTALL)
            .matcher(Files.readString(HEADER));
    assertThat(body.find()).as(enumeration).isTrue();
    List<String> names =
        Pattern.compile("\\b[A-Z0-9_]+\\b")
            .matcher(body.group(1))
            .results()
            .map(name -> name.group().toLowerCase(Locale.ROOT))
            .filter(name -> name.startsWith("hy300_"))
            .toList();
    return names.subList(0, names.size() - 1);
  }

  private static void assertNames(String enumeration, String prefix, List<String> names)
      throws IOException {
    assertThat(constants(enumeration))
        .containsExactlyElementsOf(names.stream().map(name -> prefix + name).toList());
  }

  @Test
  void attributesAreThoseOfTheHeader() throws IOException {
    assertNames("hy300_mips_state", "hy300_mips_", TransitionNames.ATTRIBUTES.get("mips"));
    assertNames("hy300_tvcap_state", "hy300_tvcap_", TransitionNames.ATTRIBUTES.get("tvcap"));
    // The header abbreviates the motor's names.
    assertThat(constants("hy300_motor_state"))
        .hasSameSizeAs(TransitionNames.ATTRIBUTES.get("motor"));
  }

  @Test
  void wordsAreThoseOfTheHeader() throws IOException {
    assertNames("hy300_mips_word", "hy300_mips_", TransitionNames.WORDS.get("mips/state"));
    assertNames(
        "hy300_tvcap_error", "hy300_tvcap_error_", TransitionNames.WORDS.get("tvcap/error"));
    assertThat(constants("hy300_motor_fault"))
        .hasSameSizeAs(TransitionNames.WORDS.get("motor/fault"));
  }

  private static Optional<Change> change(int subsystem, int unit, int event, long value) {
    return TransitionNames.of(new BridgeMessage.Notify(1, 0, subsystem, unit, event, value));
  }

  @Test
  void numbersBecomeWhatTheAttributesSay() {
    assertThat(change(3, 0, 1, -4)).contains(new Change("motor", "target_position", "-4"));
    assertThat(change(3, 1, 5, 2)).contains(new Change("motor1", "fault", "homing_timeout"));
    assertThat(change(2, 0, 3, 720 << 16 | 1280))
        .contains(new Change("tvcap", "resolution", "1280x720"));
    assertThat(change(2, 0, 4, 0x56595559)).contains(new Change("tvcap", "format", "YUYV"));
    assertThat(change(1, 0, 0, 5)).contains(new Change("mips", "state", "running"));
  }

  @Test
  void whatANewerDriverTellsIsUnknown() {
    assertThat(change(9, 0, 0, 1)).isEmpty();
    assertThat(change(3, 0, 6, 1)).isEmpty();
    assertThat(change(3, 0, 5, 77)).isEmpty();
    assertThat(change(3, 0, -1, 0)).isEmpty();
  }
}
