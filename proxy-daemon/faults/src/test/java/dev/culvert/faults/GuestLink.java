package dev.culvert.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One connection of a {@link PlayedGuest}. One thread reads it; any thread writes. */
final class GuestLink implements AutoCloseable {
    private static final Pattern TYPE = Pattern.compile("\"type\":\"(\\w+)\"");
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]*)\"");

    private static final Pattern BYTES = Pattern.compile("\"bytes\":([0-9]+)");
    private static final String TEXT = "\"text\":\"";

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    GuestLink(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out = new DataOutputStream(socket.getOutputStream());
    }

    boolean isOpen() {
        return !socket.isClosed();
    }

    /** Reads one frame and answers it. */
    void answerOne(Habit habit) throws IOException {
        String frame = new String(in.readNBytes(in.readInt()), UTF_8);
        String id = find(ID, frame);
        switch (find(TYPE, frame)) {
            case "message" -> habit.onMessage(this, id);
            case "parts" -> habit.onParts(this, id, Long.parseLong(find(BYTES, frame)));
            case "part" -> habit.onPart(this, id, textBytes(frame));
            case "cancel" -> habit.onCancel(this, id);
            case "ping" -> habit.onPing(this, id);
            case "config_update", "context_update" -> habit.onUpdate(this, id);
            default -> {}
        }
    }

    /** The bytes of a text in ASCII whose escapes have two characters each. */
    private static int textBytes(String frame) {
        String text = frame.substring(frame.indexOf(TEXT) + TEXT.length(), frame.lastIndexOf('"'));
        return text.length() - (int) text.chars().filter(it -> it == '\\').count();
    }

    /** Answers as a guest of the base protocol. */
    void heartbeat(String status) throws IOException {
        send("heartbeat", "", "{\"status\":\"" + status + "\",\"uptime_secs\":1}");
    }

    void send(String type, String id, String payload) throws IOException {
        write(frame("{\"type\":\"%s\",\"id\":\"%s\",\"payload\":%s}".formatted(type, id, payload)));
    }

    static byte[] frame(String json) {
        byte[] text = json.getBytes(UTF_8);
        return ByteBuffer.allocate(Integer.BYTES + text.length)
                .putInt(text.length)
                .put(text)
                .array();
    }

    /** Writes any bytes: one frame, several, or part of one. */
    synchronized void write(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    private static String find(Pattern pattern, String frame) throws IOException {
        Matcher found = pattern.matcher(frame);
        if (!found.find()) {
            throw new IOException("no " + pattern + " in " + frame);
        }
        return found.group(1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
