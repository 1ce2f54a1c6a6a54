package dev.culvert.daemon.api.checks;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_IMPLEMENTED;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.api.agents.CallListener;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Phase;
import dev.culvert.daemon.http.Problem;
import dev.culvert.frame.Frame;
import dev.culvert.json.JsonMembers;
import dev.culvert.link.Failure;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Waits for the pong that has one object as its answer. Confined to its event loop. */
final class PongMember implements CallListener {
    /** More counts as nothing: the reports of this program have some KiB. */
    private static final int MOST_BYTES = 64 << 10;

    private static final long MOST_MILLIS = 1L << 53;

    /**
     * What the agent said.
     *
     * @param object as it wrote it; empty for none
     * @param offsetMillis how far its clock is ahead of this one's; empty if it does not say
     */
    record Said(String object, OptionalLong offsetMillis) {}

    private final String member;
    private final Answer answer;
    private final Consumer<Said> whenDone;
    private final Consumer<Failure> whenFailed;
    private Said said = new Said("", OptionalLong.empty());
    private long askedMillis;

    PongMember(
            String member, Answer answer, Consumer<Said> whenDone, Consumer<Failure> whenFailed) {
        this.member = member;
        this.answer = answer;
        this.whenDone = whenDone;
        this.whenFailed = whenFailed;
    }

    @Override
    public void onSent() {
        askedMillis = System.currentTimeMillis();
        answer.reached(Phase.WAITING);
    }

    @Override
    public void onReply(Frame reply) {
        String object = "";
        long received = 0;
        long sent = 0;
        JsonMembers members = reply.members();
        while (members.next()) {
            int bytes = members.valueEnd() - members.valueStart();
            if (members.kind() == '{' && members.isNamed(member) && bytes <= MOST_BYTES) {
                object = reply.payload().toString(members.valueStart(), bytes, UTF_8);
            } else if (members.isNamed("received_ms")) {
                received = members.digits(MOST_MILLIS);
            } else if (members.isNamed("sent_ms")) {
                sent = members.digits(MOST_MILLIS);
            }
        }
        said = new Said(object, offset(received, sent));
    }

    /** As NTP has it: what both ways take falls out, if they take as long as each other. */
    private OptionalLong offset(long received, long sent) {
        return received > 0 && sent > 0
                ? OptionalLong.of((received - askedMillis + sent - System.currentTimeMillis()) / 2)
                : OptionalLong.empty();
    }

    @Override
    public void onDone() {
        whenDone.accept(said);
    }

    @Override
    public void onFailure(Failure failure) {
        whenFailed.accept(failure);
    }

    static Problem notOffered(String agentId) {
        return Problem.of(
                        NOT_IMPLEMENTED,
                        "Agent '%s' cannot be asked what it reaches or how its machine is: update the agent's software, so that it announces the feature 'checks'."
                                .formatted(agentId))
                .member("code", "no_checks");
    }
}
