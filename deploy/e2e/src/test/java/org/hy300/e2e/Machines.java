// SPDX-License-Identifier: Apache-2.0
// The machines of the guides: Debian trees for the reader's own and the fleet's, a booted guest for
// the projector.
package org.hy300.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.hy300.testing.Program;

/**
 * The fleet's machine has a systemd, an address and ports of its own. The reader's machine shares
 * the test's network, where the projector's sshd is reachable. Runs in namespaces of its own
 * (src/test/machines/bin/java).
 */
final class Machines implements AutoCloseable {
  static final String FLEET = "fleet.example";
  static final String PROJECTOR = "projector-7";

  /** The reader's own machine. */
  static final Path YOURS = Path.of("/mnt/yours/tree");

  private static final String CLONE = "root/hy300-fleet";
  private static final Path FLEETS = Path.of("/mnt/fleet/tree");

  /** Time for an emulated machine to start systemd. */
  private static final Duration BOOT = Duration.ofMinutes(20);

  /** Time for one block of commands. */
  private static final Duration BLOCK = Duration.ofMinutes(15);

  /** Flags that help an emulated processor, and are irrelevant here otherwise. */
  private static final String JAVA =
      "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:+UnlockDiagnosticVMOptions"
          + " -XX:-BytecodeVerificationRemote";

  private final long begin = System.nanoTime();
  private final Map<String, String> addresses;
  private final TimeServer time;
  private final Map<String, Shell> shells = new HashMap<>();
  private final List<Shell> gone = new ArrayList<>();
  private final List<Program> booted = new ArrayList<>();

  /**
   * Boots the machines, and waits until they can be reached.
   *
   * @param directory for the files of the projector
   */
  Machines(Path directory) throws IOException, InterruptedException {
    addresses =
        Map.of(FLEET, new MachineNetwork().add(FLEET), PROJECTOR, MachineNetwork.ADDRESS_OF_TEST);
    time = new TimeServer();
    Path ssh = Files.createDirectories(YOURS.resolve("root/.ssh"));
    Program.run(
        "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", ssh.resolve("id_ed25519").toString());
    Files.writeString(ssh.resolve("config"), "StrictHostKeyChecking accept-new\nLogLevel ERROR\n");
    name(YOURS, "yours");
    bootFleet();
    bootProjector(directory);
    shells.put(Guide.YOURS, own());
    for (String machine : List.of(FLEET, PROJECTOR)) {
      await(machine + " can be reached")
          .atMost(BOOT)
          .pollInterval(Duration.ofSeconds(2))
          .until(() -> inTree("ssh", "-o", "ConnectTimeout=20", "root@" + machine, "true") == 0);
      shells.put(machine, new Shell(machine, chroot("ssh", "root@" + machine, "sh")));
    }
    shell(PROJECTOR).type("export JDK_JAVA_OPTIONS='" + JAVA + "'");
  }

  /** Time since the first of them was started. */
  long seconds() {
    return (System.nanoTime() - begin) / 1_000_000_000L;
  }

  String address(String machine) {
    return addresses.get(machine);
  }

  /** Sets a machine's name, and adds the others' to its hosts file. */
  private void name(Path files, String name) throws IOException {
    Path etc = Files.createDirectories(files.resolve("etc"));
    Files.writeString(etc.resolve("hostname"), name + "\n");
    StringBuilder hosts = new StringBuilder("127.0.0.1 localhost\n");
    addresses.forEach(
        (machine, address) -> hosts.append(address).append(' ').append(machine).append('\n'));
    Files.writeString(etc.resolve("hosts"), hosts);
  }

  /** Lets the reader log in. */
  private static void admit(Path files) throws IOException {
    Path ssh = Files.createDirectories(files.resolve("root/.ssh"));
    Files.setPosixFilePermissions(ssh, PosixFilePermissions.fromString("rwx------"));
    Files.copy(
        YOURS.resolve("root/.ssh/id_ed25519.pub"),
        ssh.resolve("authorized_keys"),
        StandardCopyOption.REPLACE_EXISTING);
  }

