// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormatTest {
  /** Headers of Prometheus 2.42, 2.53 and 3.5, curl and a browser, and some corner cases. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1 | OPENMETRICS",
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1 | OPENMETRICS",
        "text/plain;version=0.0.4;q=1,*/*;q=0.1 | TEXT",
        "text/plain, application/openmetrics-text;q=0.5 | TEXT",
        "application/openmetrics-text;version=0.0.1 | TEXT",
        "application/openmetrics-text; version=\"1.0.0\" | OPENMETRICS",
        "application/openmetrics-text;q=0 | TEXT",
        "application/openmetrics-text;q=... | TEXT",
        "*/* | TEXT",
        "text/html,*/*;q=0.8 | TEXT",
        "'' | TEXT",
      })
  void theAcceptHeaderDecides(String accept, Format format) {
    assertThat(Format.negotiate(accept)).isEqualTo(format);
  }

  @Test
  void withoutAcceptHeaderItIsText() {
    assertThat(Format.negotiate(null)).isEqualTo(Format.TEXT);
  }

  @ParameterizedTest
  @CsvSource({
    "gzip,true",
    "'deflate, GZIP;q=0.5',true",
    "gzip;q=0,false",
    "deflate,false",
    "'',false"
  })
  void gzipIsForWhoAsks(String acceptEncoding, boolean allowed) {
    assertThat(Format.allowsGzip(acceptEncoding)).isEqualTo(allowed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "1", "0/1", "2/1", "1/0", "-1/2", "1/2/3", "a/b", "1/99999", "1/100000"})
  void aShardIsOneOfSome(String text) {
    assertThat(Shard.parse(text)).isEmpty();
  }

  @Test
  void theFirstShardIsNumberOne() {
    assertThat(Shard.parse("1/4")).contains(new Shard(1, 4));
    assertThat(Shard.parse("4/4")).contains(new Shard(4, 4));
  }
}
