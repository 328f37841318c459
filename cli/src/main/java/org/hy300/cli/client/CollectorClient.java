// SPDX-License-Identifier: Apache-2.0
// The collector over HTTP: sends requests, reads answers, and turns failures into one line.
package org.hy300.cli.client;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.hy300.contract.TooDeepException;

/** Uses HttpURLConnection because it starts faster than java.net.http. */
public final class CollectorClient {
  public static final int ANSWER_SECONDS = 10;
  private static final int CONNECT_SECONDS = 10;

  /** The collector does not know the device or command, or cannot reach the device. */
  private static final Set<String> NOT_THERE =
      Set.of("unknown_device", "no_device", "device_offline", "unknown_command_id");

  private final String url;
  private final Optional<String> token;
  private final Optional<SSLSocketFactory> trust;

  /** Status and body of the answer to a request such as GET /api/v1/devices. */
  private record Answer(String question, int status, JsonObject body) {}

  public CollectorClient(String url, Optional<String> token, Optional<Path> ca)
      throws FailureException {
    this.url = url;
    this.token = token;
    trust = ca.isPresent() ? Optional.of(Trust.in(ca.get())) : Optional.empty();
  }

  /** Reads the JSON at the path. */
  public <T> T get(String path, int seconds, Field.Reading<T> reading) throws FailureException {
    return expect(ask("GET", path, null, seconds), reading);
  }

  public <T> T put(String path, JsonObject body, int seconds, Field.Reading<T> reading)
      throws FailureException {
    return expect(ask("PUT", path, body, seconds), reading);
  }

  /** Sends a command. Returns the reply, even if the command failed. */
  public CommandAnswer post(String path, JsonObject body, int seconds) throws FailureException {
    Answer answer = ask("POST", path, body, seconds);
    if (answer.body.containsKey("targets")) {
      return read(answer, CommandAnswer.Command::of);
    }
    if (answer.status >= 400 && !answer.body.containsKey("id")) {
      throw refused(answer);
    }
    return read(answer, CommandAnswer.Reply::of);
  }

  /** Reads the bytes at the path. */
  public byte[] download(String path, int seconds) throws FailureException {
    HttpURLConnection connection = null;
    try {
      connection = open("GET", path, seconds);
      if (connection.getResponseCode() == 200) {
        try (InputStream in = connection.getInputStream()) {
          return in.readAllBytes();
        }
      }
      throw refused(answer(connection, path));
    } catch (IOException e) {
      throw unreachable(e, seconds);
    } finally {
      if (connection != null) {
        connection.disconnect();
      }
    }
  }

  /** The event stream at the path; fails after the given number of silent seconds. */
  public EventStream stream(String path, int silenceSeconds) throws FailureException {
    try {
      HttpURLConnection connection = open("GET", path, silenceSeconds);
      connection.setRequestProperty("Accept", "text/event-stream");
      if (connection.getResponseCode() == 200) {
        return new EventStream(source("GET " + path), connection.getInputStream());
      }
      throw refused(answer(connection, path));
    } catch (IOException e) {
      throw unreachable(e, silenceSeconds);
    }
  }

  private Answer ask(String method, String path, JsonObject body, int seconds)
      throws FailureException {
    boolean given = false;
    try {
      HttpURLConnection connection = open(method, path, seconds);
      if (body != null) {
        connection.setRequestProperty("Content-Type", "application/json");
        connection.setDoOutput(true);
        try (OutputStream out = connection.getOutputStream()) {
          out.write(body.encode().getBytes(StandardCharsets.UTF_8));
        }
        given = true;
      }
      return answer(connection, path);
    } catch (IOException e) {
      if (given) {
        throw unanswered(e, seconds);
      }
      throw unreachable(e, seconds);
    }
  }

