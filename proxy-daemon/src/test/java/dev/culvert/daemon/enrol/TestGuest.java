package dev.culvert.daemon.enrol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.identity.BadHandshakeException;
import dev.culvert.identity.Challenge;
import dev.culvert.identity.Hello;
import dev.culvert.identity.Joining;
import dev.culvert.identity.Proof;
import dev.culvert.identity.Refused;
import dev.culvert.identity.Registered;
import dev.culvert.identity.SigningKey;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A guest at the other end of a handshake. */
final class TestGuest {
    final EmbeddedChannel channel;
    SigningKey key;
    long counter;
    String instance = "i1";
    String generation = "";

    TestGuest(TestGate daemon, SigningKey key) {
        channel = new EmbeddedChannel(new Handshake(daemon.gate));
        this.key = key;
    }

    /** Another link of the same guest. */
    TestGuest again(TestGate daemon) {
        TestGuest next = new TestGuest(daemon, key);
        next.counter = counter;
        next.instance = instance;
        return next;
    }

    TestGuest sends(Frame frame) {
        channel.writeInbound(frame);
        channel.runPendingTasks();
        return this;
    }

    TestGuest says(String agentId) {
        return sends(new Hello(agentId).frame());
    }

    /** The next frame of the host, which has this type. */
    Frame gets(FrameType type) {
        channel.runPendingTasks();
        Frame frame = channel.readOutbound();
        assertThat(frame).isNotNull();
        assertThat(frame.type())
                .as(frame.payload().toString(java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo(type);
        return frame;
    }

    Challenge challenge() throws BadHandshakeException {
        return Challenge.read(gets(FrameType.CHALLENGE));
    }

    /** Answers the challenge that has come. */
    TestGuest proves() throws BadHandshakeException {
        counter++;
        return answers(null);
    }

    TestGuest answers(@Nullable SigningKey next) throws BadHandshakeException {
        Challenge challenge = challenge();
        Joining joining = new Joining(counter, instance, generation);
        return sends(Proof.of(challenge, joining, key, next).frame());
    }

    Registered registered() throws BadHandshakeException {
        return Registered.read(gets(FrameType.REGISTERED));
    }

    String refusal() throws BadHandshakeException {
        return refused().code();
    }

    Refused refused() throws BadHandshakeException {
        Refused refused = Refused.read(gets(FrameType.REFUSED));
        channel.runPendingTasks();
        assertThat(channel.isOpen()).isFalse();
        return refused;
    }

    void waits(long seconds) {
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }
}
