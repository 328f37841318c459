// SPDX-License-Identifier: Apache-2.0
// The agent as a verticle: starts and stops its parts, and reports its health to systemd and
// --status.
package org.hy300.agent;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import org.hy300.program.Supervisor;

/** One agent for one projector. Everything in it lives on the context of its deployment. */
public final class Agent extends VerticleBase {
  private final AgentConfig config;
  private final Supervisor supervisor = new Supervisor(System.getenv());
  private final StatusFile statusFile;
  private Parts parts;
  private boolean stopping;

  public Agent(AgentConfig config) {
    this.config = config;
    statusFile = new StatusFile(config.storage().runDirectory(), config.projector().device());
  }

  /** A Vert.x with the few threads that the agent needs. */
  public static Vertx vertx() {
    return Vertx.vertx(
        new VertxOptions()
            .setPreferNativeTransport(true)
            .setEventLoopPoolSize(1)
            .setWorkerPoolSize(2)
            .setInternalBlockingPoolSize(1)
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false)));
  }

  /**
   * Completes when the agent watches the drivers and has begun to connect. Fails when another agent
   * uses the journals.
   */
  @Override
  public Future<?> start() {
    return vertx
        .executeBlocking(() -> new Parts(vertx, config, this::writeStatus))
        .map(
            made -> {
              parts = made;
              parts.start();
              supervisor.ready(vertx, parts::inOneLine);
              vertx.setPeriodic(StatusFile.PERIOD_MS, timer -> writeStatus());
              writeStatus();
              return null;
            });
  }

  /**
   * Completes when all pending commands are answered, offline is published and the journals are
   * closed.
   */
  @Override
  public Future<?> stop() {
    stopping = true;
    supervisor.stopping();
    return parts.stop().transform(stopped -> onWorker(statusFile::delete));
  }

  private void writeStatus() {
    if (!stopping) {
      boolean connected = parts.isConnected();
      String doing = parts.inOneLine();
      onWorker(() -> statusFile.write(connected, doing));
    }
  }

  private Future<Void> onWorker(Runnable blocking) {
    return vertx.executeBlocking(
        () -> {
          blocking.run();
          return null;
        });
  }
}
