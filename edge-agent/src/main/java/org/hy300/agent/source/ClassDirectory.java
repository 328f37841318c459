// SPDX-License-Identifier: Apache-2.0
// Lists /sys/class/hy300: the devices, and which of their attributes are state and which are
// metrics.
package org.hy300.agent.source;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.hy300.contract.Topics;

/** Lists the class directory. Reads files, so it is called off the event loop. */
final class ClassDirectory {
  private static final Set<PosixFilePermission> READERS =
      Set.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.OTHERS_READ);

  private ClassDirectory() {}

  /**
   * A class device.
   *
   * @param identity changes when the name belongs to another device, or the attributes change
   * @param readable names of the attributes that can be read
   */
  record Device(String name, Path directory, Object identity, Set<String> readable) {}

  /** The readable attributes of a device by their kind. */
  record Attributes(List<String> states, List<Path> metrics) {}

  /** Lists the devices by name; none when the class does not exist. */
  static Map<String, Device> list(Path classDirectory) throws IOException {
    Map<String, Device> devices = new TreeMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(classDirectory)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (Files.isDirectory(entry) && Topics.isLevel(name)) {
          devices.put(name, device(name, entry));
        }
      }
    } catch (NoSuchFileException e) {
      // The drivers are not loaded, or a device went away during the listing: the next sweep finds
      // out.
      return devices;
    }
    return devices;
  }

  private static Device device(String name, Path directory) throws IOException {
    Object inode = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
    Set<String> readable = new TreeSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String attribute = file.getFileName().toString();
        if (Files.isRegularFile(file)
            && !Files.isSymbolicLink(file)
            && !attribute.equals("uevent")
            && Files.getPosixFilePermissions(file).stream().anyMatch(READERS::contains)) {
          readable.add(attribute);
        }
      }
    }
    return new Device(name, directory, List.of(inode, readable), readable);
  }

  static Attributes sort(Device device) {
    List<String> states = new ArrayList<>();
    List<Path> metrics = new ArrayList<>();
    for (String attribute : device.readable()) {
      Path file = device.directory().resolve(attribute);
      String content;
      try {
        content = Files.readString(file);
      } catch (IOException e) {
        // A state that cannot be read now may still change.
        content = "";
      }
      if (ExpositionParser.isExposition(content)) {
        metrics.add(file);
      } else {
        states.add(attribute);
      }
    }
    return new Attributes(states, metrics);
  }
}
