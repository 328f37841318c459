// SPDX-License-Identifier: Apache-2.0
// Finds a host's addresses away from the event loop, which goes on when no name server answers.
package org.hy300.mqtt;

import io.netty.util.NetUtil;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The system's resolver, hosts file and all, on a thread that lives as long as a look-up. It cannot
 * be interrupted: one that takes too long goes on, and who asks again meanwhile waits for the same.
 *
 * <p>Belongs to one event loop.
 */
final class NameLookup {
  /** The call that blocks, as {@link InetAddress#getAllByName} does. */
  interface Resolver {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  private final Vertx vertx;
  private final Resolver resolver;
  private final long patienceMs;
  private Promise<List<InetAddress>> underWay;

  /** What the system said last, for Java remembers that a name is unknown, and not why. */
  private String lastWhy = "";

  NameLookup(Vertx vertx, Resolver resolver, long patienceMs) {
    this.vertx = vertx;
    this.resolver = resolver;
    this.patienceMs = patienceMs;
  }

  /** Whether a host is given by its address, and no name server is needed. */
  static boolean isAddress(String host) {
    return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
  }

  /**
   * Finds all addresses of the host, always of the same one, in the system's order.
   *
   * @return fails with one line when there is none, or none yet
   */
  Future<List<InetAddress>> find(String host) {
    if (isAddress(host)) {
      try {
        return Future.succeededFuture(List.of(InetAddress.getByName(host)));
      } catch (UnknownHostException e) {
        return Future.failedFuture(e);
      }
    }
    if (underWay == null) {
      begin(host);
    }
    return underWay
        .future()
        .timeout(patienceMs, TimeUnit.MILLISECONDS)
        .recover(
            error ->
                Future.failedFuture(
                    error instanceof TimeoutException
                        ? new IOException(
                            "no name server gives an address of "
                                + host
                                + " in "
                                + TimeUnit.MILLISECONDS.toSeconds(patienceMs)
                                + " s")
                        : error));
  }

  private void begin(String host) {
    Promise<List<InetAddress>> begun = Promise.promise();
    Context loop = vertx.getOrCreateContext();
    Thread thread =
        new Thread(
            () -> {
              Future<List<InetAddress>> found = look(host);
              loop.runOnContext(
                  now -> {
                    underWay = null;
                    found.onComplete(begun);
                  });
            },
            "look-up of " + host);
    thread.setDaemon(true);
    thread.start();
    underWay = begun;
  }

  private Future<List<InetAddress>> look(String host) {
    try {
      return Future.succeededFuture(List.of(resolver.addresses(host)));
    } catch (UnknownHostException e) {
      String said = String.valueOf(e.getMessage()).replace(host, "").replaceFirst("^: ", "");
      lastWhy = said.isEmpty() ? lastWhy : said;
      return Future.failedFuture(
          new UnknownHostException(
              "no address of " + host + " is known" + (lastWhy.isEmpty() ? "" : ": " + lastWhy)));
    } catch (RuntimeException | Error e) {
      return Future.failedFuture(e);
    }
  }
}
