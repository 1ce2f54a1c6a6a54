package dev.culvert.daemon.home;

import static com.fasterxml.jackson.core.JsonToken.FIELD_NAME;
import static com.fasterxml.jackson.core.JsonToken.START_OBJECT;
import static com.fasterxml.jackson.core.JsonToken.VALUE_STRING;

import com.fasterxml.jackson.core.JsonParser;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Enrolled;
import dev.culvert.daemon.fleet.Quiesced;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.json.JsonMembers;
import dev.culvert.json.JsonText;
import dev.culvert.link.AgentLink;
import dev.culvert.link.Failure;
import dev.culvert.link.Feature;
import dev.culvert.link.Patience;
import dev.culvert.link.ReplyListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Quiesces an agent over one link, and lets its turns go on when its virtual machine is back after
 * a pause (quiescing.md). Confined to the link's event loop.
 */
/* Who asked this daemon for the quiesce pauses the machine next. So if the link is lost then, and the agent is quiesced
 * on the next one, the pause is over. A daemon that was started meanwhile cannot know that, and only tells of it. A copy that
 * becomes an agent of its own was restored from the snapshot, whoever asked for that. */
final class Quiescing {
    private static final Logger LOG = LoggerFactory.getLogger(HomeLink.class);
    private static final byte[] END = "{\"on\":false}".getBytes(StandardCharsets.US_ASCII);

    private static final int MOST_CALLS = 64;

    private final Agent agent;
    private final AgentLink link;
    private final HomeLoop home;
    private final PresenceReport presence;
    private final boolean isNewCopy;
    private int asked;
    private boolean isKnown;

    Quiescing(Agent agent, AgentLink link, HomeLoop home, PresenceReport presence) {
        this.agent = agent;
        this.link = link;
        this.home = home;
        this.presence = presence;
        Enrolled identity = agent.enrolled();
        isNewCopy =
                identity != null
                        && !identity.parent().isEmpty()
                        && agent.presence().lastHeard() == null;
    }

    /** The agent has answered on this link, and has said how it is. */
    void onHeartbeat() {
        if (asked > 0) {
            return; // the answer tells, too
        }
        boolean isFirst = !isKnown;
        isKnown = true;
        Quiesced known = agent.quiesced();
        if (!link.heartbeat().isQuiesced()) {
            if (known != null) {
                isOver(known);
            }
        } else if (known == null && isFirst && isNewCopy) {
            LOG.info(
                    "agent {} is a copy of a machine that was quiesced: its turns go on",
                    agent.id());
            end(_ -> {});
        } else if (known == null) {
            found();
        } else if (isFirst && known.ours()) {
            LOG.info(
                    "agent {} is back from a pause, and still quiesced: its turns go on",
                    agent.id());
            end(_ -> {});
        }
    }

    private void found() {
        LOG.warn(
                "agent {} is quiesced, and this daemon does not know for whom: culvert agents"
                        + " unquiesce {} lets its turns go on",
                agent.id(),
                agent.id());
        Instant now = Instant.now();
        long turns = Math.max(0, link.heartbeat().inFlight());
        Duration limit = home.settings().quiesceLimit();
        presence.quiesced(new Quiesced(now, now.plus(limit), turns, false));
    }

    private void isOver(Quiesced known) {
        if (!Instant.now().isBefore(known.until())) {
            LOG.warn(
                    "nobody ended the quiesce of agent {} in time (home.quiesce_limit), so its {}"
                            + " turns went on by themselves",
                    agent.id(),
                    known.turns());
        }
        presence.quiesced(null);
    }

