package dev.culvert.daemon.api.subjects;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Phase;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.link.AgentLink;
import dev.culvert.link.DialListener;
import dev.culvert.link.Exchange;
import dev.culvert.link.Failure;
import dev.culvert.link.Feature;
import dev.culvert.link.Patience;
import dev.culvert.link.ReplyListener;
import dev.culvert.subject.Note;
import dev.culvert.subject.NoteReader;
import dev.culvert.subject.Subject;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A request to an agent, from the wait for a link to its answer. Confined to its event loop. */
final class AgentRequest implements DialListener, ReplyListener {
    private static final Failure NOT_ANNOUNCED =
            new Failure.Unreachable(
                    "it did not announce on its link that it takes requests (the feature"
                            + " 'subjects')");

    private final Frame request;
    private final Subject inbox;
    private final Answer answer;
    private final Duration timeout;
    private @Nullable Future<?> deadline;

    /** Whether the request was given to a link, or released. */
    private boolean isPassedOn;

    private AgentRequest(Frame request, Subject inbox, Answer answer, Duration timeout) {
        this.request = request;
        this.inbox = inbox;
        this.answer = answer;
        this.timeout = timeout;
    }

    /** Borrows what the note says. */
    static AgentRequest of(Note note, Subject inbox, Answer answer, Duration timeout) {
        ByteBuf payload = note.writeTo(Unpooled.buffer(note.mostBytes()));
        String id = inbox.text().substring(inbox.text().indexOf('.') + 1);
        return new AgentRequest(new Frame(FrameType.REQUEST, id, payload), inbox, answer, timeout);
    }

    /** A link that was just opened may not have announced anything yet. */
    @Override
    public void onLink(AgentLink link) {
        if (link.isAnnounced()) {
            open(link);
            return;
        }
        deadline =
                answer.eventLoop()
                        .schedule(
                                () -> giveUp(NOT_ANNOUNCED),
                                timeout.toNanos(),
                                TimeUnit.NANOSECONDS);
        link.whenAnnounced(() -> open(link));
    }

    private void open(AgentLink link) {
        if (isPassedOn) {
            return;
        }
        if (!link.isOpen()) {
            giveUp(new Failure.LinkLost(link.closeReason()));
        } else if (!link.can(Feature.SUBJECTS)) {
            giveUp(NOT_ANNOUNCED);
        } else {
            passOn();
            Exchange exchange = link.open(request, this, new Patience(timeout, timeout));
            if (exchange.isOpen()) {
                answer.reached(Phase.WAITING);
                answer.onGone(exchange::cancel);
            }
        }
    }

    @Override
    public void onReply(Frame reply) {
        try {
            NoteReader note = new NoteReader(reply.payload(), reply.members());
            Note said = Note.of(inbox, note.data());
            answer.json(OK, said.writeTo(Unpooled.buffer(said.mostBytes())));
        } catch (IllegalArgumentException malformed) {
            answer.failure(
                    new Failure.BadAnswer(
                            "the agent's reply is malformed: " + malformed.getMessage()));
        }
    }

    @Override
    public void onDone() {
        // the reply was the answer
    }

    @Override
    public void onFailure(Failure failure) {
        if (isPassedOn) {
            answer.failure(failure);
        } else {
            giveUp(failure);
        }
    }

    /** Before the request was sent. */
    private void giveUp(Failure failure) {
        if (!isPassedOn) {
            passOn();
            request.release();
            answer.failure(failure);
        }
    }

    private void passOn() {
        isPassedOn = true;
        if (deadline != null) {
            deadline.cancel(false);
        }
    }
}
