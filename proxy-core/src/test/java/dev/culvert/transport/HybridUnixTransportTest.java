package dev.culvert.transport;

import static dev.culvert.transport.TransportContract.failureOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.VmMonitor;
import dev.culvert.transport.AgentAddress.HybridUnix;
import dev.culvert.transport.AgentAddress.Unix;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HybridUnixTransportTest implements TransportContract {
    @TempDir private Path directory;
    private final EventLoops loops = EventLoops.start(2, "hybrid-test");
    private VmMonitor vm;
    private int port = 1024;

    @BeforeEach
    void startTheVm() throws IOException {
        vm = new VmMonitor(directory.resolve("v.sock"));
    }

    @AfterEach
    void stopTheVm() throws IOException {
        vm.close();
    }

    @Override
    public EventLoops loops() {
        return loops;
    }

    @Override
    public AgentAddress free() {
        return new Unix(directory.resolve("guest_" + port++).toString());
    }

    @Override
    public AgentAddress reach(AgentAddress listening) {
        String path = ((Unix) listening).path();
        return vm.expose(Integer.parseInt(path.substring(path.lastIndexOf('_') + 1)), listening);
    }

    @Override
    public AgentAddress nobody() {
        return vm.port(9999);
    }

    @Test
    void givesUpOnAVmThatDoesNotAnswer() {
        vm.pause();
        assertTimesOut(vm.port(1024));
    }

    @Test
    void closesTheChannelOfADialThatIsCancelledDuringTheHandshake() {
        vm.pause();
        assertCancelCloses(vm.port(1024));
    }

    @Test
    void saysThatWhatAnswersIsNoMonitor() {
        Unix web =
                (Unix)
                        Transport.localAddress(
                                listen(
                                        new ChannelInboundHandlerAdapter() {
                                            @Override
                                            public void channelActive(ChannelHandlerContext ctx) {
                                                String answer = "HTTP/1.1 400 Bad Request\r\n\r\n";
                                                var _ =
                                                        ctx.writeAndFlush(
                                                                ByteBufUtil.writeAscii(
                                                                        ctx.alloc(), answer),
                                                                ctx.voidPromise());
                                            }
                                        }));
        Inbox inbox = new Inbox(1);

        DialException failure = failureOf(dial(new HybridUnix(web.path(), 1024), PATIENCE, inbox));

        assertThat(failure).hasMessageContaining("answered \"HTTP/1.1 400 Bad Request?\"");
        inbox.closed();
        assertThat(inbox.wasActive()).isFalse();
    }

    @Test
    void saysThatTheMonitorIsGone() throws IOException {
        vm.close();

        DialException failure = failureOf(dial(vm.port(1024), PATIENCE, new Inbox(1)));

        assertThat(failure).hasMessageEndingWith("is the VM's monitor still running?");
    }
}