    /** Parks the turns of the agent. */
    void begin(QuiesceRequest request, Consumer<QuiesceResult> listener) {
        if (!link.can(Feature.QUIESCE)) {
            listener.accept(new QuiesceResult.NotOffered());
            return;
        }
        Quiesced before = agent.quiesced();
        Instant now = Instant.now();
        Instant since = before == null ? now : before.since();
        Instant until = now.plus(request.limit());
        if (before == null) {
            presence.quiesced(
                    new Quiesced(now, until, 0, true)); // nothing new is sent from here on
        }
        byte[] payload =
                "{\"on\":true,\"limit_secs\":%d,\"wait_secs\":%d}"
                        .formatted(
                                Math.max(1, request.limit().toSeconds()),
                                request.patience().toSeconds())
                        .getBytes(StandardCharsets.US_ASCII);
        ask(
                payload,
                request.patience(),
                result -> {
                    switch (result) {
                        case QuiesceResult.Done(long turns, _) ->
                                presence.quiesced(new Quiesced(since, until, turns, true));
                        case QuiesceResult.Failed(Failure.LinkLost _) -> {
                            // Whether it is quiesced shows on the next link, and it goes on then.
                        }
                        case QuiesceResult.Failed _, QuiesceResult.NotOffered _ ->
                                presence.quiesced(before);
                    }
                    listener.accept(result);
                });
    }

    /** Lets the turns of the agent go on. */
    void end(Consumer<QuiesceResult> listener) {
        ask(
                END,
                Duration.ZERO,
                result -> {
                    if (result instanceof QuiesceResult.Done) {
                        presence.quiesced(null);
                    }
                    listener.accept(result);
                });
    }

    private void ask(byte[] payload, Duration wait, Consumer<QuiesceResult> listener) {
        if (!link.can(Feature.QUIESCE)) {
            listener.accept(new QuiesceResult.NotOffered());
            return;
        }
        asked++;
        isKnown = true;
        ByteBuf json = Unpooled.wrappedBuffer(payload);
        Frame request = new Frame(FrameType.QUIESCE, "quiesce-" + System.nanoTime(), json);
        link.open(
                request,
                new ReplyListener() {
                    private QuiesceResult.Done done = new QuiesceResult.Done(0, List.of());

                    @Override
                    public void onReply(Frame reply) {
                        done = new QuiesceResult.Done(count(reply), calls(reply));
                    }

                    @Override
                    public void onDone() {
                        asked--;
                        listener.accept(done);
                    }

                    @Override
                    public void onFailure(Failure failure) {
                        asked--;
                        listener.accept(new QuiesceResult.Failed(failure));
                    }
                },
                Patience.ofSilence(home.timeouts().ping().plus(wait)));
    }

    /** Those calls that are told as they must be. */
    private static List<QuiesceResult.Call> calls(Frame reply) {
        List<QuiesceResult.Call> calls = new ArrayList<>();
        JsonMembers members = reply.members();
        while (members.next()) {
            if (members.isNamed("calls") && members.kind() == '[') {
                ByteBuf all =
                        reply.payload()
                                .slice(
                                        members.valueStart(),
                                        members.valueEnd() - members.valueStart());
                try (JsonParser json = JsonText.parser(all)) {
                    json.nextToken();
                    while (calls.size() < MOST_CALLS && json.nextToken() == START_OBJECT) {
                        calls.add(call(json));
                    }
                } catch (IOException e) {
                    LOG.debug("calls that cannot be read", e); // the payload was checked
                }
            }
        }
        return calls;
    }

    private static QuiesceResult.Call call(JsonParser json) throws IOException {
        Map<String, String> texts = new HashMap<>();
        while (json.nextToken() == FIELD_NAME) {
            String name = json.currentName();
            if (json.nextToken() == VALUE_STRING) {
                texts.put(name, json.getText());
            } else {
                json.skipChildren();
            }
        }
        return new QuiesceResult.Call(
                texts.getOrDefault("turn", ""),
                texts.getOrDefault("call_id", ""),
                texts.getOrDefault("tool_name", ""));
    }

    private static long count(Frame reply) {
        JsonMembers members = reply.members();
        while (members.next()) {
            if (members.isNamed("turns")) {
                return members.count();
            }
        }
        return 0;
    }
}
