package dev.culvert.daemon.home;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Desired;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.link.AgentLink;
import dev.culvert.link.Failure;
import dev.culvert.link.Patience;
import dev.culvert.link.ReplyListener;
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

    private final Agent agent;
    private final HomeLoop home;
    private final Listener always;
    private final List<Listener> waiting = new ArrayList<>();
    private @Nullable AgentLink on;

    /** What the agent has confirmed on this link. */
    private @Nullable Desired inForce;

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
        inForce = null;
        Desired desired = agent.desired();
        tell(new PushResult.Pending(desired == null ? 0 : desired.revision()));
    }

    private void send(AgentLink link) {
        Desired desired = agent.desired();
        if (desired == null || desired.equals(inForce)) {
            tell(new PushResult.Applied(desired == null ? 0 : desired.revision()));
            return;
        }
        on = link;
        Frame update =
                new Frame(
                        FrameType.CONFIG_UPDATE,
                        "config-" + desired.revision() + "-" + System.nanoTime(),
                        Unpooled.copiedBuffer(desired.payload(), StandardCharsets.UTF_8));
        link.open(
                update,
                new ReplyListener() {
                    @Override
                    public void onReply(Frame reply) {}

                    @Override
                    public void onDone() {
                        if (on == link) {
                            inForce = desired;
                        }
                        agent.applied(desired);
                        sent(link, desired, new PushResult.Applied(desired.revision()));
                    }

                    @Override
                    public void onFailure(Failure failure) {
                        PushResult refused = new PushResult.Refused(desired.revision(), failure);
                        sent(link, desired, refused);
                    }
                },
                Patience.ofSilence(home.timeouts().config()));
    }

    private void sent(AgentLink link, Desired sent, PushResult result) {
        if (on != link) {
            return;
        }
        on = null;
        if (sent.equals(agent.desired())) {
            tell(result);
        } else {
            send(link);
        }
    }

    private void tell(PushResult result) {
        List<Listener> told = List.copyOf(waiting);
        waiting.clear();
        always.onPushed(result);
        told.forEach(listener -> listener.onPushed(result));
    }
}
