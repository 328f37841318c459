// SPDX-License-Identifier: Apache-2.0
// A stream goes on only as long as its reader would be let in.
package org.hy300.collector.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.hy300.collector.CollectorFixture;
import org.hy300.collector.LiveEvents;
import org.hy300.collector.http.HttpConfig;
import org.hy300.testing.Secrets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class LiveTokenTest extends CollectorFixture {
  private static final String LIVE = "/api/v1/live";
  private static final int SEATS = 64;

  private Path file;
  private String taken;
  private String kept;

  @Override
  protected HttpConfig httpConfig() throws Exception {
    file = directory.resolve("tokens");
    kept = Tokens.make(file, "kept", "read", Optional.empty());
    taken = Tokens.make(file, "taken", "read", Optional.empty());
    return new HttpConfig(
        "127.0.0.1", 0, Optional.empty(), Optional.empty(), Optional.of(file), false, 1_000);
  }

  @Test
  void whoseTokenIsTakenAwayIsLetGo() throws Exception {
    try (LiveEvents goes = reader(taken);
        LiveEvents stays = reader(kept)) {
      goes.await("ready");
      stays.await("ready");
      Path fresh = directory.resolve("fresh");
      Secrets.write(
          fresh,
          Files.readAllLines(file).stream()
              .filter(line -> !line.startsWith("taken "))
              .collect(Collectors.joining("\n")));
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
      await().atMost(LIMIT).until(goes::isEnded);
      assertThat(stays.isEnded()).isFalse();
    }
  }

  @Test
  void theOldestOfWhoHasMostGoesForAnother() throws Exception {
    List<LiveEvents> greedy = new ArrayList<>();
    try {
      for (int i = 0; i < SEATS; i++) {
        greedy.add(reader(taken));
      }
      try (LiveEvents other = reader(kept)) {
        other.await("ready");
        await().atMost(LIMIT).until(greedy.get(0)::isEnded);
        assertThat(greedy.subList(1, SEATS)).noneMatch(LiveEvents::isEnded);
        assertThat(get(LIVE, "Authorization", "Bearer " + taken).statusCode()).isEqualTo(503);
        assertThat(other.isEnded()).isFalse();
      }
    } finally {
      for (LiveEvents each : greedy) {
        each.close();
      }
    }
  }

  @Test
  void aTokenMayBeCalledNobody() throws Exception {
    String token = Tokens.make(file, "nobody", "read", Optional.empty());
    await()
        .atMost(LIMIT)
        .until(() -> get("/metrics", "Authorization", "Bearer " + token).statusCode() == 200);
  }

  private LiveEvents reader(String token) throws Exception {
    return new LiveEvents(url + LIVE, "Authorization", "Bearer " + token);
  }
}
