package dev.culvert.guest.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import io.netty.channel.ChannelConfig;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.VSockAddress;
import java.net.SocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may connect over vsock, where every process in the VM can dial the guest. */
class GuestPipelineTest {
    private static final Account HELD = new Account(new AccountLimits("x", 1 << 20, 100));
    private static final SocketAddress HOST = new VSockAddress(2, 5000);
    private static final SocketAddress OWN_VM = new VSockAddress(1, 5000);

    @Test
    void theHostIsLetIn() throws Exception {
        assertThat(isLetIn(HOST, true)).isTrue();
    }

    @Test
    void aProcessOfTheSameVmIsRefused() throws Exception {
        assertThat(isLetIn(OWN_VM, true)).isFalse();
    }

    @Test
    void aProcessOfTheSameVmIsLetInWhereAnyMayConnect() throws Exception {
        assertThat(isLetIn(OWN_VM, false)).isTrue();
    }

    @Test
    void aPeerThatCannotBeNamedIsRefused() throws Exception {
        assertThat(isLetIn(new SocketAddress() {}, true)).isFalse();
    }

    @Test
    void aStopThatMeetsAConnectionBeforeItsHandlersPassesItOver() throws Exception {
        Vitals vitals =
                new Vitals("1.2.3", "i-1", List.of(), System.nanoTime(), EmbeddedHost.REPORTS);
        try (EmbeddedAgent agent = new EmbeddedAgent(new ScriptedLlm())) {
            GuestPipeline pipeline =
                    new GuestPipeline(agent::session, vitals, HELD, NoTunnels.tunnels(), false);
            EmbeddedChannel channel =
                    new EmbeddedChannel(false, false) {
                        @Override
                        public ChannelConfig config() {
                            if (isRegistered() && pipeline().get("frames") == null) {
                                pipeline.tellHosts();
                            }
                            return super.config();
                        }
                    };
            channel.pipeline().addLast(pipeline);

            channel.register();
            channel.runPendingTasks();
            channel.checkException();

            assertThat(channel.isOpen()).isTrue();
            channel.finishAndReleaseAll();
        }
    }

    private static boolean isLetIn(SocketAddress peer, boolean hostOnly) throws Exception {
        EmbeddedChannel channel =
                new EmbeddedChannel(false, false) {
                    @Override
                    protected SocketAddress remoteAddress0() {
                        return peer;
                    }
                };
        Vitals vitals =
                new Vitals("1.2.3", "i-1", List.of(), System.nanoTime(), EmbeddedHost.REPORTS);
        boolean open;
        boolean greeted;
        try (EmbeddedAgent agent = new EmbeddedAgent(new ScriptedLlm())) {
            channel.pipeline()
                    .addLast(
                            new GuestPipeline(
                                    agent::session, vitals, HELD, NoTunnels.tunnels(), hostOnly));
            channel.register();
            channel.runPendingTasks();
            open = channel.isOpen();
            greeted = !channel.outboundMessages().isEmpty();
            channel.finishAndReleaseAll();
        }
        assertThat(greeted).as("a heartbeat goes to those who are let in").isEqualTo(open);
        return open;
    }
}
