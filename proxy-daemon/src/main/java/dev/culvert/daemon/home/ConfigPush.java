package dev.culvert.daemon.home;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Desired;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.json.JsonMembers;
import dev.culvert.link.AgentLink;
import dev.culvert.link.Failure;
import dev.culvert.link.Feature;
import dev.culvert.link.Patience;
import dev.culvert.link.ReplyListener;
import dev.culvert.policy.BadPolicyException;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings the desired configuration to one agent, one revision at a time. If it changes meanwhile,
 * the newest revision follows. Confined to the home link's event loop.
 */
final class ConfigPush {
    /** Is told once whether the agent has the newest configuration. */
    interface Listener {
        void onPushed(PushResult result);
    }

    private static final String UNCONFIRMED =
            "the agent took the configuration without the policies above it (the section tools of"
                    + " culvertd), or has others: upgrade culvert-agent";

    private final Agent agent;
    private final HomeLoop home;
    private final Listener always;
    private final List<Listener> waiting = new ArrayList<>();
    private @Nullable AgentLink on;

    /** What the agent has confirmed on this link. */
    private Wanted inForce = Wanted.NOTHING;

    /** The version of its policies that it names in its answer. */
    private String confirmed = "";

    ConfigPush(Agent agent, HomeLoop home, Listener always) {
        this.agent = agent;
        this.home = home;
        this.always = always;
    }

    void push(@Nullable AgentLink link, Listener listener) {
        waiting.add(listener);
        if (link == null) {
            linkLost();
        } else if (on == null) {
            send(link);
        }
    }

    /**
     * Waits for a link that has not been proven yet; the listener is told when it is, or is lost.
     */
    void await(Listener listener) {
        waiting.add(listener);
    }

    /** The link is gone: everybody who waits is told that the configuration is pending. */
    void linkLost() {
        on = null;
        inForce = Wanted.NOTHING;
        Desired desired = agent.desired();
        tell(new PushResult.Pending(desired == null ? 0 : desired.revision()));
    }

    private void send(AgentLink link) {
        Wanted wanted = wanted();
        if (wanted.equals(inForce)) {
            tell(new PushResult.Applied(wanted.revision()));
            return;
        }
        on = link;
        confirmed = "";
        Frame update =
                new Frame(
                        FrameType.CONFIG_UPDATE,
                        "config-" + wanted.revision() + "-" + System.nanoTime(),
                        Unpooled.copiedBuffer(wanted.payload(), StandardCharsets.UTF_8));
        link.open(
                update,
                new ReplyListener() {
                    @Override
                    public void onReply(Frame reply) {
                        confirmed = text(reply, "policy");
                    }

                    @Override
                    public void onDone() {
                        if (lacksPolicies(link, wanted)) {
                            onFailure(new Failure.BadAnswer(UNCONFIRMED));
                            return;
                        }
                        if (on == link) {
                            inForce = wanted;
                        }
                        if (wanted.desired() != null) {
                            agent.applied(wanted.desired());
                        }
                        sent(link, wanted, new PushResult.Applied(wanted.revision()));
                    }

                    @Override
                    public void onFailure(Failure failure) {
                        sent(link, wanted, new PushResult.Refused(wanted.revision(), failure));
                    }
                },
                Patience.ofSilence(home.timeouts().config()));
    }

    private Wanted wanted() {
        return new Wanted(agent.desired(), home.policies(agent));
    }

    /**
     * Whether it may use tools without the policies of those above it: it does not know them, or
     * has others. A peer without tools of its own need not know them.
     */
    private boolean lacksPolicies(AgentLink link, Wanted wanted) {
        if (wanted.above().isEmpty() || (confirmed.isEmpty() && !link.can(Feature.TOOLS))) {
            return false;
        }
        try {
            return !confirmed.equals(wanted.version());
        } catch (BadPolicyException e) {
            return true; // it should have refused it
        }
    }

    private static String text(Frame reply, String member) {
        JsonMembers members = reply.members();
        String text = "";
        while (members.next()) {
            if (members.isNamed(member) && members.kind() == '"') {
                text = members.text();
            }
        }
        return text;
    }

    private void sent(AgentLink link, Wanted sent, PushResult result) {
        if (on != link) {
            return;
        }
        on = null;
        if (sent.equals(wanted())) {
            tell(result);
        } else {
            send(link);
        }
    }

    private void tell(PushResult result) {
        List<Listener> told = List.copyOf(waiting);
        waiting.clear();
        if (!(result instanceof PushResult.Pending)) {
            agent.refuses(result instanceof PushResult.Refused);
        }
        always.onPushed(result);
        told.forEach(listener -> listener.onPushed(result));
    }
}
