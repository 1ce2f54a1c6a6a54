package dev.culvert.daemon.subjects;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.json.JsonText;
import dev.culvert.subject.Note;
import dev.culvert.subject.Subject;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Frames that answer what an agent asks and follows. Each belongs to the caller. */
final class AnswerFrames {
    private AnswerFrames() {}

    /** Borrows the data. */
    static Frame reply(String id, Subject subject, ByteBuf data) {
        Note note = Note.of(subject, data);
        ByteBuf payload = note.writeTo(Unpooled.buffer(note.mostBytes()));
        return new Frame(FrameType.REPLY, id, payload);
    }

    /** The subscription is in force. */
    static Frame subscribed(String id) {
        return new Frame(FrameType.REPLY, id, ascii("{\"data\":{}}"));
    }

    /** So many messages are missing here. */
    static Frame missed(String id, long count) {
        return new Frame(FrameType.MISSED, id, ascii("{\"missed\":" + count + "}"));
    }

    private static ByteBuf ascii(String json) {
        return Unpooled.copiedBuffer(json, StandardCharsets.US_ASCII);
    }

    static Frame error(String id, ErrorCode code, String why) {
        ByteBuf payload = Unpooled.buffer(256);
        try (JsonGenerator json = JsonText.generator(payload)) {
            json.writeStartObject();
            json.writeStringField("code", code.wireName());
            json.writeStringField("message", why);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return new Frame(FrameType.ERROR, id, payload);
    }
}
