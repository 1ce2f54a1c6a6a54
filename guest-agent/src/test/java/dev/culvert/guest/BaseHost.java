package dev.culvert.guest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host that speaks the base protocol over a plain socket: it uses neither our codec nor the
 * features that the guest announces.
 */
final class BaseHost implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    BaseHost(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
    }

    void send(String type, String id, String payload) throws IOException {
        String json =
                "{\"id\":\"%s\", \"type\":\"%s\",\n\"payload\": %s}".formatted(id, type, payload);
        byte[] bytes = json.getBytes(UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
        out.flush();
    }

    /** A message that says who asks. */
    void sayFor(String caller, String id, String content) throws IOException {
        send("message", id + "\",\"caller\":\"" + caller, user(content));
    }

    private static String user(String content) {
        return "{\"role\":\"user\",\"content\":\"" + content + "\"}";
    }

    void say(String id, String content) throws IOException {
        send("message", id, user(content));
    }

    /** The next frame, which may be a heartbeat. */
    String next() throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return new String(bytes, UTF_8);
    }

    /** The next frame that is not a heartbeat. */
    String nextAnswer() throws IOException {
        long from = System.nanoTime();
        while (System.nanoTime() - from < TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS)) {
            String frame = next();
            if (!frame.contains("\"type\":\"heartbeat\"")) {
                return frame;
            }
        }
        throw new SocketTimeoutException("nothing but heartbeats came");
    }

    /** All frames of one turn to its end; no other frame may come in between. */
    List<String> turn(String id) throws IOException {
        List<String> frames = new ArrayList<>();
        do {
            frames.add(nextAnswer());
        } while (!isLast(frames.getLast()));
        if (!frames.stream().allMatch(frame -> frame.contains("\"id\":\"" + id + "\""))) {
            throw new AssertionError("not only turn " + id + ": " + frames);
        }
        return frames;
    }

    /** The frames of this many turns to their ends, by id. */
    Map<String, List<String>> turns(int count) throws IOException {
        Map<String, List<String>> turns = new HashMap<>();
        int open = count;
        while (open > 0) {
            String frame = nextAnswer();
            String id = frame.replaceAll("(?s).*\"id\":\"([^\"]*)\".*", "$1");
            turns.computeIfAbsent(id, _ -> new ArrayList<>()).add(frame);
            open -= isLast(frame) ? 1 : 0;
        }
        return turns;
    }

    static boolean isLast(String frame) {
        return frame.contains("\"done\":true")
                || !(frame.contains("\"type\":\"chunk\"")
                        || frame.contains("\"type\":\"tool_c")
                        || frame.contains("\"type\":\"tool_output\"")
                        || frame.contains("\"type\":\"approval\"")
                        || frame.contains("\"type\":\"tool_result\""));
    }

    static String content(List<String> frames) {
        Pattern content = Pattern.compile("\"content\":\"([^\"]*)\"");
        StringBuilder text = new StringBuilder();
        for (String frame : frames) {
            Matcher matcher = content.matcher(frame);
            if (matcher.find()) {
                text.append(matcher.group(1));
            }
        }
        return text.toString();
    }

    /** Whether the guest has closed the connection, with only heartbeats left to read. */
    boolean isEnded() throws IOException {
        try {
            nextAnswer();
            return false;
        } catch (EOFException _) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
