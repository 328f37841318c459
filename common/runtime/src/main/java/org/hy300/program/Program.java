// SPDX-License-Identifier: Apache-2.0
// The start and end of agent and collector: parses the options, and turns a wrong one into one
// line.
package org.hy300.program;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import picocli.CommandLine;

/** A wrapper around picocli. */
public final class Program {
  /** The end of every program's help. */
  public static final String FOOTER =
      "%nDefaults are in parentheses. An option with a value can also be set in the%n"
          + "environment (HY300_KEEP_ALIVE=20) or in the YAML file (keep-alive: 20).%n";

  private static final int STOP_SECONDS = 5;

  private Program() {}

  /**
   * Parses the options and starts the program, which continues to run on return. Exit status 2 for
   * an error of the user, 1 for one of the machine.
   *
   * @param program a picocli command
   */
  public static void run(Object program, String[] args) {
    LogFormat.install();
    CommandLine line = new CommandLine(program);
    String name = line.getCommandName();
    try {
      line.setDefaultValueProvider(Settings.read(line.getCommandSpec(), args, System.getenv()));
    } catch (IllegalArgumentException | IOException e) {
      System.exit(refuse(name, e.getMessage()));
    }
    int status =
        line.setParameterExceptionHandler(
                (wrong, given) -> refuse(name, wrong.getMessage() + "; --help lists the options"))
            .setExecutionExceptionHandler((failure, command, parsed) -> fail(name, failure))
            .execute(args);
    if (status != CommandLine.ExitCode.OK) {
      System.exit(status);
    }
  }

  private static int refuse(String name, String message) {
    System.err.println(name + ": " + message);
    return CommandLine.ExitCode.USAGE;
  }

  private static int fail(String name, Exception failure) throws Exception {
    if (failure instanceof IllegalArgumentException) {
      return refuse(name, failure.getMessage());
    }
    if (failure instanceof IOException) {
      System.err.println(name + ": " + failure.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    }
    throw failure;
  }

  /**
   * Starts a verticle, which runs until {@link #onEnd}.
   *
   * @param ended called after it has stopped
   * @throws Exception the failure of its start
   */
  public static void deploy(Vertx vertx, VerticleBase verticle, Runnable ended) throws Exception {
    onEnd(() -> vertx.close().onComplete(closed -> ended.run()));
    try {
      vertx.deployVerticle(verticle).toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception failure) {
        throw failure;
      }
      throw e;
    }
  }

  /** Stops the program on a signal, and waits some seconds for that. */
  public static void onEnd(Supplier<Future<Void>> stop) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> await(stop.get())));
  }

  private static void await(Future<Void> stopping) {
    CountDownLatch stopped = new CountDownLatch(1);
    stopping.onComplete(done -> stopped.countDown());
    try {
      if (!stopped.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("stopping takes too long; ended at once");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The version of the jar with the class. */
  public static String version(Class<?> of) {
    return Objects.requireNonNullElse(of.getPackage().getImplementationVersion(), "unpackaged");
  }
}
