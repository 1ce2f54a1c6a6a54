package dev.culvert.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An OpenAI-compatible runtime that gives each turn its {@link Answer} and counts the requests. */
final class ScriptedRuntime implements AutoCloseable {
    /** The text before the nonce in a message. */
    static final String ASK = "culvert fault harness, turn ";

    private static final Pattern NONCE = Pattern.compile(ASK + "(\\d+)\\.");
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *(\\d+)");
    private static final int SEND_BYTES = 64 * 1024;
    private static final String HEAD =
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

    /** The state of one answer. */
    static final class Run {
        private final Answer answer;
        private final List<String> starts = new CopyOnWriteArrayList<>();
        private final AtomicInteger running = new AtomicInteger();
        private final AtomicLong writtenChars = new AtomicLong();
        private final AtomicInteger writtenPieces = new AtomicInteger();

        private Run(Answer answer) {
            this.answer = answer;
        }

        int starts() {
            return starts.size();
        }

        boolean isRunning() {
            return running.get() > 0;
        }

        /** Whether the runtime has certainly not written its last piece yet. */
        boolean hasMoreToSay() {
            return writtenPieces.get() < answer.pieces() - 1;
        }

        /** How many characters of the text the runtime has written. */
        long writtenChars() {
            return writtenChars.get();
        }
    }

    private final ServerSocket server;
    private final Map<Long, Run> runs = new ConcurrentHashMap<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger strangers = new AtomicInteger();

    ScriptedRuntime() throws IOException {
        server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    Endpoint endpoint() {
        return new Endpoint(server.getLocalSocketAddress());
    }

    /** From now on, a request with the nonce of this answer gets this answer. */
    Run expect(Answer answer) {
        Run run = new Run(answer);
        runs.put(answer.nonce(), run);
        return run;
    }

    /** How many answers are running. */
    long running() {
        return runs.values().stream().filter(Run::isRunning).count();
    }

    /** How many turns were started more than once. */
    long startedTwice() {
        return runs.values().stream().filter(run -> run.starts() > 1).count();
    }

    /** If the turn was started more than once: when, and over which connections. */
    List<String> startsBesidesOne(Answer answer) {
        Run run = runs.get(answer.nonce());
        return run == null || run.starts() < 2 ? List.of() : run.starts;
    }

    long started() {
        return runs.values().stream().filter(run -> run.starts() > 0).count();
    }

    /** Requests that belong to no turn of the harness. */
    int strangers() {
        return strangers.get();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setSendBufferSize(SEND_BYTES);
                socket.setTcpNoDelay(true);
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException _) {
                // The runtime is closed.
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                String request = request(in);
                if (request == null) {
                    return;
                }
                Matcher nonce = NONCE.matcher(request);
                Run run = nonce.find() ? runs.get(Long.parseLong(nonce.group(1))) : null;
                if (run == null) {
                    strangers.incrementAndGet();
                    return;
                }
                run.starts.add(
                        LocalTime.now(ZoneOffset.UTC) + " for " + socket.getRemoteSocketAddress());
                run.running.incrementAndGet();
                try {
                    if (!new Speech(run, socket).speak()) {
                        return;
                    }
                } finally {
                    run.running.decrementAndGet();
                }
            }
        } catch (IOException _) {
            // The agent closed the connection.
        } finally {
            open.remove(socket);
        }
    }

    /** The content of a JSON string. */
    static String quoted(String text) {
        return new String(JsonStringEncoder.getInstance().quoteAsString(text));
    }

    /** Reads head and body; null at the end of the connection. */
    private static @Nullable String request(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n", Math.max(0, head.length() - 4)) < 0) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            head.append((char) next);
        }
        Matcher length = LENGTH.matcher(head);
        int bytes = length.find() ? Integer.parseInt(length.group(1)) : 0;
        return head + new String(in.readNBytes(bytes), UTF_8);
    }

    /** Writes one answer. */
    private record Speech(Run run, OutputStream out, Socket socket) {
        Speech(Run run, Socket socket) throws IOException {
            this(run, socket.getOutputStream(), socket);
        }

        /** Returns whether the connection can carry another request. */
        boolean speak() throws IOException {
            Answer answer = run.answer;
            if (answer.ending() == Answer.Ending.REFUSED) {
                write("HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n");
                return true;
            }
            write(HEAD);
            pauseUnlessGone(answer.thinking());
            for (int i = 0; i < answer.pieces(); i++) {
                String piece = answer.piece(i);
                event(delta("{\"content\":\"" + quoted(piece) + "\"}", "null"));
                run.writtenChars.addAndGet(piece.length());
                run.writtenPieces.incrementAndGet();
                pauseUnlessGone(answer.pace());
            }
            return end(answer.ending());
        }

        private boolean end(Answer.Ending ending) throws IOException {
            switch (ending) {
                case WHOLE -> {
                    event(delta("{}", "\"stop\""));
                    event("[DONE]");
                    write("0\r\n\r\n");
                    return true;
                }
                case ERROR -> event("{\"error\":{\"message\":\"as the script says\"}}");
                case TOOL -> {
                    String call =
                            "{\"index\":0,\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"%s\",\"arguments\":\"{}\"}}"
                                    .formatted(Answer.FORBIDDEN_TOOL);
                    event(delta("{\"tool_calls\":[" + call + "]}", "null"));
                    event(delta("{}", "\"tool_calls\""));
                }
                case BROKEN, REFUSED -> {}
            }
            return false;
        }

        /** Only reading or writing shows that a connection has ended. */
        private void pauseUnlessGone(Duration time) throws IOException {
            if (time.isZero()) {
                return;
            }
            socket.setSoTimeout(Math.toIntExact(time.toMillis()));
            try {
                if (socket.getInputStream().read() < 0) {
                    throw new IOException("who asked is gone");
                }
                throw new IOException("a second request before the answer to the first");
            } catch (SocketTimeoutException _) {
                socket.setSoTimeout(0);
            }
        }

        private static String delta(String delta, String finishReason) {
            return "{\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":%s,\"finish_reason\":%s}]}"
                    .formatted(delta, finishReason);
        }

        private void event(String data) throws IOException {
            byte[] bytes = ("data: " + data + "\n\n").getBytes(UTF_8);
            write(Integer.toHexString(bytes.length) + "\r\n" + new String(bytes, UTF_8) + "\r\n");
        }

        private void write(String text) throws IOException {
            out.write(text.getBytes(UTF_8));
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
