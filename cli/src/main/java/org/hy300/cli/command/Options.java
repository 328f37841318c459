// SPDX-License-Identifier: Apache-2.0
// The options of every command: which collector, which token, which output.
package org.hy300.cli.command;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hy300.cli.client.CollectorClient;
import org.hy300.cli.client.Exit;
import org.hy300.cli.client.FailureException;
import org.hy300.contract.CommandCatalogue;
import org.hy300.file.SecretFile;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * A picocli mixin. No option takes a token itself, because other users can see a process's
 * arguments.
 */
public final class Options {
  private static final String DEFAULT_URL = "http://127.0.0.1:8080";

  /** The environment variables, in the order of the manual. */
  public static final List<List<String>> ENVIRONMENT =
      List.of(
          List.of("HY300_URL", "Default for --url."),
          List.of("HY300_TOKEN_FILE", "Default for --token-file."),
          List.of("HY300_TOKEN", "The token itself, if no file is given."),
          List.of("HY300_CA", "Default for --ca."),
          List.of("NO_COLOR", "If not empty, disables colour."));

  private final Map<String, String> environment;

  @Option(
      names = "--url",
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      description = "The collector (HY300_URL; " + DEFAULT_URL + ").")
  private String url;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "File whose first line is the token for the collector (HY300_TOKEN_FILE; none).")
  private Path tokenFile;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "CA certificates (PEM) of the collector, for https:// (HY300_CA; those of Java).")
  private Path ca;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      scope = ScopeType.INHERIT,
      description =
          "Time limit in seconds: for a device to start a command ("
              + CommandCatalogue.DEFAULT_TIMEOUT_SECONDS
              + "), for the"
              + " collector to answer a request (10).")
  private Integer timeout;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Print the collector's answer as JSON on one line.")
  private boolean json;

  public Options(Map<String, String> environment) {
    this.environment = environment;
  }

  boolean json() {
    return json;
  }

  /** The time limit that the user has set, or the given default. */
  int seconds(int otherwise) throws FailureException {
    if (timeout != null && (timeout < 1 || timeout > CommandCatalogue.MAX_TIMEOUT_SECONDS)) {
      throw new FailureException(
          Exit.USAGE,
          "--timeout " + timeout + " is not within 1 to " + CommandCatalogue.MAX_TIMEOUT_SECONDS);
    }
    return timeout == null ? otherwise : timeout;
  }

  /** The collector's address, from the option, the environment or the default. */
  private String address() {
    return given(url, "HY300_URL").orElse(DEFAULT_URL).replaceFirst("/+$", "");
  }

  CollectorClient collector() throws FailureException {
    String address = address();
    URI uri;
    try {
      uri = URI.create(address);
    } catch (IllegalArgumentException e) {
      throw noUrl(address);
    }
    boolean secure = "https".equals(uri.getScheme());
    if (uri.getHost() == null
        || uri.getRawUserInfo() != null
        || !(secure || "http".equals(uri.getScheme()))) {
      throw noUrl(address);
    }
    Optional<String> token = token();
    if (token.isPresent() && !secure && !isLoopback(uri.getHost())) {
      throw new FailureException(
          Exit.USAGE,
          "the token would go to "
              + address
              + " in the clear; name an https:// address or no token");
    }
    return new CollectorClient(address, token, given(text(ca), "HY300_CA").map(Path::of));
  }

  private static FailureException noUrl(String address) {
    if (address.contains("@")) {
      // Not quoted: the part before the @ is usually a password.
      return new FailureException(
          Exit.USAGE,
          "the collector's address has a user or a password in it, where others read it; write it"
              + " as https://HOST:PORT, and give --token-file");
    }
    return new FailureException(
        Exit.USAGE, "'" + address + "' is no address of a collector, such as " + DEFAULT_URL);
  }

  /** A name such as 127.example.com does not count, since anybody may own it. */
  private static boolean isLoopback(String host) {
    return host.equals("localhost") || host.matches("127\\.[0-9.]+") || host.equals("[::1]");
  }

  private Optional<String> token() throws FailureException {
    Optional<String> file = given(text(tokenFile), "HY300_TOKEN_FILE");
    Optional<String> token =
        file.isPresent()
            ? Optional.of(firstLine(file.get()))
            : given(null, "HY300_TOKEN").map(String::strip).filter(text -> !text.isEmpty());
    if (token.isPresent() && token.get().chars().anyMatch(Character::isISOControl)) {
      throw new FailureException(
          Exit.USAGE,
          "the token in "
              + file.orElse("HY300_TOKEN")
              + " holds a control character; is it more than the token?");
    }
    return token;
  }

  private static String firstLine(String file) throws FailureException {
    try {
      SecretFile.check(Path.of(file));
      String text = Files.readString(Path.of(file), StandardCharsets.UTF_8);
      return text.lines().findFirst().orElse("").strip();
    } catch (NoSuchFileException e) {
      throw new FailureException(Exit.USAGE, "token file " + file + " does not exist");
    } catch (IllegalArgumentException e) {
      throw new FailureException(Exit.USAGE, e.getMessage());
    } catch (IOException e) {
      throw new FailureException(
          Exit.USAGE, "token file " + file + " cannot be read: " + e.getMessage());
    }
  }

  private static String text(Path file) {
    return file == null ? null : file.toString();
  }

  /** An option takes precedence over its variable; an empty value counts as missing. */
  private Optional<String> given(String option, String variable) {
    return Optional.ofNullable(option)
        .filter(text -> !text.isEmpty())
        .or(() -> Optional.ofNullable(environment.get(variable)).filter(text -> !text.isEmpty()));
  }
}
