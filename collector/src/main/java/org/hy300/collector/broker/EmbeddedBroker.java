// SPDX-License-Identifier: Apache-2.0
// The broker that is started when none is configured, as a process that ends with the collector.
package org.hy300.collector.broker;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.hy300.mqtt.BrokerAccess;
import org.hy300.mqtt.BrokerAddress;

/**
 * Runs the module embedded-broker in a JVM of its own, because its Netty is another than Vert.x's.
 * Its standard input is a pipe from here, by which it is told its password; when this process dies,
 * however, the pipe closes and the broker ends.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private static final String MAIN = "org.hy300.broker.Main";
  private static final String READY = "READY ";

  private static final String USER = "hy300";

  private final Process process;
  private final BrokerAccess access;
  private volatile boolean closed;

  /**
   * Starts the broker and waits until it listens.
   *
   * @param libraries directory of its jars
   * @param port 0 for one that the system chooses
   * @param passwordFile is made when it is missing
   * @throws IOException when it does not start; the message says why
   */
  public EmbeddedBroker(Path libraries, int port, Path passwordFile) throws IOException {
    String password = PasswordFile.keep(passwordFile);
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    process =
        new ProcessBuilder(
                java.toString(),
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:+ExitOnOutOfMemoryError",
                "-Xmx256m",
                "-cp",
                libraries + File.separator + "*",
                MAIN,
                Integer.toString(port))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String line = firstLine(password);
    if (line == null || !line.startsWith(READY)) {
      process.destroyForcibly();
      throw new IOException("the embedded broker did not start on 127.0.0.1:" + port);
    }
    access =
        new BrokerAccess(
            new BrokerAddress("127.0.0.1", Integer.parseInt(line.substring(READY.length()))),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(USER),
            Optional.of(passwordFile));
  }

  /**
   * What it says when it is told its password; null when it ends instead, and says why by itself.
   */
  private String firstLine(String password) {
    try {
      OutputStream input = process.getOutputStream();
      input.write((USER + "\n" + password + "\n").getBytes(StandardCharsets.UTF_8));
      input.flush();
      return new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
          .readLine();
    } catch (IOException e) {
      return null;
    }
  }

  /** How its users get in, this process included. */
  public BrokerAccess access() {
    return access;
  }

  /** For its users: where it is, and what lets them in. */
  @Override
  public String toString() {
    return "embedded broker at %s for user %s with the password in %s"
        .formatted(access.address(), USER, access.passwordFile().orElseThrow());
  }

  /** Calls back, on a thread of its own, when the broker has ended by itself. */
  public void onExit(IntConsumer exited) {
    Thread waiter =
        new Thread(
            () -> {
              try {
                int status = process.waitFor();
                if (!closed) {
                  exited.accept(status);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "hy300-broker-exit");
    waiter.setDaemon(true);
    waiter.start();
  }

  @Override
  public void close() {
    closed = true;
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
