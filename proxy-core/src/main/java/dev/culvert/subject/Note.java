package dev.culvert.subject;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * What somebody says on a subject, as one JSON object.
 *
 * @param reply to which subject a reply goes; null if none is wanted
 * @param agent the id of the agent that says it; null for everybody else
 * @param data a JSON text; lent
 */
public record Note(
        Subject subject,
        @Nullable Subject reply,
        @Nullable String agent,
        ByteBuf data,
        Instant timestamp) {

    /** The most bytes of the names of all members, and of the time. */
    private static final int NAMES_BYTES = 100;

    /** A note of this moment that wants no reply and comes from no agent. */
    public static Note of(Subject subject, ByteBuf data) {
        return new Note(subject, null, null, data, Instant.now());
    }

    /** How much room it takes at most. */
    public int mostBytes() {
        return NAMES_BYTES
                + subject.text().length()
                + (reply == null ? 0 : reply.text().length())
                + (agent == null ? 0 : agent.length())
                + data.readableBytes();
    }

    /** Appends its JSON. */
    /* No value but the data needs an escape: subjects, ids of agents and times have none of those characters. */
    public ByteBuf writeTo(ByteBuf out) {
        ByteBufUtil.writeAscii(out, "{\"subject\":\"" + subject + '"');
        if (reply != null) {
            ByteBufUtil.writeAscii(out, ",\"reply\":\"" + reply + '"');
        }
        if (agent != null) {
            ByteBufUtil.writeAscii(out, ",\"agent\":\"" + agent + '"');
        }
        ByteBufUtil.writeAscii(out, ",\"data\":");
        out.writeBytes(data, data.readerIndex(), data.readableBytes());
        String time = timestamp.truncatedTo(ChronoUnit.MILLIS).toString();
        ByteBufUtil.writeAscii(out, ",\"timestamp\":\"" + time + "\"}");
        return out;
    }
}