  private HttpURLConnection open(String method, String path, int seconds) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(url + path).toURL().openConnection();
    connection.setRequestMethod(method);
    connection.setConnectTimeout(CONNECT_SECONDS * 1000);
    connection.setReadTimeout(seconds * 1000);
    connection.setInstanceFollowRedirects(false);
    token.ifPresent(text -> connection.setRequestProperty("Authorization", "Bearer " + text));
    if (connection instanceof HttpsURLConnection secure && trust.isPresent()) {
      secure.setSSLSocketFactory(trust.get());
    }
    return connection;
  }

  private Answer answer(HttpURLConnection connection, String path)
      throws IOException, FailureException {
    String question = connection.getRequestMethod() + " " + path;
    int status = connection.getResponseCode();
    InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream();
    String text = "";
    if (body != null) {
      try (body) {
        text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
      }
    }
    try {
      return new Answer(question, status, new JsonObject(text));
    } catch (TooDeepException e) {
      throw new ForeignAnswerException(source(question), "JSON that " + e.getMessage());
    } catch (DecodeException | ClassCastException e) {
      throw new FailureException(
          Exit.COLLECTOR,
          url + " answers with HTTP status " + status + " and no JSON; is it a collector?");
    }
  }

  /** The beginning of a message about an answer. */
  private String source(String question) {
    return url + " answers " + question;
  }

  private <T> T expect(Answer answer, Field.Reading<T> reading) throws FailureException {
    if (answer.status != 200) {
      throw refused(answer);
    }
    return read(answer, reading);
  }

  private <T> T read(Answer answer, Field.Reading<T> reading) throws ForeignAnswerException {
    try {
      return reading.of(Field.of(answer.body));
    } catch (NotAsPromisedException e) {
      throw new ForeignAnswerException(source(answer.question), e.getMessage());
    }
  }

  private FailureException refused(Answer answer) {
    Reason reason;
    try {
      reason = Reason.of(Field.of(answer.body).at("error"));
    } catch (NotAsPromisedException e) {
      // Not permanent: it may come from a proxy whose collector is away for a while.
      return new FailureException(
          Exit.COLLECTOR,
          ForeignAnswerException.message(
              source(answer.question), "HTTP status " + answer.status + " and " + e.getMessage()));
    }
    String code = reason.code();
    String message = reason.message();
    if (NOT_THERE.contains(code)) {
      return new FailureException(Exit.NO_DEVICE, message);
    }
    return switch (answer.status) {
      case 400 -> new FailureException(Exit.USAGE, message);
      case 401 ->
          new NotAdmittedException(
              url
                  + (code.equals("no_token") ? " wants a token" : " does not know this token")
                  + "; --token-file or HY300_TOKEN_FILE names a file with one");
      case 403 -> new NotAdmittedException(url + " refuses: " + message);
      case 404, 409 ->
          switch (code) {
            case "not_found" ->
                new FailureException(
                    Exit.COLLECTOR, url + " is not a collector with this API: " + message);
            case "unknown_command" -> new FailureException(Exit.USAGE, message);
            default -> new FailureException(Exit.FAILED, message);
          };
      default -> new FailureException(Exit.COLLECTOR, url + " refuses: " + message);
    };
  }

  private FailureException unreachable(IOException error, int seconds) {
    String message = text(error);
    if (error instanceof SocketTimeoutException && !message.startsWith("Connect")) {
      return unanswered(error, seconds);
    }
    if (error instanceof SSLException) {
      return new FailureException(
          Exit.COLLECTOR,
          "cannot trust " + url + ": " + message + "; --ca names a file of certificates to trust");
    }
    String why = message;
    if (error instanceof ConnectException && message.startsWith("Connection refused")) {
      why = "connection refused";
    } else if (error instanceof UnknownHostException) {
      why = "there is no host " + message;
    } else if (error instanceof SocketTimeoutException) {
      why = "no connection within " + CONNECT_SECONDS + " s";
    }
    return new FailureException(
        Exit.COLLECTOR,
        "cannot reach %s: %s; is the collector running? --url or HY300_URL names another"
            .formatted(url, why));
  }

  /** The collector may have received the request, because the connection existed. */
  private FailureException unanswered(IOException error, int seconds) {
    String how =
        error instanceof SocketTimeoutException
            ? " has not answered within " + seconds + " s"
            : " has gone without an answer: " + text(error);
    return new FailureException(Exit.UNANSWERED, url + how);
  }

  private static String text(IOException error) {
    return error.getMessage() == null ? error.toString() : error.getMessage();
  }
}
