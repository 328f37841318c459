// SPDX-License-Identifier: Apache-2.0
// Measures the collector in process and prints each figure beside its target and its peer.
package org.hy300.bench.collector;

import java.util.Collection;
import java.util.Locale;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Takes no arguments. */
final class Main {
  private final Collection<RunResult> results;

  private Main(Collection<RunResult> results) {
    this.results = results;
  }

  public static void main(String[] args) throws RunnerException {
    System.out.println("measuring; this takes some three minutes, more where others work too");
    long memory = MemoryPerDevice.bytes();
    Main main =
        new Main(
            new Runner(
                    new OptionsBuilder()
                        .include(Main.class.getPackageName() + "\\..*Benchmark")
                        .verbosity(VerboseMode.SILENT)
                        .shouldFailOnError(true)
                        .build())
                .run());
    System.out.printf("%-44s %12s %12s   %s%n", "collector, in process", "measured", "target", "");
    main.rate(10, "1.00 M/s");
    main.rate(40, "");
    main.page("plain", "gaugePerSeriesPlain", "100000", "");
    main.page("plain", "gaugePerSeriesPlain", "1000000", "25 ms");
    main.page("openMetrics", "gaugePerSeriesPlain", "1000000", "25 ms");
    main.page("gzip", "gaugePerSeriesGzip", "1000000", "160 ms");
    System.out.printf("%-44s %12s %12s%n", "heap per device of 40 series", memory + " B", "2048 B");
  }

  private double score(String benchmark, String parameter, String value) {
    return results.stream()
        .filter(one -> one.getParams().getBenchmark().endsWith("." + benchmark))
        .filter(one -> parameter.isEmpty() || one.getParams().getParam(parameter).equals(value))
        .findFirst()
        .orElseThrow()
        .getPrimaryResult()
        .getScore();
  }

  private void rate(int values, String target) {
    String parameter = Integer.toString(values);
    double making = score("nothing", "values", parameter);
    double ours = score("collector", "values", parameter) - making;
    double peer = score("gaugePerSeries", "values", parameter) - making;
    System.out.printf(
        Locale.ROOT,
        "%-44s %12s %12s   %.1f times as fast as a JSON tree and a gauge per series%n",
        "state messages of " + values + " values, one core",
        String.format(Locale.ROOT, "%.2f M/s", 1000 / ours),
        target,
        peer / ours);
  }

  /**
   * A million gauges take gigabytes, so the peer's page of a million is ten times its page of
   * 100,000.
   */
  private void page(String ours, String peer, String series, String target) {
    double measured = score("ExpositionBenchmark." + ours, "series", series);
    double gauges = score(peer, "gauges", "100000") * Integer.parseInt(series) / 100_000;
    System.out.printf(
        Locale.ROOT,
        "%-44s %12s %12s   %.0f times as fast as a Micrometer gauge per series%s%n",
        "page of " + series + " series, " + ours,
        String.format(Locale.ROOT, "%.1f ms", measured),
        target,
        gauges / measured,
        series.equals("100000") ? "" : ", its 100000 taken tenfold");
  }
}
