// SPDX-License-Identifier: Apache-2.0
// An MQTT broker on loopback that lives as long as whoever started it.
package org.hy300.broker;

import java.io.File;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;

/**
 * Apache Artemis with one MQTT acceptor on 127.0.0.1 and nothing kept on disk: the agents publish
 * everything retained anew when they connect. Prints {@code READY port}, and ends when its standard
 * input does.
 */
final class Main {
  /** One subscriber's backlog; what is over is dropped, for the newest state counts. */
  private static final long BACKLOG_BYTES = 16L * 1024 * 1024;

  /** Held, for a logger that nobody holds forgets its level. */
  private static final Logger ARTEMIS_LOG = Logger.getLogger("org.apache.activemq");

  private Main() {}

  public static void main(String[] args) throws Exception {
    ARTEMIS_LOG.setLevel(Level.SEVERE);
    if (args.length != 1 || !args[0].matches("\\d{1,5}")) {
      System.err.println("usage: hy300-embedded-broker PORT (0: one that the system chooses)");
      System.exit(2);
    }
    int port;
    try {
      port = freePort(Integer.parseInt(args[0]));
    } catch (BindException e) {
      System.err.println("port " + args[0] + " of 127.0.0.1 is taken; choose another one");
      System.exit(1);
      return;
    }
    File scratch = Files.createTempDirectory("hy300-broker").toFile();
    scratch.deleteOnExit();
    EmbeddedActiveMQ broker = new EmbeddedActiveMQ().setConfiguration(configuration(port, scratch));
    broker.start();
    System.out.println("READY " + port);
    waitForEndOfInput();
    broker.stop();
    System.exit(0);
  }

  /** Artemis does not report a port that the system chose, so one is asked for here. */
  private static int freePort(int wanted) throws IOException {
    try (ServerSocket socket = new ServerSocket(wanted, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static ConfigurationImpl configuration(int port, File scratch) throws Exception {
    ConfigurationImpl configuration = new ConfigurationImpl();
    configuration.setPersistenceEnabled(false).setSecurityEnabled(false);
    configuration.setJMXManagementEnabled(false);
    configuration.setPagingDirectory(scratch.getPath());
    configuration.addAcceptorConfiguration(
        "mqtt", "tcp://127.0.0.1:" + port + "?protocols=MQTT;useEpoll=false");
    configuration.addAddressSetting(
        "#",
        new AddressSettings()
            .setMaxSizeBytes(BACKLOG_BYTES)
            .setAddressFullMessagePolicy(AddressFullMessagePolicy.DROP));
    return configuration;
  }

  private static void waitForEndOfInput() throws IOException {
    while (System.in.read() >= 0) {
      // Nobody talks to the broker this way; the pipe only shows that its owner lives.
    }
  }
}
