// SPDX-License-Identifier: Apache-2.0
package org.hy300.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.DecodeException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.hy300.cli.client.Exit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** An internal error is not reported as the collector's, and its stack trace is shown. */
@Timeout(300)
class FaultTest {
  /** The program with an additional command, which throws. */
  static final class Faulty {
    private Faulty() {}

    public static void main(String[] args) {
      System.exit(
          Main.run(() -> Main.commandLine(Map.of()).addSubcommand("fault", new Fault()), args));
    }
  }

  @Command
  static final class Fault implements Callable<Integer> {
    @Parameters private Class<? extends Throwable> kind;

    @Override
    public Integer call() throws Exception {
      Throwable fault = kind.getConstructor().newInstance();
      if (fault instanceof Error error) {
        throw error;
      }
      throw (Exception) fault;
    }
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        NullPointerException.class,
        ClassCastException.class,
        IllegalStateException.class,
        DecodeException.class,
        StackOverflowError.class
      })
  void itIsACrashWithItsTrace(Class<?> kind) throws Exception {
    List<String> words = Hy300.command(List.of(), "fault", kind.getName());
    words.set(words.indexOf(Main.class.getName()), Faulty.class.getName());
    Hy300 run = Hy300.execute(Map.of(), words);
    assertThat(run.status()).isEqualTo(Exit.CRASHED).isEqualTo(70);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .startsWith("hy300: this is a fault of the program itself; please report it")
        .contains(
            "\n" + kind.getName(), "    at org.hy300.cli.FaultTest$Fault.call(FaultTest.java:")
        .doesNotContain("collector");
  }
}
