// SPDX-License-Identifier: Apache-2.0
// Lets requests in: who is it, may he do that, and does he ask too often.
package org.hy300.collector.access;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.hy300.contract.Role;

/** Belongs to the event loop. */
public final class Gate {
  private static final Logger LOG = System.getLogger(Gate.class.getName());

  private static final long LOOK_MS = 2_000;

  /** The error code of a role that does not suffice. */
  public static final String FORBIDDEN = "forbidden";

  private static final String BEARER = "bearer ";

  /** Wrong tokens that an address may try at once, and per second afterwards. */
  private static final int FAILURES = 10;

  private static final double FAILURES_PER_SECOND = 0.2;

  /** What the gate says to a request: who it is, or why it may not pass. */
  public record Verdict(Principal principal, int status, String code, String message, long retry) {
    public boolean passes() {
      return principal != null;
    }

    private static Verdict passed(Principal principal) {
      return new Verdict(principal, 200, "", "", 0);
    }

    private static Verdict refused(int status, String code, String message, long retry) {
      return new Verdict(null, status, code, message, retry);
    }
  }

  private final Optional<Path> file;
  private final RateLimit requests;
  private final RateLimit failures = new RateLimit(FAILURES_PER_SECOND, FAILURES);
  private final MeterRegistry registry;
  private volatile Tokens tokens;
  private volatile String stamp;

  /**
   * Reads the tokens; blocks.
   *
   * @param file empty to let everybody in as an admin
   * @param requestsPerSecond of one token, or of one address without one
   */
  public Gate(Optional<Path> file, int requestsPerSecond, MeterRegistry registry) {
    this.file = file;
    this.registry = registry;
    requests = new RateLimit(requestsPerSecond, 4.0 * requestsPerSecond);
    if (file.isPresent()) {
      stamp = stamp(file.get());
      take(Tokens.read(file.get()));
    }
    Gauge.builder("hy300.collector.token.file.problems", this::complaints)
        .description("Problems with the token file: invalid lines, no tokens, or no file.")
        .register(registry);
  }

  /** Whether tokens are asked for. */
  public boolean isGuarded() {
    return file.isPresent();
  }

  /** From now on takes the file's changes, and that it is gone. */
  public void watch(Vertx vertx) {
    file.ifPresent(
        path ->
            vertx.setPeriodic(
                LOOK_MS,
                timer -> vertx.executeBlocking(() -> readIfChanged(path)).onSuccess(this::take)));
  }

  /** Another text whenever the file may have changed: its text, its owner or who may write it. */
  private static String stamp(Path path) {
    try {
      return Files.readAttributes(path, "unix:ino,size,mode,uid,gid,ctime").toString();
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Null for a file that is as it was: what is wrong with it was said then. */
  private Tokens readIfChanged(Path path) {
    String now = stamp(path);
    if (now.equals(stamp)) {
      return null;
    }
    stamp = now;
    return Tokens.read(path);
  }

  private void take(Tokens now) {
    if (now == null) {
      return;
    }
    tokens = now;
    List<String> complaints = now.complaints();
    if (complaints.isEmpty()) {
      LOG.log(Level.INFO, "{0}: {1} tokens", file.get(), now.size());
    } else {
      LOG.log(
          Level.ERROR,
          "{0}{1}; {2}",
          complaints.get(0),
          complaints.size() == 1 ? "" : " (and " + (complaints.size() - 1) + " more)",
          now.size() == 0
              ? "nobody is let in until that is mended"
              : now.size() + " other tokens count");
    }
  }

  /** Whether nothing is wrong with the token file, or there is none; may be asked on any thread. */
  public boolean isSound() {
    return complaints() == 0;
  }

  private int complaints() {
    return isGuarded() ? tokens.complaints().size() : 0;
  }

  /**
   * Counts a request, whatever it asks for and however broken it is: who asks too often is refused,
   * others are known from here on.
   */
  public Verdict meet(HttpServerRequest request) {
    Principal principal =
        isGuarded() ? authenticate(request).orElse(Principal.NOBODY) : Principal.ANYBODY;
    if (!requests.take(caller(request, principal), System.nanoTime())) {
      count("rate");
      return Verdict.refused(
          429,
          "too_many_requests",
          "too many requests; ask less often",
          requests.retryAfterSeconds());
    }
    return Verdict.passed(principal);
  }

  /**
   * Judges what somebody asks for.
   *
   * @param principal who was met
   * @param needed null when everybody may
   */
  public Verdict judge(HttpServerRequest request, Principal principal, Role needed) {
    if (needed == null) {
      return Verdict.passed(principal);
    }
    return principal.equals(Principal.NOBODY)
        ? unknown(request, address(request))
        : mayDo(principal, needed).orElseGet(() -> Verdict.passed(principal));
  }

  /** Who is counted as one: a token, or an address without one. */
  public String caller(HttpServerRequest request, Principal principal) {
    return isGuarded() && !principal.equals(Principal.NOBODY)
        ? "token " + principal.name()
        : address(request);
  }

  private static String address(HttpServerRequest request) {
    return network(request.remoteAddress());
  }

  /** As whom an address counts. */
  public static String network(SocketAddress address) {
    return RateLimit.network(address.hostAddress());
  }

  /** Whether a request that goes on for long would be let in now, too; counts for nothing. */
  public boolean stillLetsIn(HttpServerRequest request, Role needed) {
    return !isGuarded()
        || authenticate(request).filter(caller -> caller.role().includes(needed)).isPresent();
  }

  /** Why somebody may not do what needs a role; empty when he may. */
  public Optional<Verdict> mayDo(Principal principal, Role needed) {
    if (principal.role().includes(needed)) {
      return Optional.empty();
    }
    count("role");
    return Optional.of(
        Verdict.refused(
            403,
            FORBIDDEN,
            "the token '"
                + principal.name()
                + "' has the role "
                + principal.role().word()
                + ", and this needs "
                + needed.word(),
            0));
  }

  /** A token cannot be guessed, so that one who has a right one is let in from any address. */
  private Verdict unknown(HttpServerRequest request, String address) {
    if (request.getHeader("Authorization") == null) {
      count("no_token");
      return Verdict.refused(
          401, "no_token", "a token is needed: send the header Authorization: Bearer TOKEN", 0);
    }
    count("wrong_token");
    if (!failures.take(address, System.nanoTime())) {
      return Verdict.refused(
          429,
          "too_many_failures",
          "too many wrong tokens from " + address + "; try again later",
          failures.retryAfterSeconds());
    }
    LOG.log(
        Level.WARNING,
        "wrong token from {0} for {1}",
        address,
        request.path().replaceAll("\\p{Cntrl}", "?"));
    return Verdict.refused(401, "wrong_token", "this token is not known here", 0);
  }

  private Optional<Principal> authenticate(HttpServerRequest request) {
    String header = request.getHeader("Authorization");
    if (header == null || !header.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
      return Optional.empty();
    }
    return tokens.find(header.substring(BEARER.length()).strip(), Instant.now());
  }

  /** Counts what was not let in. */
  public void count(String reason) {
    Counter.builder("hy300.collector.http.refusals")
        .description("HTTP requests and connections that were not let in, by reason.")
        .tag("reason", reason)
        .register(registry)
        .increment();
  }
}
