// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordFileTest {
  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void choose() {
    file = directory.resolve("data/broker-password");
  }

  @Test
  void onlyItsUserReadsTheFileAndNothingLiesBesideIt() throws Exception {
    String password = PasswordFile.keep(file);
    assertThat(password).matches("[0-9a-f]{64}");
    assertThat(file).hasContent(password + "\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(file.getParent().toFile().list()).containsExactly("broker-password");
  }

  @Test
  void itStaysTheSameUntilItIsRemoved() throws Exception {
    String first = PasswordFile.keep(file);
    assertThat(PasswordFile.keep(file)).isEqualTo(first);
    Files.delete(file);
    assertThat(PasswordFile.keep(file)).isNotEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----"})
  void oneThatOthersReadOrWriteIsRefused(String mode) throws Exception {
    PasswordFile.keep(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    refused("is open to others than its user");
  }

  @Test
  void aLinkIsNotFollowed() throws Exception {
    Path other = directory.resolve("other");
    PasswordFile.keep(other);
    Files.createDirectory(file.getParent());
    Files.createSymbolicLink(file, other);
    refused("is a link or no file");
    Files.delete(other);
    // The target of the link is not created either.
    refused("is a link or no file");
    assertThat(other).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "secret\n", "0123456789abcdef\n"})
  void whatCouldBeGuessedIsRefused(String content) throws Exception {
    PasswordFile.keep(file);
    Files.writeString(file, content);
    refused("holds no password that was made here");
  }

  @Test
  void aDirectoryThatCannotBeHadIsSaidInALine() throws Exception {
    Files.writeString(directory.resolve("data"), "");
    assertThatThrownBy(() -> PasswordFile.keep(file))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("the password " + file + " cannot be read or made: ")
        .hasMessageNotContaining("\n");
  }

  private void refused(String why) {
    assertThatThrownBy(() -> PasswordFile.keep(file))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "the password "
                + file
                + " "
                + why
                + "; remove it, and the next start makes another one");
  }
}
