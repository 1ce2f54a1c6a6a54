package dev.culvert.guest.subjects;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonText;
import dev.culvert.subject.Note;
import dev.culvert.subject.NoteReader;
import dev.culvert.subject.Subject;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;

/** The subjects as one link to a host carries them. Confined to the event loop. */
public final class HostSubjects {
    private final Subjects subjects;
    private final Channel channel;

    HostSubjects(Subjects subjects, Channel channel) {
        this.subjects = subjects;
        this.channel = channel;
    }

    /**
     * The host takes on this link what the guest publishes and asks.
     *
     * @param passesOn whether it passes on what others publish, too
     */
    public void onOffered(boolean passesOn) {
        subjects.offered(this);
        if (passesOn) {
            subjects.subscriptions().offered(this);
        }
    }

    /** The link is gone. */
    public void onClosed() {
        subjects.lost(this);
    }

    /** Borrows {@code frame}, which has an id and a payload. */
    public void onRequest(Frame frame) {
        try {
            NoteReader note = new NoteReader(frame.payload(), frame.members());
            Subject subject = note.subject();
            ByteBuf data = note.data();
            if (subject.equals(Subject.ECHO)) {
                reply(frame.id(), subject, data);
            } else {
                subjects.respond(
                        this,
                        frame.id(),
                        new Note(subject, note.reply(), null, data, Instant.now()));
            }
        } catch (IllegalArgumentException malformed) {
            fail(frame.id(), ErrorCode.INVALID_PAYLOAD, String.valueOf(malformed.getMessage()));
        }
    }

    /** Borrows {@code frame}. False if nobody waits for it. */
    public boolean onReply(Frame frame) {
        if (subjects.subscriptions().onAgreed(this, frame.id())) {
            return true;
        }
        return subjects.heard(
                this,
                frame.id(),
                hearer -> {
                    try {
                        NoteReader note = new NoteReader(frame.payload(), frame.members());
                        hearer.onReply(note.data());
                    } catch (IllegalArgumentException malformed) {
                        hearer.onError(
                                "bad_answer",
                                "the host's reply is malformed: " + malformed.getMessage());
                    }
                });
    }

    /** Borrows {@code frame}. False if nobody waits for it. */
    public boolean onError(Frame frame) {
        String code = null;
        String message = null;
        try {
            NoteReader error = new NoteReader(frame.payload(), frame.members());
            code = error.text("code");
            message = error.text("message");
        } catch (IllegalArgumentException _) {
            // it has ended all the same
        }
        String what = code == null ? ErrorCode.INTERNAL.wireName() : code;
        String why = message == null ? "the host gave no message" : message;
        return subjects.subscriptions().onError(this, frame.id(), what, why)
                || subjects.heard(this, frame.id(), hearer -> hearer.onError(what, why));
    }

    /** Borrows {@code frame}. False if nobody follows this, or it cannot be understood. */
    public boolean onMessage(Frame frame) {
        try {
            NoteReader note = new NoteReader(frame.payload(), frame.members());
            Note message =
                    new Note(
                            note.subject(),
                            note.reply(),
                            note.agent(),
                            note.data(),
                            note.timestamp());
            return subjects.subscriptions().onMessage(this, frame.id(), message);
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** Borrows {@code frame}. False if nobody follows this, or it cannot be understood. */
    public boolean onMissed(Frame frame) {
        try {
            long count = new NoteReader(frame.payload(), frame.members()).missed();
            return subjects.subscriptions().onMissed(this, frame.id(), count);
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    void subscribe(String id, String match) {
        // a match has no character that needs an escape
        write(FrameType.SUBSCRIBE, id, "{\"match\":\"" + match + "\"}");
    }

    void unsubscribe(String id) {
        write(FrameType.UNSUBSCRIBE, id, "{}");
    }

    private void write(FrameType type, String id, String json) {
        write(new Frame(type, id, ByteBufUtil.writeAscii(channel.alloc(), json)));
    }

    void send(FrameType type, String id, Note note) {
        ByteBuf payload = channel.alloc().ioBuffer(note.mostBytes());
        write(new Frame(type, id, note.writeTo(payload)));
    }

    void reply(String id, Subject subject, ByteBuf data) {
        send(FrameType.REPLY, id, Note.of(subject, data));
    }

    void fail(String id, ErrorCode code, String message) {
        ByteBuf payload = channel.alloc().ioBuffer(128);
        try (JsonGenerator json = JsonText.generator(payload)) {
            json.writeStartObject();
            json.writeStringField("code", code.wireName());
            json.writeStringField("message", Quoted.sentence(message));
            json.writeEndObject();
        } catch (IOException e) {
            payload.release();
            throw new UncheckedIOException("writing to memory failed", e);
        }
        write(new Frame(FrameType.ERROR, id, payload));
    }

    private void write(Frame frame) {
        if (channel.isActive()) {
            channel.write(frame, channel.voidPromise());
        } else {
            frame.release();
        }
    }
}
