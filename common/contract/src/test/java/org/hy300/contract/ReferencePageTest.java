// SPDX-License-Identifier: Apache-2.0
package org.hy300.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code make reference} sets {@code -Dreference.write}, with which this writes the page. */
class ReferencePageTest {
  private static final Path PAGE = Path.of("../../docs/reference/commands.md");

  @Test
  void thePageSaysWhatTheCatalogueSays() throws IOException {
    if (Boolean.getBoolean("reference.write")) {
      Files.writeString(PAGE, ReferencePage.text());
    }
    assertThat(PAGE)
        .as("docs/reference/commands.md is not what the catalogue says; `make reference` writes it")
        .hasContent(ReferencePage.text());
  }
}
