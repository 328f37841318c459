// SPDX-License-Identifier: Apache-2.0
// Name lookups while the name server is silent, wrong or gone.
package org.hy300.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class NameLookupTest {
  private static final String HOST = "broker.example";
  private static final InetAddress[] FOUND = {of(1), of(9)};

  private final Vertx vertx = Vertx.vertx();
  private final Context loop = vertx.getOrCreateContext();
  private final AtomicInteger asked = new AtomicInteger();
  private final CountDownLatch answers = new CountDownLatch(1);

  @AfterEach
  void end() throws Exception {
    answers.countDown();
    vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private NameLookup silent(long patienceMs) {
    return new NameLookup(
        vertx,
        host -> {
          asked.incrementAndGet();
          try {
            answers.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return FOUND;
        },
        patienceMs);
  }

  private NameLookup failing(Throwable... with) {
    return new NameLookup(
        vertx,
        host -> {
          Throwable next = with[asked.getAndIncrement()];
          if (next instanceof UnknownHostException e) {
            throw e;
          }
          if (next instanceof Error e) {
            throw e;
          }
          throw (RuntimeException) next;
        },
        60_000);
  }

  private Future<List<InetAddress>> find(NameLookup names, String host) {
    return Future.future(found -> loop.runOnContext(go -> names.find(host).onComplete(found)));
  }

  private static InetAddress of(int last) {
    try {
      return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  @Test
  void theLoopGoesOnAndOneLookUpIsUnderWay() throws Exception {
    NameLookup names = silent(1);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> get(find(names, HOST)))
          .hasRootCauseMessage("no name server gives an address of broker.example in 0 s");
    }
    assertThat(asked).hasValue(1);
  }

  @Test
  void whoAsksMeanwhileGetsTheAnswerOfTheOneThatIsUnderWay() throws Exception {
    NameLookup names = silent(60_000);
    Future<List<InetAddress>> first = find(names, HOST);
    Future<List<InetAddress>> second = find(names, HOST);
    // The loop runs tasks in order, so both have asked by now.
    get(Future.<Void>future(done -> loop.runOnContext(done::complete)));
    assertThat(first.isComplete() || second.isComplete()).isFalse();
    answers.countDown();
    assertThat(get(first)).containsExactly(FOUND);
    assertThat(get(second)).containsExactly(FOUND);
    assertThat(asked).hasValue(1);
    get(find(names, HOST));
    assertThat(asked).hasValue(2);
  }

  @Test
  void anAddressNeedsNoLookUp() throws Exception {
    NameLookup names = silent(60_000);
    for (String address : List.of("127.0.0.1", "::1", "[::1]")) {
      assertThat(get(find(names, address))).hasSize(1);
    }
    assertThat(asked).hasValue(0);
  }

  @Test
  void whyThereIsNoneIsSaidAlsoWhenJavaHasForgottenIt() {
    NameLookup names =
        failing(
            new UnknownHostException(HOST + ": Temporary failure in name resolution"),
            new UnknownHostException(HOST));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> get(find(names, HOST)))
          .hasRootCauseMessage(
              "no address of broker.example is known: Temporary failure in name resolution");
    }
  }

  @Test
  void nothingThatIsThrownEndsTheLookingUp() {
    NameLookup names = failing(new IllegalStateException("a"), new StackOverflowError("b"));
    assertThatThrownBy(() -> get(find(names, HOST))).hasRootCauseMessage("a");
    assertThatThrownBy(() -> get(find(names, HOST))).hasRootCauseMessage("b");
    assertThat(asked).hasValue(2);
  }
}
