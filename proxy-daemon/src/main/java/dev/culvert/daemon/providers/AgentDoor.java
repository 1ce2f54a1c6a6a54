package dev.culvert.daemon.providers;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.pipeline.HttpPipeline;
import dev.culvert.daemon.reach.GuestTunnels;
import dev.culvert.tunnel.Destination;
import dev.culvert.tunnel.TunnelListener;
import dev.culvert.tunnel.TunnelRefusal;
import dev.culvert.tunnel.TunnelRefusal.Code;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;

/**
 * Where tunnels of agents to the providers end: in a pipeline of HTTP that serves nothing else. The
 * caller is the agent that has opened the tunnel.
 */
public final class AgentDoor implements GuestTunnels.Handler {
    /** The kind of tunnels that end here. */
    public static final String KIND = new Destination.Llm().kind();

    private final Providers providers;
    private final HttpPipeline pipeline;
    private final EventLoopGroup loops;

    /**
     * @param pipeline has the routes of agents
     */
    public AgentDoor(Providers providers, HttpPipeline pipeline, EventLoopGroup loops) {
        this.providers = providers;
        this.pipeline = pipeline;
        this.loops = loops;
    }

    @Override
    public void onRequest(Agent agent, Destination.OnHost to, GuestTunnels.Offer offer) {
        if (providers.areOff()) {
            offer.refuse(
                    Code.NOT_ALLOWED.because(
                            "The daemon has no LLM provider: add one to \"providers\" in its"
                                    + " settings."));
            return;
        }
        Caller caller = Caller.agent(agent.id(), agent.tenant());
        offer.open(
                loops.next(),
                () -> !providers.areOff(),
                new TunnelListener() {
                    @Override
                    public void onOpen(Channel tunnel) {
                        tunnel.pipeline().addLast("end", new TunnelEndHandler());
                        pipeline.serve(tunnel, caller);
                    }

                    @Override
                    public void onRefused(TunnelRefusal refusal) {
                        // counted where it was refused
                    }
                });
    }
}
