// SPDX-License-Identifier: Apache-2.0
// The broker that is started if none is configured; a process that ends with the collector.
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
 * Runs the module embedded-broker in a JVM of its own, because its Netty version differs from
 * Vert.x's. It gets its password over a pipe on its standard input. When this process ends, for
 * whatever reason, the pipe closes and the broker ends.
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
   * @param port 0 to let the system choose one
   * @param passwordFile is created if it is missing
   * @throws IOException when it does not start; the message has the reason
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

  /** Its answer to the password; null if it ends instead, after printing the reason. */
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

  /** The access data for its users, including this process. */
  public BrokerAccess access() {
    return access;
  }

  /** The address and the password file, for its users. */
  @Override
  public String toString() {
    return "embedded broker at %s for user %s with the password in %s"
        .formatted(access.address(), USER, access.passwordFile().orElseThrow());
  }

  /** Calls back, on a separate thread, when the broker has ended by itself. */
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
