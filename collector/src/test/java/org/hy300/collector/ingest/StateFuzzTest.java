// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.hy300.collector.Mutation;
import org.hy300.collector.PlayedFleet;
import org.hy300.collector.exposition.Format;
import org.hy300.collector.fleet.Session;
import org.hy300.collector.fleet.SessionNames;
import org.hy300.collector.fleet.State;
import org.hy300.contract.MalformedMessageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Mutated messages. {@code -Dfuzz.seconds=600} goes on for longer, {@code -Dfuzz.seed=…} repeats a
 * run.
 */
class StateFuzzTest {
  private static final int SECONDS = Integer.getInteger("fuzz.seconds", 4);
  private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());
  private static final int LONGEST = 2000;
  private static final Session SESSION = SessionNames.session("s1");

  private static final List<String> MESSAGES =
      List.of(
          PlayedFleet.stateMessage(
              "s1",
              42,
              "\"hy300_motor_position_steps\":127,\"hy300_motor_fault{reason=\\\"none\\\"}\":1,"
                  + "\"hy300_motor_step_interval_seconds\":0.003,\"x\":-1.5e-7"),
          " {\"seq\" : 1,\n \"values\" : {\"a{b=\\\"\u00e9\\\\\\\\\\\",c=\\\"\\\"}\" : 0 , \"m\":12345678901234567890},"
              + "\"y\":[{\"session\":\"s1\"}], \"session\":\"s1\"} ");

  /** What a mutation puts in: the bytes that mean something to one of the parsers. */
  private static final List<String> TOKENS =
      List.of(
          "{",
          "}",
          "[",
          "]",
          "\"",
          "\\",
          "\\\"",
          "\\n",
          "\\u0000",
          "\\ud800",
          ",",
          ":",
          "=",
          " ",
          "\n",
          "\0",
          "-",
          "+",
          ".",
          "e",
          "E9",
          "0",
          "00",
          "9",
          "999999999999999999999",
          "1e999",
          "null",
          "true",
          "NaN",
          "\u00e9",
          "\"seq\":",
          "\"values\":{",
          "\"session\":\"s1\"",
          "\"time\":",
          "\"device\":\"p2\",",
          "device=\\\"p2\\\",",
          "__name__=\\\"x\\\",",
          "{}",
          "_total");

  private static final Pattern LINE =
      Pattern.compile(
          "# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .*"
              + "|([a-zA-Z_:][a-zA-Z0-9_:]*(\\{([a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\]|\\\\[\\\\\"n])*+\",?)++\\})?)"
              + " -?[0-9]+(\\.[0-9]+)?(E-?[0-9]+)?");

  private final RepeatParser repeat = new RepeatParser();

  @Test
  void noMutationDoesAnythingButParseOrBeRefused() {
    System.out.println("state fuzz: -Dfuzz.seed=" + SEED + " -Dfuzz.seconds=" + SECONDS);
    Random random = new Random(SEED);
    Mutation mutation = new Mutation(random, TOKENS);
    long end = System.nanoTime() + SECONDS * 1_000_000_000L;
    byte[] before = MESSAGES.get(0).getBytes(StandardCharsets.UTF_8);
    for (int run = 0; System.nanoTime() < end; run++) {
      byte[] message = MESSAGES.get(random.nextInt(2)).getBytes(StandardCharsets.UTF_8);
      for (int change = random.nextInt(4); change >= 0; change--) {
        byte[] mutant = mutation.of(message);
        message = mutant.length > LONGEST ? Arrays.copyOf(mutant, LONGEST) : mutant;
      }
      check(before, message);
      before = random.nextInt(8) == 0 ? message : before;
      if (run % 200 == 0) {
        checkPage(message);
      }
    }
  }

  /** Both parsers, and that the quick one reads what the other reads and no more. */
  private void check(byte[] before, byte[] message) {
    State known = parse(before);
    State state = parse(message);
    if (known == null) {
      return;
    }
    boolean quick =
        repeat.read(
            Arrays.copyOf(message, message.length + 1), message.length, known.template(), SESSION);
    String text = new String(message, StandardCharsets.UTF_8);
    if (quick) {
      assertThat(state).as(text).isNotNull();
      assertThat(state.session()).as(text).isEqualTo("s1");
      assertThat(repeat.seq()).as(text).isEqualTo(state.seq());
      assertThat(repeat.time()).as(text).isEqualTo(state.time());
      assertThat(state.series()).as(text).isEqualTo(known.series());
      for (int i = 0; i < state.values().length; i++) {
        assertThat(repeat.values()[i] + 0.0).as(text).isEqualTo(state.values()[i] + 0.0);
      }
    }
    if (state != null
        && state.session().equals("s1")
        && text.equals(new String(before, StandardCharsets.UTF_8))) {
      assertThat(quick).as(text).isTrue();
    }
  }

  private static State parse(byte[] message) {
    try {
      return StateParser.parse("p1", message, message.length);
    } catch (MalformedMessageException e) {
      assertThat(e.getMessage()).isNotBlank();
      return null;
    }
  }

  /** What came through the guards is a page that Prometheus can read. */
  private static void checkPage(byte[] message) {
    PlayedFleet played = new PlayedFleet();
    played.online("p1", "s1");
    played.message("p1/state/motor", new String(message, StandardCharsets.UTF_8), false);
    Set<String> series = new HashSet<>();
    for (String line : Pattern.compile("\n").splitAsStream(played.page(Format.TEXT)).toList()) {
      var matcher = LINE.matcher(line);
      assertThat(matcher.matches()).as(line).isTrue();
      assertThat(matcher.group(2) == null || series.add(matcher.group(2))).as(line).isTrue();
    }
  }

  /** Finds, and corners that were thought of. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"session\":\"s1\",\"seq\":1,\"values\":{\"x{a=\\\"\\ud800\\\"}\":1,\"x{a=\\\"?\\\"}\":2}}",
        "{\"session\":\"s1\",\"seq\":1,\"values\":{\"x{a=\\\"\\u0000\\\"}\":1}}",
        "{\"session\":\"s1\",\"seq\":1,\"values\":{\"x{a=\\\"1\\\",b=\\\"2\\\"}\":1,\"x{b=\\\"2\\\",a=\\\"1\\\"}\":2}}",
        "{\"session\":\"s1\",\"seq\":1,\"values\":{\"x\":-0,\"y\":1E-400,\"z\":123456789012345678901234567890}}",
        "{\"seq\":1,\"values\":{\"session\":1,\"seq\":2,\"values\":3,\"time\":4},\"session\":\"s1\"}",
        "{\"session\":\"s1\",\"seq\":1,\"time\":\"+1000000000-12-31T23:59:59Z\",\"values\":{}}",
      })
  void finds(String message) {
    byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
    check(bytes, bytes);
    checkPage(bytes);
  }
}
