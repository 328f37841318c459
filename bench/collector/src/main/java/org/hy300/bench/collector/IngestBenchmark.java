// SPDX-License-Identifier: Apache-2.0
// Parses and applies one state message, beside a JSON tree and a Micrometer gauge for each series.
package org.hy300.bench.collector;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** On one thread; each call takes the message of the next of 10,000 devices. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 4, time = 1)
public class IngestBenchmark {
  private static final int DEVICES = 10_000;
  private static final byte[] SEQ = "\"seq\":".getBytes(StandardCharsets.US_ASCII);

  /** Number of values in a message. */
  @Param({"10", "40"})
  public int values;

  private SimulatedFleet simulated;
  private final String[] topics = new String[DEVICES];
  private final Buffer[] messages = new Buffer[DEVICES];
  private int lastDigit;
  private int next;

  /** The same series as gauges. */
  @State(Scope.Benchmark)
  public static class Gauges {
    private final PrometheusMeterRegistry registry =
        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<String, double[]> values = new HashMap<>();

    /** Runs after the messages, which determine the number of values. */
    @Setup
    public void fill(IngestBenchmark messages) {
      for (int index = 0; index < DEVICES; index++) {
        for (int value = 0; value < messages.values; value++) {
          double[] holder = new double[1];
          String family = SimulatedFleet.family(0, value);
          values.put(messages.topics[index] + family, holder);
          Gauge.builder(family, holder, one -> one[0])
              .tag("device", SimulatedFleet.device(index))
              .register(registry);
        }
      }
    }
  }

  @Setup
  public void fill() {
    simulated = new SimulatedFleet(DEVICES, 1, values);
    simulated.fill(DEVICES);
    for (int index = 0; index < DEVICES; index++) {
      topics[index] = SimulatedFleet.topic(index, 0);
      byte[] message = simulated.state(index, 0, SimulatedFleet.FIRST_SEQ);
      messages[index] = Buffer.buffer(message);
      lastDigit =
          new String(message, StandardCharsets.US_ASCII).indexOf("\"seq\":") + SEQ.length + 9;
    }
  }

  /** The next device's message, with its number increased by one. */
  private Buffer message() {
    next = next + 1 == DEVICES ? 0 : next + 1;
    Buffer message = messages[next];
    int at = lastDigit;
    while (message.getByte(at) == '9') {
      message.setByte(at--, (byte) '0');
    }
    return message.setByte(at, (byte) (message.getByte(at) + 1));
  }

  @Benchmark
  public void collector() {
    Buffer message = message();
    simulated.ingest.message(topics[next], message, false);
  }

  /** The cost of creating the message. */
  @Benchmark
  public Buffer nothing() {
    return message();
  }

  @Benchmark
  public long gaugePerSeries(Gauges gauges) {
    JsonObject state = new JsonObject(message());
    String topic = topics[next];
    state
        .getJsonObject("values")
        .forEach(
            value ->
                gauges.values.get(topic + value.getKey())[0] =
                    ((Number) value.getValue()).doubleValue());
    return state.getLong("seq");
  }
}
