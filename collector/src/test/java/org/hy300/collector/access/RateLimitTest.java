// SPDX-License-Identifier: Apache-2.0
// As whom an address counts.
package org.hy300.collector.access;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateLimitTest {
  @Test
  void theAddressesOfOneNetworkOfIpv6CountAsOne() {
    String network = RateLimit.network("2001:db8:0:1::1");
    assertThat(RateLimit.network("2001:db8:0:1:ffff:ffff:ffff:ffff")).isEqualTo(network);
    assertThat(RateLimit.network("2001:db8:0:2::1")).isNotEqualTo(network);
    assertThat(RateLimit.network("192.0.2.1")).isEqualTo("192.0.2.1");
    assertThat(RateLimit.network("::ffff:192.0.2.1")).isNotEqualTo(RateLimit.network("::1"));
  }
}
