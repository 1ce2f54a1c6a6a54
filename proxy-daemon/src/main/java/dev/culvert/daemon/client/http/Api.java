package dev.culvert.daemon.client.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/**
 * The daemon's HTTP interface.
 *
 * @param token sent as a bearer token; empty for none
 * @param authorities whose certificates are trusted over TLS; without it, those that Java knows
 * @param timeout for a connection, and for each silence in an answer
 * @param onRun gets the id under which the daemon has recorded a change
 */
public record Api(
        Server server,
        String token,
        Optional<Path> authorities,
        Duration timeout,
        Consumer<String> onRun) {
    private static final String RUN = "culvert-op";
    private static final int BUFFER_BYTES = 16 * 1024;

    /**
     * Sends a request and waits for the head of its answer, whatever its status.
     *
     * @throws UnreachableException if no answer came
     */
    public Response send(Request request) throws IOException {
        return begin(request, "close").response();
    }

    /** An answer whose head was read. */
    private record Begun(Connection connection, ResponseReader.Head head, InputStream in) {
        Response response() throws IOException {
            return new Response(
                    head.status(),
                    head.headers(),
                    BodyInput.of(head.status(), head.headers(), in),
                    connection);
        }
    }

    /**
     * Asks for a connection to speak {@code protocol}.
     *
     * @throws ProblemException if the daemon answered that it may not
     * @throws UnreachableException if no answer came
     */
    public Tunnel tunnel(String path, String protocol) throws IOException {
        Begun begun = begin(Request.get(path).with("upgrade", protocol), "upgrade");
        if (begun.head().status() == ResponseReader.SWITCHING_PROTOCOLS) {
            begun.connection().carryBytes();
            return new Tunnel(begun.in(), begun.connection());
        }
        try (Response response = begun.response()) {
            throw ProblemException.of(response);
        }
    }

    private Begun begin(Request request, String option) throws IOException {
        Connection connection = connect();
        try {
            connection.patience(request.patience().orElse(timeout));
            write(request, option, connection.out());
            BufferedInputStream in = new BufferedInputStream(connection.in(), BUFFER_BYTES);
            return new Begun(connection, new ResponseReader(in).head(), in);
        } catch (SocketTimeoutException e) {
            connection.close();
            throw UnreachableException.withoutAnswer(
                    "the daemon at %s did not answer within %d ms (--timeout): is it overloaded?"
                            .formatted(server, timeout.toMillis()),
                    e);
        } catch (IOException e) {
            connection.close();
            throw UnreachableException.withoutAnswer(
                    "the daemon at %s did not answer: %s".formatted(server, Quoted.message(e)), e);
        }
    }

    /**
     * Sends a request, whose answer must be a success.
     *
     * @throws ProblemException if the daemon answered with an error
     */
    public Response open(Request request) throws IOException {
        Response response = send(request);
        if (!response.header(RUN).isEmpty()) {
            onRun.accept(response.header(RUN));
        }
        if (response.status() >= 200 && response.status() < 300) {
            return response;
        }
        try (response) {
            throw ProblemException.of(response);
        }
    }

    /** As {@link #open}, and reads the whole answer; nothing if it has no body. */
    public Value ask(Request request) throws IOException {
        try (Response response = open(request)) {
            return response.value();
        }
    }

    public Value get(String path) throws IOException {
        return ask(Request.get(path));
    }

    /** Opens a connection, for example to measure how long that takes. */
    Connection connect() throws IOException {
        try {
            return switch (server) {
                case Server.Http http -> SocketConnection.toHost(http.host(), http.port(), timeout);
                case Server.Https https ->
                        SocketConnection.overTls(
                                https.host(), https.port(), timeout, Trust.factory(authorities));
                case Server.Unix(Path path) -> UnixConnection.to(path, timeout);
            };
        } catch (IOException e) {
            throw UnreachableException.withoutConnection(
                    "the daemon at %s cannot be reached: %s".formatted(server, reason(e)), e);
        }
    }

    /** How long it takes to open a connection, TLS included. */
    public Duration connectTime() throws IOException {
        long before = System.nanoTime();
        connect().close();
        return Duration.ofNanos(System.nanoTime() - before);
    }

    private String reason(IOException e) {
        String said = Quoted.message(e);
        return switch (e) {
            case SSLException _ ->
                    "TLS failed: %s (a certificate of your own authority is trusted with --ca-file)"
                            .formatted(said);
            case ConnectException _ -> said + ": is culvertd running, and does it listen there?";
            case SocketTimeoutException _ ->
                    "no connection within %d ms (--timeout)".formatted(timeout.toMillis());
            case NoSuchFileException _ -> "there is no such file: " + said;
            case EOFException _ -> "it closed the connection";
            default -> server instanceof Server.Unix ? said + hint(said) : said;
        };
    }

    /** The JDK has no exception of its own for these errors of a Unix socket. */
    private static String hint(String said) {
        if (said.contains("Permission denied")) {
            return ": run it as root, or as a user of the group culvert";
        }
        return said.contains("No such file") ? ": is culvertd running, and is the path right?" : "";
    }

    private void write(Request request, String option, OutputStream out) throws IOException {
        byte[] body = request.body().getBytes(UTF_8);
        StringBuilder head = new StringBuilder();
        head.append(request.method()).append(' ');
        head.append(server.prefix()).append(request.path()).append(" HTTP/1.1\r\n");
        header(head, "host", server.authority());
        header(head, "connection", option);
        if (!token.isEmpty()) {
            header(head, "authorization", "Bearer " + token);
        }
        for (Map.Entry<String, String> each : request.headers().entrySet()) {
            header(head, each.getKey(), each.getValue());
        }
        if (body.length > 0) {
            header(head, "content-type", "application/json");
        }
        if (body.length > 0 || !request.method().equals("GET")) {
            header(head, "content-length", Integer.toString(body.length));
        }
        head.append("\r\n");
        byte[] first = head.toString().getBytes(UTF_8);
        byte[] all = new byte[first.length + body.length];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(body, 0, all, first.length, body.length);
        out.write(all);
        out.flush();
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "Api[" + server + "]";
    }

    private static void header(StringBuilder head, String name, String value) {
        if (value.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw new IllegalArgumentException(
                    "the value of the header " + name + " contains a control character");
        }
        head.append(name).append(": ").append(value).append("\r\n");
    }
}
