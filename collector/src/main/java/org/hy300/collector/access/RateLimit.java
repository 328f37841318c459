// SPDX-License-Identifier: Apache-2.0
// How often each caller may do something: a bucket of permits for each, filled at a steady rate.
package org.hy300.collector.access;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Belongs to the event loop. */
final class RateLimit {
  /** Callers that are told apart; the one that was quiet longest is forgotten first. */
  private static final int MAX_CALLERS = 10_000;

  private static final int IPV6_BYTES = 16;

  private static final class Bucket {
    private double permits;
    private long filledNanos;
  }

  private final double perSecond;
  private final double burst;
  private final Map<String, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > MAX_CALLERS;
        }
      };

  RateLimit(double perSecond, double burst) {
    this.perSecond = perSecond;
    this.burst = burst;
  }

  /** Takes a permit, if there is one. */
  boolean take(String caller, long nanos) {
    Bucket bucket = buckets.get(caller);
    if (bucket == null) {
      bucket = new Bucket();
      bucket.permits = burst;
      buckets.put(caller, bucket);
    } else {
      double seconds = (nanos - bucket.filledNanos) / (double) TimeUnit.SECONDS.toNanos(1);
      bucket.permits = Math.min(burst, bucket.permits + seconds * perSecond);
    }
    bucket.filledNanos = nanos;
    if (bucket.permits < 1) {
      return false;
    }
    bucket.permits--;
    return true;
  }

  /** As whom an address counts: who has one of IPv6 has a whole /64 of them (RFC 6177). */
  static String network(String address) {
    if (address.indexOf(':') < 0) {
      return address;
    }
    try {
      // An address is not looked up.
      byte[] bytes = InetAddress.getByName(address).getAddress();
      return bytes.length == IPV6_BYTES
          ? HexFormat.ofDelimiter(":").formatHex(bytes, 0, IPV6_BYTES / 2) + "::/64"
          : address;
    } catch (UnknownHostException e) {
      return address;
    }
  }

  /** In how many seconds there is a permit again. */
  long retryAfterSeconds() {
    return (long) Math.max(1, Math.ceil(1 / perSecond));
  }
}