  private void bootFleet() throws IOException {
    name(FLEETS, FLEET);
    admit(FLEETS);
    String enter = Root.DIRECTORY.resolve("deploy/debian/enter.sh").toString();
    String[] command = MachineNetwork.in(FLEET, enter, "--boot", FLEETS.toString());
    booted.add(new Program(FLEET, Map.of(), command));
  }

  private void bootProjector(Path directory) throws IOException {
    Path files = Files.createDirectories(directory.resolve("projector"));
    name(files, PROJECTOR);
    admit(files);
    Path networks = Files.createDirectories(files.resolve("etc/systemd/network"));
    Files.writeString(
        networks.resolve("10-host.network"),
        "[Match]\nType=ether\n[Network]\nDHCP=yes\nNTP=10.0.2.2\n");
    Path systemd = Files.createDirectories(files.resolve("etc/systemd/system.conf.d"));
    Files.writeString(
        systemd.resolve("emulated.conf"),
        "[Manager]\nDefaultTimeoutStartSec=300\nDefaultEnvironment=\"JDK_JAVA_OPTIONS="
            + JAVA
            + "\"\n");
    String boot = Root.DIRECTORY.resolve("deploy/vm/debian/boot.sh").toString();
    booted.add(new Program(PROJECTOR, Map.of(), boot, files.toString(), addresses.get(PROJECTOR)));
  }

  /** The reader's own shell. */
  private Shell own() throws IOException, InterruptedException {
    makePackages(version());
    return new Shell(Guide.YOURS, chroot("sh"));
  }

  /** The version of the packages that {@code make package} has built here. */
  static String version() throws IOException {
    try (Stream<Path> all = Files.list(Root.DIRECTORY.resolve("target/packages"))) {
      String name = all.map(Machines::name).filter(deb -> deb.startsWith("hy300_")).findAny().get();
      return name.split("_", -1)[1];
    }
  }

  /**
   * Stands in for {@code make package} in the reader's clone: copies the packages that were built
   * here, or builds them with another version.
   */
  void makePackages(String version) throws IOException, InterruptedException {
    Path made = YOURS.resolve(CLONE).resolve("target/packages");
    Program.run("rm", "-rf", made.toString());
    Files.createDirectories(made);
    for (String deb :
        List.of(
            "hy300_%s_all",
            "hy300-collector_%s_all", "hy300-modules_%s_arm64", "hy300-agent_%s_arm64")) {
      Path own = Root.DIRECTORY.resolve("target/packages/" + deb.formatted(version()) + ".deb");
      if (version.equals(version())) {
        Files.copy(own, made.resolve(own.getFileName()));
        continue;
      }
      Path unpacked = made.resolve("unpacked");
      Program.run("dpkg-deb", "-R", own.toString(), unpacked.toString());
      Path control = unpacked.resolve("DEBIAN/control");
      Files.writeString(
          control,
          Files.readString(control).replaceFirst("(?m)^Version: .*", "Version: " + version));
      Program.run(
          "dpkg-deb",
          "-Znone",
          "--root-owner-group",
          "-b",
          unpacked.toString(),
          made.resolve(deb.formatted(version) + ".deb").toString());
      Program.run("rm", "-r", unpacked.toString());
    }
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  private String[] chroot(String... command) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "chroot",
                YOURS.toString(),
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
    for (Program machine : booted) {
      if (!machine.isAlive()) {
        throw new IllegalStateException("a machine has ended: " + machine.lines());
      }
    }
    try (Program program = new Program(command[0], Map.of(), chroot(command))) {
      return program.awaitExit(Duration.ofMinutes(5));
    }
  }

  /** Types the commands of a page, each on its machine, and prints them. */
  void follow(Guide guide) throws IOException {
    for (Guide.Block block : guide.blocks()) {
      System.out.printf(
          "%4d s: %s:%d on %s (%s)%n",
          seconds(), guide.page(), block.line(), block.machine(), block.section());
      if (block.machine().equals(Guide.YOURS)) {
        shell(Guide.YOURS).run("cd /" + CLONE, BLOCK);
      }
      shell(block.machine()).run(block.commands(), BLOCK);
    }
  }

  /** Cuts a guest's power briefly; its shell stops answering. */
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
    booted.forEach(Program::close);
    time.close();
  }
}
