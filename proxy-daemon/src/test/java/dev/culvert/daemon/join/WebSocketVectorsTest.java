package dev.culvert.daemon.join;

import dev.culvert.daemon.config.JoinSettings;
import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import dev.culvert.io.Share;
import dev.culvert.link.LinkLimits;
import dev.culvert.link.LinkObserver;
import dev.culvert.link.Trunks;
import dev.culvert.testing.WebSocketContract;
import dev.culvert.transport.AgentAddress;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;

/** The daemon against the vectors of WebSockets, on the link of an agent that has dialled in. */
class WebSocketVectorsTest implements WebSocketContract {
    @Override
    public EmbeddedChannel open(Seen seen) {
        EmbeddedChannel channel = new EmbeddedChannel();
        Share share = new Account(new AccountLimits("memory.held", 64 << 20, 100)).whole();
        Trunks trunks =
                new Trunks(
                        List.of(channel.eventLoop()), () -> LinkLimits.DEFAULTS, LinkObserver.NONE);
        Waiting waiting = new Waiting(() -> JoinSettings.DEFAULTS, JoinObserver.NONE, () -> 0);
        new JoinPipeline(trunks, waiting, share, (_, _) -> {}, () -> seen).addAfterUpgrade(channel);
        channel.pipeline().fireChannelActive();
        trunks.adopt(channel, new AgentAddress.Incoming("a"), "tcp://127.0.0.1:1", share);
        return channel;
    }

    @Override
    public boolean isHost() {
        return true;
    }
}
