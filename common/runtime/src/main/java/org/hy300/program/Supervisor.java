// SPDX-License-Identifier: Apache-2.0
// Tells systemd how the program is (sd_notify): ready, alive, stopping, and a line for `systemctl
// status`.
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
 * Does nothing where nobody asked for it by NOTIFY_SOCKET. Java has no datagrams to Unix sockets;
 * Netty has, and where its native part does not exist (32-bit Arm) the command systemd-notify does
 * it.
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
   * @param environment NOTIFY_SOCKET and WATCHDOG_USEC, as systemd gives them (sd_notify(3))
   */
  public Supervisor(Map<String, String> environment) {
    socket = environment.getOrDefault("NOTIFY_SOCKET", "");
    watchdogMs = Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0")) / 1000;
  }

  /**
   * Says that the program runs, and from now on, from the event loop that this is called on, that
   * it is alive and how it is: a loop that hangs is missed.
   *
   * @param says asked twice a watchdog's time, or every 30 s where there is none
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

  /** Says that the program ends. */
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
      // An abstract socket: its name begins with a zero byte.
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
