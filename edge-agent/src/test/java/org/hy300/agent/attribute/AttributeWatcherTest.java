// SPDX-License-Identifier: Apache-2.0
package org.hy300.agent.attribute;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class AttributeWatcherTest extends WatcherFixture {
  @Test
  void theKernelsAttributesAreWaitedForWithEpollWhereThereIsNativeTransport() throws Exception {
    watcher = onLoop(() -> AttributeWatcher.forDirectory(vertx, Path.of("/sys/class/net/lo")));
    // Maven runs this twice: with the property, Netty behaves as on 32-bit Arm.
    boolean none = Boolean.getBoolean("io.netty.transport.noNative");
    assertThat(vertx.isNativeTransportEnabled()).isEqualTo(!none);
    assertThat(watcher).isInstanceOf(none ? InotifyWatcher.class : EpollWatcher.class);
  }
}
