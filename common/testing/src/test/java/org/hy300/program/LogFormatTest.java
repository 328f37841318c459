// SPDX-License-Identifier: Apache-2.0
package org.hy300.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogFormatTest {
  private static LogRecord record(Level level, String logger, String text, Object... parameters) {
    LogRecord record = new LogRecord(level, text);
    record.setLoggerName(logger);
    record.setParameters(parameters);
    return record;
  }

  @ParameterizedTest
  @CsvSource({
    "SEVERE, org.hy300.agent.command.MotorCommands, ERROR command: , <3>command: ",
    "WARNING, org.hy300.mqtt.MqttSession, WARNING mqtt: , <4>mqtt: ",
    "INFO, org.hy300.collector.Main, INFO collector: , <6>collector: ",
    "FINE, io.netty.channel.epoll.Epoll, DEBUG netty: , <7>netty: "
  })
  void aLineHasItsLevelAndComponent(
      String level, String logger, String onTerminal, String forJournal) {
    LogRecord record = record(Level.parse(level), logger, "closed");
    assertThat(new LogFormat(false).format(record)).isEqualTo(onTerminal.strip() + " closed\n");
    assertThat(new LogFormat(true).format(record)).isEqualTo(forJournal.strip() + " closed\n");
  }

  @Test
  void noNumberIsFormattedByLocale() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      LogRecord record = record(Level.INFO, "org.hy300.mqtt.Outbox", "{0} of {1}", 1883, 2.5);
      assertThat(new LogFormat(false).format(record)).isEqualTo("INFO mqtt: 1883 of 2.5\n");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void eachLineOfATraceHasTheLevel() {
    LogRecord record = record(Level.WARNING, "org.hy300.mqtt.Outbox", "failed");
    record.setThrown(new IllegalStateException("first\nsecond"));
    assertThat(new LogFormat(true).format(record).lines())
        .startsWith("<4>mqtt: failed", "<4>java.lang.IllegalStateException: first", "<4>second")
        .allMatch(line -> line.startsWith("<4>"));
  }
}
