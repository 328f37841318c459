// SPDX-License-Identifier: Apache-2.0
// A network of machines in namespaces. Each machine's link can be cut or lose packets.
package org.hy300.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hy300.testing.Program;

/**
 * Network namespaces on one bridge, which the test is on, too. A rule of nftables drops packets on
 * arrival and departure, because few kernels have netem. Everything ends with the test's own
 * namespaces, see isolated/bin/java and machines/bin/java.
 */
final class MachineNetwork {
  private static final String NETWORK = "10.83.0.";
  static final String ADDRESS_OF_TEST = NETWORK + "1";
  private static final int LOST_PERCENT = 30;

  private final Map<String, String> addresses = new LinkedHashMap<>();
  private final Map<String, Integer> cuts = new LinkedHashMap<>();

  MachineNetwork() throws IOException, InterruptedException {
    if (ProcessHandle.current().pid() != 1) {
      throw new IllegalStateException(
          "this test mounts and links: run it by its verb of make, which gives it namespaces");
    }
    Program.run("mount", "-t", "tmpfs", "tmpfs", "/run");
    Program.run("ip", "link", "set", "lo", "up");
    Program.run("ip", "link", "add", "switch", "type", "bridge");
    Program.run("ip", "address", "add", ADDRESS_OF_TEST + "/24", "dev", "switch");
    Program.run("ip", "link", "set", "switch", "up");
  }

  /** Adds a machine and returns its address. */
  String add(String machine) throws IOException, InterruptedException {
    String address = NETWORK + (addresses.size() + 2);
    addresses.put(machine, address);
    cuts.put(machine, 0);
    Program.run("ip", "netns", "add", machine);
    Program.run(
        ("ip link add " + machine + " type veth peer name eth0 netns " + machine).split(" ", -1));
    Program.run("ip", "link", "set", machine, "master", "switch", "up");
    Program.run(in(machine, "ip", "link", "set", "lo", "up"));
    Program.run(in(machine, "ip", "address", "add", address + "/24", "dev", "eth0"));
    Program.run(in(machine, "ip", "link", "set", "eth0", "up"));
    return address;
  }

  List<String> machines() {
    return List.copyOf(addresses.keySet());
  }

  /** The command line that runs a command on that machine. */
  static String[] in(String machine, String... command) {
    List<String> words = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + machine));
    Collections.addAll(words, command);
    return words.toArray(String[]::new);
  }

  /** Cuts the link. Cuts nest: it is up again after as many calls of {@link #restore}. */
  synchronized void cut(String machine) throws IOException, InterruptedException {
    cuts.merge(machine, 1, Integer::sum);
    Program.run("ip", "link", "set", machine, "down");
  }

  synchronized void restore(String machine) throws IOException, InterruptedException {
    if (cuts.merge(machine, -1, Integer::sum) == 0) {
      Program.run("ip", "link", "set", machine, "up");
    }
  }

  /** From now on each packet on the machine's link is lost with a certain probability. */
  void lose(String machine) throws IOException, InterruptedException {
    Path rules = Files.createTempFile("loss", ".nft");
    StringBuilder text = new StringBuilder("table inet loss {\n");
    for (String[] way : new String[][] {{"input", "iifname"}, {"output", "oifname"}}) {
      text.append(
          "chain %s { type filter hook %1$s priority 0; %s eth0 numgen random mod 100 < %d drop; }\n"
              .formatted(way[0], way[1], LOST_PERCENT));
    }
    Files.writeString(rules, text.append("}\n"));
    Program.run(in(machine, "nft", "-f", rules.toString()));
    Files.delete(rules);
  }

  void loseNothing(String machine) throws IOException, InterruptedException {
    Program.run(in(machine, "nft", "delete", "table", "inet", "loss"));
  }
}
