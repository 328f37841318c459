// SPDX-License-Identifier: Apache-2.0
// Reports the program's state to systemd (sd_notify): ready, alive, stopping, and a line for
// `systemctl status`.
package org.hy300.program;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Does nothing unless NOTIFY_SOCKET is set. Java has no datagrams on Unix sockets. Netty has them;
 * where its native library is missing (32-bit Arm), the command systemd-notify is used.
 */
public final class Supervisor {
  private static final Logger LOG = System.getLogger(Supervisor.class.getName());

  private final String socket;
  private final long watchdogMs;
  private String status = "";
  private boolean failed;

  /**
   * Creates a supervisor.
   *
   * @param environment NOTIFY_SOCKET and WATCHDOG_USEC from systemd (sd_notify(3))
   */
  public Supervisor(Map<String, String> environment) {
    socket = environment.getOrDefault("NOTIFY_SOCKET", "");
    watchdogMs = Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0")) / 1000;
  }

  /**
   * Reports that the program is ready. From then on the event loop of the caller reports that it is
   * alive, so systemd notices a hanging loop.
   *
   * @param says the status line; called twice per watchdog interval, or every 30 s without a
   *     watchdog
   */
  public void ready(Vertx vertx, Supplier<String> says) {
    if (socket.isEmpty()) {
      return;
    }
    status = says.get();
    send("READY=1\nSTATUS=" + status);
    long period = watchdogMs > 0 ? Math.max(1, watchdogMs / 2) : 30_000;
    vertx.setPeriodic(period, timer -> alive(says.get()));
  }

  private void alive(String says) {
    String changed = says.equals(status) ? "" : "\nSTATUS=" + says;
    status = says;
    if (watchdogMs > 0 || !changed.isEmpty()) {
      send("WATCHDOG=1" + changed);
    }
  }

  /** Reports that the program is stopping. */
  public void stopping() {
    if (!socket.isEmpty()) {
      send("STOPPING=1");
    }
  }

  private void send(String state) {
    try {
      if (Epoll.isAvailable()) {
        sendDatagram(state);
      } else {
        new ProcessBuilder(command(state)).redirectError(Redirect.DISCARD).start();
      }
    } catch (IOException e) {
      if (!failed) {
        failed = true;
        LOG.log(Level.WARNING, "systemd at {0} is not reached: {1}", socket, e.getMessage());
      }
    }
  }

  private static List<String> command(String state) {
    List<String> words = new ArrayList<>(List.of("systemd-notify"));
    words.addAll(List.of(state.split("\n", -1)));
    return words;
  }

  private void sendDatagram(String state) throws IOException {
    byte[] path = socket.getBytes(StandardCharsets.UTF_8);
    if (path[0] == '@') {
      // The name of an abstract socket starts with a zero byte.
      path[0] = 0;
    }
    byte[] bytes = state.getBytes(StandardCharsets.UTF_8);
    ByteBuffer message = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    Socket sender = Socket.newSocketDomainDgram();
    try {
      sender.sendToDomainSocket(message, 0, bytes.length, path);
    } finally {
      sender.close();
    }
  }
}
