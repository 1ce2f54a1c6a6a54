package dev.culvert.guest.local;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonText;
import dev.culvert.subject.Note;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Writes what one program is told, a line each. */
final class LineWriter {
    private final Channel channel;

    LineWriter(Channel channel) {
        this.channel = channel;
    }

    /** Borrows what the host asks. */
    void request(String key, Note request) {
        note("request", key, request);
    }

    /** Borrows what was published. */
    void message(String id, Note message) {
        note("message", id, message);
    }

    void missed(String id, long count) {
        ByteBuf line = begin("missed", id, 0);
        ByteBufUtil.writeAscii(line, ",\"missed\":" + count + '}');
        end(line);
    }

    /** Nobody knows how many messages are missing. */
    void gap(String id, String why) {
        told("gap", id, null, why);
    }

    /** What the program asked for is in force. */
    void done(String id) {
        ByteBuf line = begin("reply", id, 0);
        ByteBufUtil.writeAscii(line, ",\"data\":{}}");
        end(line);
    }

    private void note(String type, String id, Note said) {
        ByteBuf note = channel.alloc().buffer(said.mostBytes());
        said.writeTo(note);
        ByteBuf line = begin(type, id, note.readableBytes());
        line.writeByte(',').writeBytes(oneLine(note).skipBytes(1)); // its opening brace
        note.release();
        end(line);
    }

    /** Borrows the data. */
    void reply(String id, ByteBuf data) {
        ByteBuf line = begin("reply", id, data.readableBytes());
        ByteBufUtil.writeAscii(line, ",\"data\":");
        int from = line.writerIndex();
        line.writeBytes(data, data.readerIndex(), data.readableBytes()).writeByte('}');
        oneLine(line.slice(from, line.writerIndex() - from));
        end(line);
    }

    void error(String id, String code, String message) {
        told("error", id, code, message);
    }

    private void told(String type, String id, @Nullable String code, String message) {
        ByteBuf line = begin(type, id, 2 * message.length()).writeByte(',');
        ByteBuf members = channel.alloc().buffer();
        try (JsonGenerator json = JsonText.generator(members)) {
            json.writeStartObject();
            if (code != null) {
                json.writeStringField("code", Quoted.word(code));
            }
            json.writeStringField("message", Quoted.sentence(message));
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        line.writeBytes(members.skipBytes(1));
        members.release();
        end(line);
    }

    /** The first members of an answer. */
    private ByteBuf begin(String type, String id, int moreBytes) {
        ByteBuf line = channel.alloc().buffer(128 + moreBytes);
        ByteBufUtil.writeAscii(line, "{\"type\":\"" + type + "\",\"id\":\"" + id + '"');
        return line;
    }

    private void end(ByteBuf line) {
        channel.write(line.writeByte('\n'), channel.voidPromise());
    }

    /** A line feed in JSON can only be between two tokens, where a blank means the same. */
    private static ByteBuf oneLine(ByteBuf json) {
        for (int i = json.readerIndex(); i < json.writerIndex(); i++) {
            byte b = json.getByte(i);
            if (b == '\n' || b == '\r') {
                json.setByte(i, ' ');
            }
        }
        return json;
    }
}
