// SPDX-License-Identifier: Apache-2.0
// The options that agent and collector share.
package org.hy300.program;

import java.nio.file.Path;
import java.util.Optional;
import org.hy300.contract.Limits;
import org.hy300.contract.Topics;
import org.hy300.mqtt.BrokerAccess;
import org.hy300.mqtt.BrokerAddress;
import picocli.CommandLine.Option;

/** A picocli mixin. An option with an empty value counts as missing. */
public final class SharedOptions {
  @Option(
      names = Settings.FILE_OPTION,
      paramLabel = "FILE",
      description = "Read options from this YAML file.")
  @SuppressWarnings("UnusedVariable") // Settings has read the file already.
  private String config;

  @Option(
      names = "--check-config",
      description = "Check all options and the files that they name, then exit.")
  private boolean checkConfig;

  @Option(
      names = "--broker-ca",
      paramLabel = "FILE",
      description = "CA certificates (PEM) of the broker, for mqtts:// (those of Java).")
  private String ca;

  @Option(
      names = "--broker-certificate",
      paramLabel = "FILE",
      description = "Client certificate (PEM), for mqtts:// (none).")
  private String certificate;

  @Option(
      names = "--broker-key",
      paramLabel = "FILE",
      description = "Private key (PEM, PKCS 8) of that certificate (none).")
  private String key;

  @Option(
      names = "--broker-username",
      paramLabel = "NAME",
      description = "User at the broker (none).")
  private String username;

  @Option(
      names = "--broker-password-file",
      paramLabel = "FILE",
      description = "File whose first line is that user's password (none).")
  private String passwordFile;

  @Option(
      names = "--allow-plain-password",
      paramLabel = "true|false",
      arity = "0..1",
      fallbackValue = "true",
      description =
          "Send that password to another machine over mqtt:// too, where the network can read it (false).")
  private boolean allowPlainPassword;

  @Option(
      names = "--keep-alive",
      paramLabel = "SECONDS",
      defaultValue = "" + Limits.KEEP_ALIVE_SECONDS,
      description =
          "Keep-alive in seconds; a device silent for 1.5 intervals counts as offline (20).")
  private int keepAlive;

  @Option(
      names = "--topic-root",
      paramLabel = "TOPIC",
      defaultValue = Topics.DEFAULT_ROOT,
      description = "Prefix of every topic (hy300/v1).")
  private String topicRoot;

  /** Whether the program should end once its options have been checked. */
  public boolean checkOnly() {
    return checkConfig;
  }

  public int keepAliveSeconds() {
    return keepAlive;
  }

  public Topics topics() {
    return new Topics(topicRoot);
  }

  /** The credentials and certificates for this broker. */
  public BrokerAccess access(BrokerAddress broker) {
    BrokerAccess access =
        new BrokerAccess(
            broker, file(ca), file(certificate), file(key), given(username), file(passwordFile));
    if (!allowPlainPassword) {
      access.refusePlainPassword();
    }
    return access;
  }

  private static Optional<Path> file(String name) {
    return given(name).map(Path::of);
  }

  private static Optional<String> given(String text) {
    return Optional.ofNullable(text).filter(given -> !given.isEmpty());
  }
}
