// SPDX-License-Identifier: Apache-2.0
package org.hy300.agent.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HomeAssistantObjectTest {
  private static final String LETTERS = "._-ud1";
  private static final int LONGEST = 5;

  private final Map<String, String> devices = new HashMap<>();

  @Test
  void aNameWithoutADotIsItself() {
    // The same names as in the broker's access list.
    assertThat(HomeAssistant.object("lab_1")).isEqualTo("hy300_lab_1");
    assertThat(HomeAssistant.object("lab.1")).isEqualTo("hy300-lab_d1");
  }

  @Test
  void noTwoNamesOfALengthHaveTheSameObject() {
    allNames("");
    assertThat(devices).hasSizeGreaterThan(9000);
    assertThat(devices.keySet()).allMatch(object -> object.matches("[A-Za-z0-9_-]+"));
  }

  private void allNames(String begun) {
    if (!begun.isEmpty()) {
      String before = devices.put(HomeAssistant.object(begun), begun);
      assertThat(before).as(begun).isNull();
    }
    for (int i = 0; begun.length() < LONGEST && i < LETTERS.length(); i++) {
      allNames(begun + LETTERS.charAt(i));
    }
  }
}
