// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.hy300.collector.Mutation;
import org.hy300.contract.Role;
import org.hy300.testing.Secrets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokensTest {
  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void choose() {
    file = directory.resolve("tokens");
  }

  @Test
  void aTokenIsKnownByItsHashAndNoOther() throws Exception {
    String reader = Tokens.make(file, "prometheus", "read", Optional.empty());
    String admin = Tokens.make(file, "anna@example.org", "admin", Optional.empty());
    assertThat(reader).startsWith("hy300_").hasSizeGreaterThan(40).isNotEqualTo(admin);
    assertThat(Files.readString(file)).doesNotContain(reader).doesNotContain(admin);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r-----");
    Tokens tokens = Tokens.read(file);
    assertThat(tokens.find(reader, Instant.now())).contains(new Principal("prometheus", Role.READ));
    assertThat(tokens.find(admin, Instant.now()))
        .contains(new Principal("anna@example.org", Role.ADMIN));
    assertThat(tokens.find(reader + "x", Instant.now())).isEmpty();
    assertThat(tokens.find("", Instant.now())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# nothing\n",
        "anna\n",
        "anna root 0000000000000000000000000000000000000000000000000000000000000000\n",
        "anna read 0000\n",
        "an/na read 0000000000000000000000000000000000000000000000000000000000000000\n"
      })
  void aFileThatIsNoneIsRefusedWithItsLine(String text) throws Exception {
    Secrets.write(file, text);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tokens.check(file))
        .withMessageContaining(file.toString());
  }

  /** {@code -Dfuzz.seconds=600} goes on for longer, {@code -Dfuzz.seed=…} repeats a run. */
  @Test
  void noMutationOfAFileDoesAnythingButBeReadOrBeComplainedOfWithItsName() throws Exception {
    long seed = Long.getLong("fuzz.seed", System.nanoTime());
    System.out.println("token file fuzz: -Dfuzz.seed=" + seed);
    Mutation mutation =
        new Mutation(
            new Random(seed),
            List.of(" ", "\t", "\n", "\r", "#", "\0", "root", "admin", "\u00e9", "0"));
    String token = Tokens.make(file, "anna", "admin", Optional.empty());
    byte[] whole = Files.readAllBytes(file);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Integer.getInteger("fuzz.seconds", 1));
    while (System.nanoTime() < end) {
      byte[] mutant = mutation.of(mutation.of(whole));
      Files.write(file, mutant);
      String text = new String(mutant, StandardCharsets.ISO_8859_1);
      Tokens read = Tokens.read(file);
      read.find(token, Instant.now());
      assertThat(read.complaints())
          .as("seed %d: %s", seed, text)
          .allMatch(line -> line.contains(file.toString()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-rw-rw-", "rw-r--r--", "rw-----w-"})
  void aFileThatEverybodyMayReadOrWriteIsRefused(String mode) throws Exception {
    Tokens.make(file, "anna", "read", Optional.empty());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tokens.check(file))
        .withMessageContaining("chmod o-rwx");
  }

  @Test
  void goodLinesCountBesideThoseThatAreNone() throws Exception {
    String good = Tokens.make(file, "anna", "read", Optional.empty());
    Files.writeString(file, "nonsense\n", StandardOpenOption.APPEND);
    Tokens tokens = Tokens.read(file);
    assertThat(tokens.find(good, Instant.now())).isPresent();
    assertThat(tokens.complaints())
        .singleElement()
        .asString()
        .startsWith(file + " line 2 is not made of");
  }

  @Test
  void aFileThatIsMissingHoldsNoToken() {
    assertThat(Tokens.read(file).size()).isZero();
    assertThat(Tokens.read(file).complaints()).containsExactly(file + " is missing");
  }

  @Test
  void aTokenLetsNobodyInFromItsEndOn() throws Exception {
    Instant end = Instant.parse("2027-01-31T00:00:00Z");
    String token = Tokens.make(file, "anna", "read", Optional.of(end));
    Tokens tokens = Tokens.read(file);
    assertThat(tokens.find(token, end.minusSeconds(1))).isPresent();
    assertThat(tokens.find(token, end)).isEmpty();
    Files.writeString(file, Files.readString(file).replace("2027", "soon"));
    assertThat(Tokens.read(file).complaints().get(0))
        .contains("line 1: the fourth word is no time");
  }

  @Test
  void permitsComeBackAtTheirRate() {
    RateLimit limit = new RateLimit(10, 2);
    long now = 0;
    assertThat(limit.take("a", now)).isTrue();
    assertThat(limit.take("a", now)).isTrue();
    assertThat(limit.take("a", now)).isFalse();
    assertThat(limit.take("b", now)).isTrue();
    now += TimeUnit.MILLISECONDS.toNanos(110);
    assertThat(limit.take("a", now)).isTrue();
    assertThat(limit.take("a", now)).isFalse();
    now += TimeUnit.HOURS.toNanos(1);
    assertThat(limit.take("a", now)).isTrue();
    assertThat(limit.take("a", now)).isTrue();
    assertThat(limit.take("a", now)).isFalse();
  }
}
