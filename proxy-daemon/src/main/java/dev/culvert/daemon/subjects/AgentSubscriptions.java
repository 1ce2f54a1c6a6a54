package dev.culvert.daemon.subjects;

import static java.util.Objects.requireNonNull;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.subjects.SubjectObserver.Source;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Holder;
import dev.culvert.io.Holding;
import dev.culvert.io.Share;
import dev.culvert.link.AgentLink;
import dev.culvert.subject.NoteReader;
import dev.culvert.subject.SubjectMatch;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What one agent follows over one link (subjects.md). Confined to the link's event loop, except
 * where noted.
 */
/* All subscriptions of a link share one batch that is on its way: messages on subjects leave room for
 * everything else that the link carries. What comes meanwhile waits in the subscriptions, which drop
 * what is too much and count it. */
final class AgentSubscriptions implements Holder {
    private static final int BATCH_BYTES = 32 * 1024;

    private final Subjects subjects;
    private final Agent agent;
    private final AgentLink link;
    private final Map<String, Subscription> open = new HashMap<>();

    /** The ids of all that are open, the one whose turn it is first. */
    private final Queue<String> turns = new ArrayDeque<>();

    private @Nullable Holding holding;
    private boolean isSending;

    AgentSubscriptions(Subjects subjects, Agent agent, AgentLink link) {
        this.subjects = subjects;
        this.agent = agent;
        this.link = link;
    }

    /** Borrows {@code subscribe}. */
    void begin(Frame subscribe) {
        String id = subscribe.id();
        if (open.containsKey(id)) {
            link.close("the agent used the id of a subscription again before that was ended");
            return;
        }
        try {
            SubjectMatch match = match(subscribe);
            int most = subjects.settings().maxAgentSubscriptions();
            Subscription made =
                    open.size() < most
                            ? subjects.subscribe(agent.tenant(), match, Source.AGENT, this::wake)
                            : null;
            if (made == null) {
                refuse(id, ErrorCode.OVERLOADED, full(most));
                return;
            }
            open.put(id, made);
            turns.add(id);
            link.answer(AnswerFrames.subscribed(id));
        } catch (IllegalArgumentException malformed) {
            refuse(id, ErrorCode.INVALID_PAYLOAD, String.valueOf(malformed.getMessage()));
        }
    }

    private static SubjectMatch match(Frame subscribe) {
        if (subscribe.id().isEmpty()) {
            throw new IllegalArgumentException("'subscribe' needs an id");
        }
        String text = new NoteReader(subscribe.payload(), subscribe.members()).text("match");
        if (text == null) {
            throw new IllegalArgumentException(
                    "'match' is missing: it is a subject such as build.*");
        }
        SubjectMatch match = SubjectMatch.of(text);
        if (match.isOfInboxes()) {
            throw new IllegalArgumentException(
                    "an agent cannot follow '" + match + "': replies go only to whoever asked");
        }
        return match;
    }

    private String full(int most) {
        return open.size() < most
                ? "the host has %d subscribers, the most it may (subjects.max_subscribers)"
                        .formatted(subjects.settings().maxSubscribers())
                : "this agent has %d subscriptions, the most it may (subjects.max_agent_subscriptions)"
                        .formatted(most);
    }

    private void refuse(String id, ErrorCode code, String why) {
        link.answer(AnswerFrames.error(id, code, why));
    }

    /** Does nothing if there is no such subscription. */
    void end(String id) {
        Subscription ended = open.remove(id);
        if (ended != null) {
            turns.remove(id);
            subjects.unsubscribe(ended);
            measure();
        }
    }

    /** The link is closed. */
    void close() {
        open.values().forEach(subjects::unsubscribe);
        open.clear();
        turns.clear();
        measure();
    }

    /** Called on any thread. */
    private void wake() {
        try {
            link.eventLoop().execute(this::sendMore);
        } catch (RejectedExecutionException _) {
            // the daemon is stopping
        }
    }

    private void sendMore() {
        int sent = 0;
        Frame last = null;
        int idle = 0;
        while (!isSending && idle < turns.size() && sent < BATCH_BYTES) {
            String id = turns.remove();
            turns.add(id);
            Frame next = frame(id);
            if (next == null) {
                idle++;
                continue;
            }
            idle = 0;
            sent += next.payload().readableBytes();
            if (last != null) {
                link.answer(last);
            }
            last = next;
        }
        if (last != null) {
            isSending = true;
            link.answer(last, this::onSent);
        }
        measure();
    }

    private void onSent() {
        isSending = false;
        sendMore();
    }

    /** What the subscription gets next; null if nothing waits. */
    private @Nullable Frame frame(String id) {
        return switch (requireNonNull(open.get(id)).next()) {
            case Subscription.Message(ByteBuf json) ->
                    new Frame(FrameType.PUBLISH, id, json.retainedDuplicate());
            case Subscription.Missed(long count) -> AnswerFrames.missed(id, count);
            case null -> null;
        };
    }

    @Override
    public void measure() {
        long bytes = 0;
        for (Subscription each : open.values()) {
            bytes += each.heldBytes();
        }
        if (holding == null && bytes > 0) {
            holding = agent.road().share().open(HeldKind.UNSENT, link.eventLoop(), this);
        }
        if (holding != null) {
            holding.set(bytes);
        }
    }

    /** The agent does not read, or all together hold too much. Its programs may subscribe again. */
    @Override
    public void onExcess(Share share) {
        for (String id : open.keySet().toArray(String[]::new)) {
            end(id);
            refuse(
                    id,
                    ErrorCode.OVERLOADED,
                    "the subscription was ended, because more than %s were held"
                            .formatted(share.limitText()));
        }
    }
}
