// SPDX-License-Identifier: Apache-2.0
// One page of the fleet, plain and compressed, beside Micrometer's with a gauge for each series.
package org.hy300.bench.collector;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.hy300.collector.exposition.FleetPage;
import org.hy300.collector.exposition.Format;
import org.hy300.collector.exposition.Pieces;
import org.hy300.collector.exposition.Shard;
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

/** Pages of devices with four subsystems of ten values; the output is discarded. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = "-Xmx4g")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 4, time = 1)
public class ExpositionBenchmark {
  private static final int SUBSYSTEMS = 4;
  private static final int VALUES = 10;

  /** The collector's fleet. */
  @State(Scope.Benchmark)
  public static class Ours {
    /** Number of series. */
    @Param({"100000", "1000000"})
    public int series;

    private SimulatedFleet simulated;

    @Setup
    public void fill() {
      int devices = series / SUBSYSTEMS / VALUES;
      simulated = new SimulatedFleet(devices, SUBSYSTEMS, VALUES);
      simulated.fill(devices);
    }

    private long page(Format format, boolean compress) throws IOException {
      long bytes = 0;
      FleetPage page = new FleetPage(simulated.fleet, format, Shard.ALL, true, true);
      try (Pieces pieces = new Pieces(page, compress)) {
        while (!pieces.isEnd()) {
          bytes += pieces.next().length();
        }
      }
      return bytes;
    }
  }

  /** The same series as gauges. */
  @State(Scope.Benchmark)
  public static class Gauges {
    /** Number of gauges; a million of them take gigabytes and seconds. */
    @Param("100000")
    public int gauges;

    private final PrometheusMeterRegistry registry =
        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    @Setup
    public void fill() {
      for (int index = 0; index < gauges / SUBSYSTEMS / VALUES; index++) {
        for (int column = 0; column < SUBSYSTEMS * VALUES; column++) {
          double value = column % 2 == 0 ? index : index / 1000.0;
          Gauge.builder(SimulatedFleet.family(column / VALUES, column % VALUES), () -> value)
              .tag("device", SimulatedFleet.device(index))
              .register(registry);
        }
      }
    }
  }

  @Benchmark
  public long plain(Ours ours) throws IOException {
    return ours.page(Format.TEXT, false);
  }

  @Benchmark
  public long openMetrics(Ours ours) throws IOException {
    return ours.page(Format.OPENMETRICS, false);
  }

  @Benchmark
  public long gzip(Ours ours) throws IOException {
    return ours.page(Format.TEXT, true);
  }

  @Benchmark
  public void gaugePerSeriesPlain(Gauges gauges) throws IOException {
    gauges.registry.scrape(OutputStream.nullOutputStream());
  }

  @Benchmark
  public void gaugePerSeriesGzip(Gauges gauges) throws IOException {
    try (Gzip gzip = new Gzip()) {
      gauges.registry.scrape(gzip);
    }
  }

  /** The collector's compression level, so that only the pages differ. */
  private static final class Gzip extends GZIPOutputStream {
    Gzip() throws IOException {
      super(OutputStream.nullOutputStream(), 16 * 1024);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
