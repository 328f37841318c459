// SPDX-License-Identifier: Apache-2.0
// Prints the output of a failed test's programs next to its failure.
package org.hy300.testing;

import java.util.List;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestWatcher;

/** META-INF/services registers it for every test. Writes to the test's own output. */
public final class FailureReport
    implements BeforeAllCallback, TestWatcher, LifecycleMethodExecutionExceptionHandler {
  private static final int LAST_LINES = 40;

  @Override
  public void beforeAll(ExtensionContext context) {
    Program.forgetStarted();
  }

  @Override
  public void testFailed(ExtensionContext context, Throwable cause) {
    report(context, cause);
  }

  @Override
  public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable cause)
      throws Throwable {
    report(context, cause);
    throw cause;
  }

  private static void report(ExtensionContext context, Throwable cause) {
    StringBuilder text =
        new StringBuilder("== FAILED: ")
            .append(context.getRequiredTestClass().getSimpleName())
            .append(": ")
            .append(context.getDisplayName())
            .append(": ")
            .append(cause)
            .append('\n');
    for (Program program : Program.started()) {
      List<String> lines = program.lines();
      text.append("== last lines of ").append(program).append('\n');
      lines
          .subList(Math.max(0, lines.size() - LAST_LINES), lines.size())
          .forEach(line -> text.append("  ").append(line).append('\n'));
    }
    System.err.print(text);
  }
}
