package dev.culvert.daemon.subjects;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.subjects.SubjectObserver.Outcome;
import dev.culvert.daemon.subjects.SubjectObserver.Source;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.link.AgentLink;
import dev.culvert.link.PeerRequests;
import dev.culvert.subject.Note;
import dev.culvert.subject.NoteReader;
import dev.culvert.subject.Subject;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one agent says and asks over one link (subjects.md). Confined to the link's event loop,
 * except where noted.
 */
final class AgentSubjects implements PeerRequests {
    /** A request that waits for its reply. */
    private record Asked(Subject inbox, Future<?> timeout) {}

    private final Subjects subjects;
    private final Agent agent;
    private final AgentLink link;
    private final Map<String, Asked> asked = new HashMap<>();
    private final AgentSubscriptions followed;

    AgentSubjects(Subjects subjects, Agent agent, AgentLink link) {
        this.subjects = subjects;
        this.agent = agent;
        this.link = link;
        followed = new AgentSubscriptions(subjects, agent, link);
    }

    @Override
    public void onRequest(Frame frame) {
        switch (frame.type()) {
            case SUBSCRIBE -> followed.begin(frame);
            case UNSUBSCRIBE -> followed.end(frame.id());
            case PUBLISH, REQUEST -> onNote(frame);
            default -> {} // approvals are no subjects
        }
    }

    private void onNote(Frame frame) {
        boolean isRequest = frame.type() == FrameType.REQUEST;
        try {
            NoteReader note = new NoteReader(frame.payload(), frame.members());
            Subject subject = note.subject();
            ByteBuf data = note.data();
            int most = subjects.settings().maxDataBytes();
            if (isRequest && frame.id().isEmpty()) {
                refuse(frame, ErrorCode.INVALID_MESSAGE, "'request' needs an id");
            } else if (data.readableBytes() > most) {
                refuse(
                        frame,
                        ErrorCode.MESSAGE_TOO_LARGE,
                        "the data has %d bytes, and the host takes at most %d (subjects.max_data_bytes)"
                                .formatted(data.readableBytes(), most));
            } else if (isRequest) {
                ask(frame.id(), subject, data);
            } else {
                publish(frame.id(), note(subject, note.reply(), data));
            }
        } catch (IllegalArgumentException malformed) {
            refuse(frame, ErrorCode.INVALID_PAYLOAD, String.valueOf(malformed.getMessage()));
        }
    }

    private Note note(Subject subject, @Nullable Subject reply, ByteBuf data) {
        return new Note(subject, reply, agent.id(), data, Instant.now());
    }

    private void publish(String id, Note note) {
        Subjects.Reach reach = subjects.publish(agent.tenant(), note, Source.AGENT);
        if (!id.isEmpty()) {
            String reached =
                    "{\"receivers\":%d,\"missed\":%d}".formatted(reach.receivers(), reach.missed());
            link.answer(
                    AnswerFrames.reply(
                            id, note.subject(), Unpooled.copiedBuffer(reached, US_ASCII)));
        }
    }

    private void ask(String id, Subject subject, ByteBuf data) {
        if (asked.containsKey(id)) {
            link.close("the agent used the id of a request again before that was answered");
            return;
        }
        if (subject.equals(Subject.ECHO)) {
            subjects.observer().onAsked(Outcome.REPLIED);
            link.answer(AnswerFrames.reply(id, subject, data));
            return;
        }
        int most = subjects.settings().maxWaiting();
        Subject inbox = subjects.inboxes().open(agent.tenant(), it -> onReply(id, it), most);
        if (inbox == null) {
            fail(
                    id,
                    ErrorCode.OVERLOADED,
                    "the host waits for replies to %d requests, the most it may (subjects.max_waiting)"
                            .formatted(most),
                    Outcome.REFUSED);
            return;
        }
        long nanos = subjects.settings().timeout().toNanos();
        Future<?> timeout =
                link.eventLoop().schedule(() -> expire(id), nanos, TimeUnit.NANOSECONDS);
        asked.put(id, new Asked(inbox, timeout));
        Subjects.Reach reach = subjects.ask(agent.tenant(), note(subject, inbox, data));
        if (reach.receivers() == 0 && forget(id)) {
            refuse(id, subject, reach);
        }
    }

    private void refuse(String id, Subject subject, Subjects.Reach reach) {
        if (reach.missed() == 0) {
            fail(
                    id,
                    ErrorCode.NO_RESPONDER,
                    "no client of this tenant follows the subject '" + subject + "' now",
                    Outcome.NO_RESPONDER);
        } else {
            fail(
                    id,
                    ErrorCode.OVERLOADED,
                    "whoever follows the subject '"
                            + subject
                            + "' does not read fast enough (subjects.max_queued)",
                    Outcome.REFUSED);
        }
    }

    /** Called on any thread. */
    private void onReply(String id, ByteBuf data) {
        ByteBuf copy = Unpooled.copiedBuffer(data);
        link.eventLoop()
                .execute(() -> {
                    Asked done = asked.remove(id);
                    if (done != null) {
                        done.timeout.cancel(false);
                        subjects.observer().onAsked(Outcome.REPLIED);
                        link.answer(AnswerFrames.reply(id, done.inbox, copy));
                    }
                });
    }

    private void expire(String id) {
        if (forget(id)) {
            fail(
                    id,
                    ErrorCode.RESPONDER_TIMEOUT,
                    "nobody replied within %s s (subjects.timeout)"
                            .formatted(subjects.settings().timeout().toMillis() / 1000.0),
                    Outcome.TIMED_OUT);
        }
    }

    /** False if a reply is on its way, or was sent. */
    private boolean forget(String id) {
        Asked over = asked.get(id);
        if (over == null || !subjects.inboxes().close(over.inbox)) {
            return false;
        }
        over.timeout.cancel(false);
        asked.remove(id);
        return true;
    }

    /** The link is closed. */
    void end() {
        followed.close();
        for (Asked each : asked.values()) {
            each.timeout.cancel(false);
            subjects.inboxes().close(each.inbox);
            subjects.observer().onAsked(Outcome.ABANDONED);
        }
        asked.clear();
    }

    /** Nobody waits for the answer to a {@code publish} without an id. */
    private void refuse(Frame frame, ErrorCode code, String why) {
        if (frame.type() == FrameType.REQUEST) {
            fail(frame.id(), code, why, Outcome.REFUSED);
        } else if (!frame.id().isEmpty()) {
            link.answer(AnswerFrames.error(frame.id(), code, why));
        }
    }

    private void fail(String id, ErrorCode code, String why, Outcome outcome) {
        subjects.observer().onAsked(outcome);
        link.answer(AnswerFrames.error(id, code, why));
    }
}
