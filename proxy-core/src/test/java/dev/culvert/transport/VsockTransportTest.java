package dev.culvert.transport;

import static dev.culvert.transport.TransportContract.failureOf;
import static dev.culvert.transport.TransportContract.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.VsockLoopback;
import dev.culvert.transport.AgentAddress.Vsock;
import io.netty.channel.Channel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;

/** Over vsock_loopback, so only in a machine of its own: a host's AF_VSOCK is not ours to open. */
@ExtendWith(VsockLoopback.class)
class VsockTransportTest implements TransportContract {
    private static final int LOOPBACK = 1;
    private static final int SILENT = 42;

    private final EventLoops loops = EventLoops.start(2, "vsock-test");

    @Override
    public EventLoops loops() {
        return loops;
    }

    @Override
    public AgentAddress free() {
        return new Vsock(Vsock.ANY_CID, 0);
    }

    @Override
    public AgentAddress reach(AgentAddress listening) {
        return new Vsock(LOOPBACK, ((Vsock) listening).port());
    }

    @Override
    public AgentAddress nobody() {
        return new Vsock(LOOPBACK, 9999);
    }

    @Test
    void listensAgainWhereAListenerHasClosed() {
        assertListensAgain();
    }

    @Test
    void knowsTheCidsOfBothEnds() {
        Inbox accepted = new Inbox(1);
        Channel link = link(accepted, new Inbox(1));

        assertThat(Transport.peerCid(link)).hasValue(LOOPBACK);
        assertThat(Transport.peerCid(accepted.active())).hasValue(LOOPBACK);
    }

    /** The guest accepts CID 2 alone, so what runs beside it must not come in under that number. */
    @Test
    void tellsALocalPeerFromTheHostAlsoWhenItDialsTheHost() {
        Inbox accepted = new Inbox(1);
        Vsock listening = (Vsock) Transport.localAddress(listen(accepted));

        sync(dial(new Vsock(2, listening.port()), PATIENCE, new Inbox(1)));

        assertThat(Transport.peerCid(accepted.active())).hasValue(LOOPBACK);
    }

    @Test
    void listensOnThePortThatIsAskedFor() {
        Vsock address = new Vsock(LOOPBACK, 5000);

        Channel listening = sync(loops.transport().listen(loops.group(), address, new Echo()));

        assertThat(Transport.localAddress(listening)).isEqualTo(address);
    }

    @Test
    void givesBothEndsTheirBuffer() {
        Inbox accepted = new Inbox(1);
        Channel link = link(accepted, new Inbox(1));

        assertThat(bufferBytes(link)).isEqualTo(VsockOptions.DIALING_BUFFER_BYTES);
        assertThat(bufferBytes(accepted.active())).isEqualTo(VsockOptions.LISTENING_BUFFER_BYTES);
    }

    @Test
    void saysThatNoVmHasACid() {
        DialException failure = failureOf(dial(new Vsock(77, 1024), PATIENCE, new Inbox(1)));

        assertThat(failure).hasMessageStartingWith("vsock://77:1024: no VM has this CID");
    }

    @Test
    void givesUpOnAVmThatDoesNotAnswer() throws Throwable {
        try (SilentVm _ = new SilentVm(SILENT)) {
            assertTimesOut(new Vsock(SILENT, 1024));
        }
    }

    @Test
    void closesTheChannelOfADialThatIsCancelledWhileItWaits() throws Throwable {
        try (SilentVm _ = new SilentVm(SILENT)) {
            assertCancelCloses(new Vsock(SILENT, 1024));
        }
    }

    @Test
    void waitsLongerThanTheTwoSecondsOfTheKernelWhenAskedTo() throws Throwable {
        try (SilentVm _ = new SilentVm(SILENT)) {
            DialException failure =
                    failureOf(
                            dial(new Vsock(SILENT, 1024), Duration.ofMillis(2_500), new Inbox(1)));

            assertThat(failure).hasMessageContaining(": no answer within 2500 ms: ");
        }
    }

    @Test
    void refusesToDialAnyCid() {
        DialException failure =
                failureOf(dial(new Vsock(Vsock.ANY_CID, 1024), PATIENCE, new Inbox(1)));

        assertThat(failure)
                .hasMessageStartingWith("vsock://any:1024: this address is only for listening");
    }

    /** The kernel knows both at once; only a VM that is there may keep a dial waiting. */
    @Test
    void hearsAtOnceOfADeadPortAndOfAnAbsentCid(TestReporter reporter) {
        for (Vsock address : List.of((Vsock) nobody(), new Vsock(77, 1024))) {
            long start = System.nanoTime();
            failureOf(dial(address, PATIENCE, new Inbox(1)));
            Duration took = Duration.ofNanos(System.nanoTime() - start);

            reporter.publishEntry(address + " failed within " + took.toMillis() + " ms");
            assertThat(took).isLessThan(Duration.ofSeconds(1));
        }
    }

    private static long bufferBytes(Channel channel) {
        RawUnixChannelOption size =
                new RawUnixChannelOption(
                        "BUFFER_SIZE", VsockOptions.LEVEL, VsockOptions.BUFFER_SIZE, Long.BYTES);
        return channel.config().getOption(size).order(ByteOrder.nativeOrder()).getLong();
    }
}
