package dev.culvert.guest.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.culvert.io.Quoted;
import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonText;
import dev.culvert.subject.NoteReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A connection to the local socket of an agent, for one thread. */
final class LocalClient implements Closeable {
    /**
     * What the agent says.
     *
     * @param data a JSON text; empty if there is none
     * @param trouble a sentence about what is wrong, if something is
     * @param missed how many messages are missing
     * @param text the whole of it
     */
    record Line(
            String type,
            String id,
            String subject,
            String data,
            String trouble,
            long missed,
            String text) {
        /** Of a message: without what only this connection has. */
        String message() {
            return "{" + text.replaceFirst("^\\{\"type\":\"message\",\"id\":\"[^\"]*\",", "");
        }

        boolean isError() {
            return type.equals("error");
        }

        boolean isRequest() {
            return type.equals("request");
        }
    }

    private final SocketChannel channel;
    private final BufferedReader lines;

    private LocalClient(SocketChannel channel) {
        this.channel = channel;
        lines = new BufferedReader(Channels.newReader(channel, UTF_8));
    }

    static LocalClient connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return new LocalClient(channel);
        } catch (IOException e) {
            channel.close();
            throw new IOException(
                    "no agent can be reached at %s: %s; does culvert-agent run with --local-socket, and is this its file (--socket)?"
                            .formatted(socket, Quoted.message(e)),
                    e);
        }
    }

    /**
     * A line to send.
     *
     * @param name of the member that has {@code value}
     * @param data a JSON text; null for none
     */
    static String line(String type, String id, String name, String value, @Nullable String data) {
        return "{\"type\":\"%s\",\"id\":%s,\"%s\":%s%s}"
                .formatted(
                        type,
                        quoted(id),
                        name,
                        quoted(value),
                        data == null ? "" : ",\"data\":" + data);
    }

    private static String quoted(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }

    /** The text on one line if it is one JSON value; else the text as a JSON string. */
    static String json(String text) {
        ByteBuf bytes = Unpooled.copiedBuffer(text, UTF_8);
        try (JsonParser parser = JsonText.parser(bytes)) {
            if (parser.nextToken() != null) {
                parser.skipChildren();
                if (parser.nextToken() == null) {
                    return text.strip().replace('\n', ' ').replace('\r', ' ');
                }
            }
        } catch (IOException _) {
            // it is a text
        }
        return quoted(text);
    }

    void send(String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Waits for what the agent says next. */
    Line read() throws IOException {
        String line = lines.readLine();
        if (line == null) {
            throw new IOException("the agent has closed the connection: its log says why");
        }
        ByteBuf bytes = Unpooled.copiedBuffer(line, UTF_8);
        try {
            NoteReader said = new NoteReader(bytes, JsonText.members(bytes));
            String type = text(said, "type");
            boolean hasData = !Set.of("error", "missed", "gap").contains(type);
            String code = text(said, "code");
            return new Line(
                    type,
                    text(said, "id"),
                    text(said, "subject"),
                    hasData ? said.data().toString(UTF_8) : "",
                    text(said, "message") + (code.isEmpty() ? "" : " (" + code + ")"),
                    type.equals("missed") ? said.missed() : 0,
                    line);
        } catch (BadJsonException | IllegalArgumentException e) {
            throw new IOException(
                    "something else than culvert-agent answers there: " + Quoted.sentence(line), e);
        }
    }

    private static String text(NoteReader said, String name) {
        String text = said.text(name);
        return text == null ? "" : text;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
