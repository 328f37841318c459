// SPDX-License-Identifier: Apache-2.0
// An MQTT broker on loopback for clients that know its password; it ends with the process that
// started it.
package org.hy300.broker;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptor;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;

/**
 * Apache Artemis with MQTT on 127.0.0.1, and without storage: agents publish all retained messages
 * again when they connect. The first two lines of its standard input are the name and the password
 * of its users, because other users can see the options of a process. Prints {@code READY port},
 * and ends with its standard input.
 */
final class Main {
  /**
   * The backlog of one subscriber. Excess messages are dropped, since only the newest state counts.
   */
  private static final long BACKLOG_BYTES = 16L * 1024 * 1024;

  private static final String ACCEPTOR = "mqtt";

  /** Referenced here because an unreferenced logger loses its level. */
  private static final Logger ARTEMIS_LOG = Logger.getLogger("org.apache.activemq");

  private Main() {}

  public static void main(String[] args) throws Exception {
    ARTEMIS_LOG.setLevel(Level.SEVERE);
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    if (args.length != 1 || !args[0].matches("\\d{1,5}")) {
      System.err.println(
          "usage: hy300-embedded-broker PORT (0: one that the system chooses) <NAME-AND-PASSWORD");
      System.exit(2);
    }
    String name = input.readLine();
    String password = input.readLine();
    if (password == null) {
      // The owner has already ended.
      System.exit(1);
    }
    File scratch = Files.createTempDirectory("hy300-broker").toFile();
    scratch.deleteOnExit();
    EmbeddedActiveMQ broker =
        new EmbeddedActiveMQ()
            .setConfiguration(configuration(scratch))
            .setSecurityManager(new OneUser(name, password));
    broker.start();
    NettyAcceptor acceptor =
        (NettyAcceptor) broker.getActiveMQServer().getRemotingService().getAcceptor(ACCEPTOR);
    try {
      System.out.println("READY " + MqttPort.open(Integer.parseInt(args[0]), acceptor));
    } catch (IOException e) {
      System.err.printf(
          "port %s of 127.0.0.1 is not to be had: %s; choose another one%n",
          args[0], e.getMessage());
      System.exit(1);
    }
    waitForEnd(input);
    broker.stop();
    System.exit(0);
  }

  private static ConfigurationImpl configuration(File scratch) throws Exception {
    ConfigurationImpl configuration = new ConfigurationImpl();
    configuration.setPersistenceEnabled(false);
    configuration.setJMXManagementEnabled(false);
    configuration.setPagingDirectory(scratch.getPath());
    // Artemis lets in cluster members with a well-known default name and password.
    configuration.setClusterUser(UUID.randomUUID().toString());
    configuration.setClusterPassword(UUID.randomUUID().toString());
    configuration.addAcceptorConfiguration(
        ACCEPTOR, "tcp://127.0.0.1?protocols=MQTT;useEpoll=false;httpUpgradeEnabled=true");
    configuration.addAddressSetting(
        "#",
        new AddressSettings()
            .setMaxSizeBytes(BACKLOG_BYTES)
            .setAddressFullMessagePolicy(AddressFullMessagePolicy.DROP));
    return configuration;
  }

  private static void waitForEnd(Reader input) throws IOException {
    while (input.read() >= 0) {
      // The pipe carries nothing more; it only shows that the owner is alive.
    }
  }
}
