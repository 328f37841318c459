// SPDX-License-Identifier: Apache-2.0
package org.hy300.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The modes count even for root, which can read every file. */
class SecretFileTest {
  @TempDir private Path directory;

  private Path withMode(String mode) throws IOException {
    Path file = Files.writeString(directory.resolve("password"), "s3cret");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r--r--", "rw-----w-", "r-----r--", "rwxrwxrwx"})
  void whatEveryUserMayReadOrWriteIsNoSecret(String mode) throws IOException {
    Path file = withMode(mode);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SecretFile.check(file))
        .withMessage(file + " holds a secret, and every user may read or write it; chmod o-rwx it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-------", "r--------", "rw-r-----", "rw-rw----", "rwxr-x--x"})
  void whatOwnerAndGroupMayReadIsTaken(String mode) throws IOException {
    Path file = withMode(mode);
    assertThatCode(() -> SecretFile.check(file)).doesNotThrowAnyException();
  }

  @Test
  void aLinkIsAsOpenAsWhatItLeadsTo() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), withMode("rw-r--r--"));
    assertThatIllegalArgumentException().isThrownBy(() -> SecretFile.check(link));
  }

  @Test
  void whatIsWrittenAnewGoesThroughNoLink() throws IOException {
    Path outside = Files.writeString(directory.resolve("outside"), "precious");
    Path file = Files.createSymbolicLink(directory.resolve("status"), outside);
    Files.createSymbolicLink(directory.resolve(".status.new"), outside);
    OwnFile.replace(file, new byte[] {'x'});
    assertThat(outside).hasContent("precious");
    assertThat(file).isRegularFile().hasContent("x");
    assertThat(Files.isSymbolicLink(file)).isFalse();
  }
}
