// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What is refused at the start, in one line that shows no secret. */
class PushOptionsTest {
  private static final String URL = "http://127.0.0.1:9090/api/v1/write";

  @TempDir private Path directory;

  private Path headers;

  @Command
  private static final class Program {
    @Mixin private PushOptions push;
  }

  private static PushOptions options(String... arguments) {
    Program program = new Program();
    new CommandLine(program).parseArgs(arguments);
    return program.push;
  }

  private static void refuses(String problem, String... arguments) {
    assertThatThrownBy(() -> options(arguments).config())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(problem)
        .message()
        .doesNotContain("s3cret")
        .doesNotContain("\n");
  }

  @BeforeEach
  void write() throws Exception {
    headers = directory.resolve("headers");
    Files.writeString(headers, "Authorization: Bearer s3cret\n");
    Files.setPosixFilePermissions(headers, PosixFilePermissions.fromString("rw-------"));
  }

  private String file(String text) throws Exception {
    Files.writeString(headers, text);
    return "--push-header-file=" + headers;
  }

  @Test
  void nothingIsPushedUnlessAnAddressIsGiven() throws Exception {
    assertThat(options().config()).isEmpty();
    assertThat(options("--push-url=").config()).isEmpty();
    PushConfig config = options("--push-url=" + URL, "--push-header-file=").config().orElseThrow();
    assertThat(config.url()).hasToString(URL);
    assertThat(config.headers()).isEmpty();
    assertThat(config.skewSeconds()).isEqualTo(600);
    refuses("--push-header-file needs --push-url", "--push-header-file=" + headers);
  }

  @Test
  void anAddressThatIsNoneIsRefused() {
    for (String url :
        new String[] {"127.0.0.1:9090", "ftp://host/", "http:///write", "http://a b"}) {
      refuses("--push-url is not a URL", "--push-url=" + url);
    }
    refuses("--push-url holds a user", "--push-url=http://me:s3cret@127.0.0.1/write");
    refuses("--push-skew -1 is not within 0 to 86400", "--push-url=" + URL, "--push-skew=-1");
    refuses("--push-skew 86401", "--push-url=" + URL, "--push-skew=86401");
  }

  @Test
  void headersAreChecked() throws Exception {
    String url = "--push-url=" + URL;
    assertThat(HeaderFile.read(headers)).containsExactly("Authorization", "Bearer s3cret");
    file("\n# of the server\nX-Scope-OrgID:\tfleet one\nAuthorization: Basic s3cret==\n");
    assertThat(HeaderFile.read(headers))
        .containsExactly("X-Scope-OrgID", "fleet one", "Authorization", "Basic s3cret==");
    refuses("line 2 is not a header", url, file("A: b\nBearer s3cret\n"));
    refuses("line 1 is not a header", url, file("s3cret with spaces: b\n"));
    refuses("line 1 is not a header", url, file("A: s3cret\u0001\n"));
    for (String own : new String[] {"Host", "content-length", "Connection", "Content-Encoding"}) {
      refuses("line 1 sets a header that the collector sets itself", url, file(own + ": s3cret"));
    }
    file("Authorization: Bearer s3cret\n");
    Files.setPosixFilePermissions(headers, PosixFilePermissions.fromString("rw-r--r--"));
    refuses("holds a secret", url, "--push-header-file=" + headers);
    refuses("cannot be read", url, "--push-header-file=" + directory.resolve("none"));
  }

  @Test
  void headersGoToAnotherMachineOverTlsOnly() {
    String file = "--push-header-file=" + headers;
    refuses("push over https://", "--push-url=http://192.0.2.1/api/v1/write", file);
    assertThat(options("--push-url=https://192.0.2.1/api/v1/write", file).config()).isPresent();
    assertThat(options("--push-url=http://192.0.2.1/api/v1/write").config()).isPresent();
  }
}
