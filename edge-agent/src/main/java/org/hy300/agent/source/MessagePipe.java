// SPDX-License-Identifier: Apache-2.0
// /dev/kmsgpipe as a source: each message that a program on the projector writes into it.
package org.hy300.agent.source;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import org.hy300.agent.metrics.AgentMetrics;
import org.hy300.contract.EventName;

/**
 * Reads messages from the pipe. Each becomes a {@code message} event of the agent with the data
 * {@code {"text":…}}, or {@code {"base64":…}} for bytes that are not UTF-8.
 */
public final class MessagePipe implements Source {
  /** One write() is one message, of at most this many bytes (uapi: linux/kmsgpipe.h). */
  private static final int MAX_MESSAGE_BYTES = 4096;

  private final DeviceReader reader;

  public MessagePipe(Vertx vertx, Path device, AgentMetrics own, SubsystemListener listener) {
    reader =
        new DeviceReader(
            vertx,
            device,
            MAX_MESSAGE_BYTES,
            new DeviceReader.Handler() {
              @Override
              public void opened() {}

              @Override
              public void received(byte[] message) {
                own.pipeMessages.incrementAndGet();
                listener.happened(AgentMetrics.SUBSYSTEM, EventName.MESSAGE, data(message));
                listener.changed(AgentMetrics.SUBSYSTEM);
              }

              @Override
              public void closed() {}
            });
  }

  @Override
  public void start() {
    reader.start();
  }

  @Override
  public void stop() {
    reader.stop();
  }

  static JsonObject data(byte[] message) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(message)).toString();
      return new JsonObject().put("text", text.stripTrailing());
    } catch (CharacterCodingException e) {
      return new JsonObject().put("base64", Base64.getEncoder().encodeToString(message));
    }
  }
}
