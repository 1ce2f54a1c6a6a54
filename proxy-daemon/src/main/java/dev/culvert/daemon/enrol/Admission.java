package dev.culvert.daemon.enrol;

import dev.culvert.daemon.fleet.Agent;
import io.netty.channel.Channel;

/** Is told of each link whose guest has proved who it is. */
public interface Admission {
    /**
     * The link is the agent's from now on; an earlier one of the same agent is over. Called on the
     * channel's event loop before anything else comes from the guest.
     */
    void onAdmitted(Channel channel, Agent agent);
}
