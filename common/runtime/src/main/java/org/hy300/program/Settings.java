// SPDX-License-Identifier: Apache-2.0
// Options from the environment and from a YAML file, used when the command line lacks them.
package org.hy300.program;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.hy300.contract.Limits;
import org.hy300.contract.TooDeepException;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The option {@code --keep-alive} is {@code HY300_KEEP_ALIVE} in the environment and {@code
 * keep-alive} in the file; the environment takes precedence.
 */
final class Settings implements IDefaultValueProvider {
  static final String FILE_OPTION = "--config";

  private final Map<String, String> environment;
  private final Map<String, String> file;

  private Settings(Map<String, String> environment, Map<String, String> file) {
    this.environment = environment;
    this.file = file;
  }

  /**
   * Reads the file that the command line or the environment names, if any.
   *
   * @param command defines the options that the file may contain
   * @throws IllegalArgumentException with one line for the user
   */
  static Settings read(CommandSpec command, String[] args, Map<String, String> environment)
      throws IOException {
    Set<String> known = new TreeSet<>();
    command.options().stream()
        .filter(Settings::standsInFile)
        .map(Settings::key)
        .forEach(known::add);
    Optional<String> named = namedFile(args);
    String path = named.orElse(environment.getOrDefault(variable(FILE_OPTION.substring(2)), ""));
    boolean none = path.isEmpty() || command.findOption(FILE_OPTION) == null;
    return new Settings(environment, none ? Map.of() : readFile(Path.of(path), known));
  }

  /** The last one counts, as for every option. */
  private static Optional<String> namedFile(String[] args) {
    Optional<String> file = Optional.empty();
    for (int i = 0; i < args.length; i++) {
      if (args[i].startsWith(FILE_OPTION + "=")) {
        file = Optional.of(args[i].substring(FILE_OPTION.length() + 1));
      } else if (args[i].equals(FILE_OPTION) && i + 1 < args.length) {
        file = Optional.of(args[i + 1]);
      }
    }
    return file;
  }

  private static Map<String, String> readFile(Path path, Set<String> known) throws IOException {
    Object root;
    try {
      byte[] yaml = Files.readAllBytes(path);
      LoadSettings settings = LoadSettings.builder().setLabel(path.toString()).build();
      checkShape(path, new Parse(settings).parseInputStream(new ByteArrayInputStream(yaml)));
      root = new Load(settings).loadFromInputStream(new ByteArrayInputStream(yaml));
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(path + " does not exist; --config names it", e);
    } catch (MarkedYamlEngineException e) {
      String where = e.getProblemMark().map(mark -> " line " + (mark.getLine() + 1)).orElse("");
      throw new IllegalArgumentException(path + where + ": " + e.getProblem(), e);
    } catch (YamlEngineException e) {
      throw new IllegalArgumentException(path + " is no YAML: " + e.getMessage(), e);
    }
    if (root == null) {
      return Map.of();
    }
    if (!(root instanceof Map<?, ?> settings)) {
      throw new IllegalArgumentException(path + " does not hold settings such as 'keep-alive: 20'");
    }
    Map<String, String> texts = new HashMap<>();
    for (Map.Entry<?, ?> setting : settings.entrySet()) {
      String key = String.valueOf(setting.getKey());
      if (!known.contains(key)) {
        throw new IllegalArgumentException(
            path + ": there is no setting '" + key + "'; there are " + String.join(", ", known));
      }
      texts.put(key, text(setting.getValue()));
    }
    return texts;
  }

  /** Rejects YAML that would expand without limit, before any object is created. */
  private static void checkShape(Path path, Iterable<Event> events) {
    int depth = 0;
    for (Event event : events) {
      switch (event.getEventId()) {
        case SequenceStart, MappingStart -> {
          if (++depth > Limits.MAX_NESTING) {
            throw refused(path, event, TooDeepException.IS_NESTED);
          }
        }
        case SequenceEnd, MappingEnd -> depth--;
        case Alias -> throw refused(path, event, "has an alias; write out its value");
        default -> {}
      }
    }
  }

  private static IllegalArgumentException refused(Path path, Event event, String problem) {
    String where = event.getStartMark().map(mark -> " line " + (mark.getLine() + 1)).orElse("");
    return new IllegalArgumentException(path + where + " " + problem);
  }

  /** The value in the form of the command line: lists and maps are separated by commas. */
  private static String text(Object value) {
    if (value instanceof List<?> list) {
      return list.stream().map(Settings::text).collect(Collectors.joining(","));
    }
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(entry -> entry.getKey() + "=" + entry.getValue())
          .collect(Collectors.joining(","));
    }
    return value == null ? "" : String.valueOf(value);
  }

  @Override
  public String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option) || !takesValue(option)) {
      return null;
    }
    String key = key(option);
    // An empty variable counts as unset, as in most programs: a unit file cannot easily omit one.
    String fromEnvironment = environment.getOrDefault(variable(key), "");
    return fromEnvironment.isEmpty() ? file.get(key) : fromEnvironment;
  }

  /** Whether the option is allowed in the file. */
  static boolean standsInFile(OptionSpec option) {
    return takesValue(option) && !option.longestName().equals(FILE_OPTION);
  }

  private static boolean takesValue(OptionSpec option) {
    return option.arity().max() > 0;
  }

  static String key(OptionSpec option) {
    return option.longestName().substring(2);
  }

  private static String variable(String key) {
    return "HY300_" + key.toUpperCase(Locale.ROOT).replace('-', '_');
  }
}
