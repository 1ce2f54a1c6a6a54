package dev.culvert.daemon.api.reach;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Phase;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.tunnel.Relay;
import dev.culvert.tunnel.StreamLimits;
import dev.culvert.tunnel.TunnelListener;
import dev.culvert.tunnel.TunnelRefusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import org.jspecify.annotations.Nullable;

/** One request for a tunnel, until client and tunnel are joined. Confined to its event loop. */
final class Forward implements TunnelListener {
    private final Request request;
    private final Answer answer;
    private @Nullable Channel tunnel;

    Forward(Request request, Answer answer) {
        this.request = request;
        this.answer = answer;
        answer.reached(Phase.DIALLING);
    }

    @Override
    public void onRefused(TunnelRefusal refusal) {
        answer.problem(Refusals.problem(refusal));
    }

    @Override
    public void onOpen(Channel opened) {
        tunnel = opened;
        if (!answer.isOpen()) {
            opened.close(); // the client has gone
            return;
        }
        Relay.hold(opened); // the service may speak first
        answer.onGone(opened::close);
        if (!TunnelUpgrade.upgrade(answer, this)) {
            opened.close();
            answer.problem(
                    ProblemException.badRequest("A request for a tunnel has no body.").problem());
        }
    }

    /** The client's connection carries bytes from here on. */
    void join(Channel client) {
        Channel opened = tunnel;
        if (opened == null) {
            throw new IllegalStateException("there is no tunnel to join");
        }
        client.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        Relay.prepare(client, StreamLimits.DEFAULTS);
        Runnable over = request.onDeniedLater(_ -> client.close());
        client.closeFuture()
                .addListener(_ -> {
                    over.run();
                    opened.close();
                });
        Relay.join(client, opened);
    }
}
