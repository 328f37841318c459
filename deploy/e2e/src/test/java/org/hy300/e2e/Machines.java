// SPDX-License-Identifier: Apache-2.0
// The machines of the guides: a Debian tree for the reader's own, booted Debian guests for the
// others.
package org.hy300.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hy300.testing.Program;

/**
 * Runs in a network namespace of its own (src/test/machines/bin/java), where the machines have the
 * ports that they have in life, each at an address of loopback.
 */
final class Machines implements AutoCloseable {
  static final String FLEET = "fleet.example";
  static final String PROJECTOR = "projector-7";

  /** An emulated machine that starts systemd beside another one. */
  private static final Duration BOOT = Duration.ofMinutes(6);

  /** What an emulated processor is slow at, and what does not matter here. */
  private static final String JAVA =
      "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:+UnlockDiagnosticVMOptions"
          + " -XX:-BytecodeVerificationRemote";

  private static final Map<String, String> ADDRESSES =
      Map.of(FLEET, "127.0.0.2", PROJECTOR, "127.0.0.3");
  private static final Map<String, String> LAN =
      Map.of(FLEET, "192.168.77.1", PROJECTOR, "192.168.77.7");

  private final Path tree;
  private final Path directory;
  private final TimeServer time = new TimeServer();
  private final Map<String, Shell> shells = new HashMap<>();
  private final List<Shell> gone = new ArrayList<>();
  private final List<Program> guests = new ArrayList<>();

  /**
   * Boots the guests, and waits until they can be reached.
   *
   * @param tree the reader's own machine
   * @param directory for the files of the others
   */
  Machines(Path tree, Path directory) throws IOException, InterruptedException {
    this.tree = tree;
    this.directory = directory;
    StringBuilder hosts = new StringBuilder("127.0.0.1 localhost\n");
    ADDRESSES.forEach(
        (name, address) -> hosts.append(address).append(' ').append(name).append('\n'));
    Files.writeString(tree.resolve("etc/hosts"), hosts);
    Path ssh = Files.createDirectories(tree.resolve("root/.ssh"));
    Path key = ssh.resolve("id_ed25519");
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString());
    Files.writeString(ssh.resolve("config"), "StrictHostKeyChecking accept-new\nLogLevel ERROR\n");
    boot("fleet", FLEET, "8080", "8883", "8884", "22");
    Path lan = directory.resolve("lan");
    await("the network of the machines").until(() -> Files.exists(lan));
    boot("projector", PROJECTOR, "22");
    shells.put(Guide.YOURS, own());
    for (String machine : List.of(FLEET, PROJECTOR)) {
      await(machine + " can be reached")
          .atMost(BOOT)
          .pollInterval(Duration.ofSeconds(2))
          .until(() -> inTree("ssh", "-o", "ConnectTimeout=20", "root@" + machine, "true") == 0);
      Shell shell = new Shell(machine, chroot("ssh", "root@" + machine, "sh"));
      shell.type("export JDK_JAVA_OPTIONS='" + JAVA + "'");
      shells.put(machine, shell);
    }
  }

  private void boot(String what, String name, String... ports) throws IOException {
    Path files = Files.createDirectories(directory.resolve(what));
    Path networks = Files.createDirectories(files.resolve("etc/systemd/network"));
    String mac = name.equals(FLEET) ? "52:54:00:00:77:01" : "52:54:00:00:77:07";
    Files.writeString(
        networks.resolve("10-lan.network"),
        "[Match]\nMACAddress=" + mac + "\n[Network]\nAddress=" + LAN.get(name) + "/24\n");
    Files.writeString(
        networks.resolve("20-host.network"),
        "[Match]\nType=ether\n[Network]\nDHCP=yes\nNTP=10.0.2.2\n");
    StringBuilder hosts = new StringBuilder("127.0.0.1 localhost\n");
    LAN.forEach((host, address) -> hosts.append(address).append(' ').append(host).append('\n'));
    Files.writeString(files.resolve("etc/hosts"), hosts);
    Files.writeString(files.resolve("etc/hostname"), name + "\n");
    Path systemd = Files.createDirectories(files.resolve("etc/systemd/system.conf.d"));
    Files.writeString(
        systemd.resolve("emulated.conf"),
        "[Manager]\nDefaultTimeoutStartSec=300\nDefaultEnvironment=\"JDK_JAVA_OPTIONS="
            + JAVA
            + "\"\n");
    Path ssh = Files.createDirectories(files.resolve("root/.ssh"));
    Files.setPosixFilePermissions(ssh, PosixFilePermissions.fromString("rwx------"));
    Files.copy(tree.resolve("root/.ssh/id_ed25519.pub"), ssh.resolve("authorized_keys"));
    List<String> command =
        new ArrayList<>(
            List.of(
                Root.DIRECTORY.resolve("deploy/vm/debian/boot.sh").toString(),
                what,
                files.toString(),
                ADDRESSES.get(name),
                directory.resolve("lan").toString()));
    command.addAll(List.of(ports));
    guests.add(new Program(name, Map.of(), command.toArray(String[]::new)));
  }

  /** The reader's own shell, in a clone whose packages are made. */
  private Shell own() throws IOException, InterruptedException {
    Path packages = Files.createDirectories(tree.resolve("root/hy300-fleet/target/packages"));
    run("sh", "-c", "cp " + Root.DIRECTORY + "/target/packages/*.deb " + packages);
    Shell shell = new Shell(Guide.YOURS, chroot("sh"));
    shell.run("cd /root/hy300-fleet", Duration.ofSeconds(10));
    return shell;
  }

  private String[] chroot(String... command) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "chroot",
                tree.toString(),
                "env",
                "-i",
                "HOME=/root",
                "LC_ALL=C.UTF-8",
                "DEBIAN_FRONTEND=noninteractive",
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"));
    all.addAll(List.of(command));
    return all.toArray(String[]::new);
  }

  private int inTree(String... command) throws IOException, InterruptedException {
    for (Program guest : guests) {
      if (!guest.isAlive()) {
        throw new IllegalStateException("a machine has ended: " + guest.lines());
      }
    }
    try (Program program = new Program(command[0], Map.of(), chroot(command))) {
      return program.awaitExit(Duration.ofMinutes(1));
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    try (Program program = new Program(command[0], Map.of(), command)) {
      if (program.awaitExit(Duration.ofMinutes(1)) != 0) {
        throw new IllegalStateException(command[0] + ": " + program.lines());
      }
    }
  }

  /** Types the commands of a page, each on its machine; says what it types. */
  void follow(Guide guide) throws IOException {
    for (Guide.Block block : guide.blocks()) {
      System.out.printf(
          "%s:%d on %s (%s)%n", guide.page(), block.line(), block.machine(), block.section());
      shell(block.machine()).run(block.commands(), Duration.ofMinutes(5));
    }
  }

  /** Takes a guest's power away for a moment; its shell answers no more. */
  void reset(String machine) throws IOException {
    Shell shell = shells.remove(machine);
    gone.add(shell);
    shell.type("echo b >/proc/sysrq-trigger");
  }

  Shell shell(String machine) {
    Shell shell = shells.get(machine);
    if (shell == null) {
      throw new IllegalArgumentException(
          "no machine '" + machine + "'; there are " + shells.keySet());
    }
    return shell;
  }

  @Override
  public void close() {
    shells.values().forEach(Shell::close);
    gone.forEach(Shell::close);
    guests.forEach(Program::close);
    time.close();
  }
}
