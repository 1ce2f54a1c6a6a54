package dev.culvert.daemon.enrol;

import dev.culvert.frame.Frame;
import dev.culvert.identity.BadHandshakeException;
import dev.culvert.identity.Challenge;
import dev.culvert.identity.Proof;
import dev.culvert.identity.Refusal;
import dev.culvert.identity.Registered;
import dev.culvert.io.Quoted;
import dev.culvert.link.Trunks;
import io.netty.channel.Channel;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A guest that has proved who it is, for as long as its link lasts. One question at a time. */
final class LiveGuest {
    private static final Logger LOG = LoggerFactory.getLogger(LiveGuest.class);

    /** A guest that is there answers at once. */
    static final long ANSWER_SECONDS = 2;

    /** A key that was due could not be replaced: tries again. */
    private static final Duration RETRY = Duration.ofMinutes(10);

    /** Null: the guest has answered rightly. */
    private record Question(
            Challenge challenge, Consumer<@Nullable String> listener, ScheduledFuture<?> end) {}

    private final String agentId;
    private final Channel channel;
    private final Gate gate;
    private final Handshake handshake;
    private @Nullable Question question;
    private @Nullable ScheduledFuture<?> rotation;

    LiveGuest(String agentId, Channel channel, Gate gate, Handshake handshake) {
        this.agentId = agentId;
        this.channel = channel;
        this.gate = gate;
        this.handshake = handshake;
    }

    void begin() {
        gate.live().put(agentId, handshake);
        if (!channel.isActive()) {
            gate.live().remove(agentId, handshake);
        }
        gate.registry().due(agentId).ifPresent(this::rotateIn);
    }

    private void rotateIn(Duration wait) {
        rotation =
                channel.eventLoop()
                        .schedule(
                                () ->
                                        rotate(trouble -> {
                                            if (trouble != null) {
                                                LOG.warn(
                                                        "agent {} did not get the key that was due:"
                                                                + " {}",
                                                        agentId,
                                                        trouble);
                                            }
                                            rotateLater(trouble);
                                        }),
                                wait.toMillis(),
                                TimeUnit.MILLISECONDS);
    }

    private void rotateLater(@Nullable String trouble) {
        if (channel.isActive()) {
            gate.registry()
                    .due(agentId)
                    .ifPresent(wait -> rotateIn(trouble == null ? wait : RETRY));
        }
    }

    /** Any thread. */
    void ask(Consumer<Boolean> listener) {
        onLoop(() -> question(false, trouble -> listener.accept(trouble == null)));
    }

    /** Any thread. */
    void rotate(Consumer<@Nullable String> listener) {
        onLoop(() -> question(true, listener));
    }

    private void onLoop(Runnable action) {
        if (channel.eventLoop().inEventLoop()) {
            action.run();
        } else {
            channel.eventLoop().execute(action);
        }
    }

    private void question(boolean newKey, Consumer<@Nullable String> listener) {
        if (!channel.isActive()) {
            listener.accept("the guest has left");
            return;
        }
        if (question != null) {
            listener.accept("the guest is asked something already");
            return;
        }
        Challenge challenge = Nonces.challenge(agentId, newKey);
        question =
                new Question(
                        challenge,
                        listener,
                        channel.eventLoop()
                                .schedule(
                                        () -> answered("the guest does not answer"),
                                        ANSWER_SECONDS,
                                        TimeUnit.SECONDS));
        channel.writeAndFlush(challenge.frame(), channel.voidPromise());
    }

    private void answered(@Nullable String trouble) {
        Question asked = question;
        question = null;
        if (asked != null) {
            asked.end.cancel(false);
            asked.listener.accept(trouble);
        }
    }

    /** Borrows {@code frame}. A proof that nobody asked for is dropped. */
    void onProof(Frame frame) {
        Question asked = question;
        if (asked == null) {
            return;
        }
        Proof proof;
        try {
            proof = Proof.read(frame);
        } catch (BadHandshakeException e) {
            answered("the guest sent " + e.getMessage());
            return;
        }
        try {
            gate.jobs().execute(agentId, () -> judge(asked, proof));
        } catch (RejectedExecutionException _) {
            answered("too much waits for the disk of state_dir");
        }
    }

    /** Runs on a worker. */
    private void judge(Question asked, Proof proof) {
        String trouble = null;
        try {
            gate.proofs().check(new Candidate.Known(agentId), asked.challenge, proof);
            if (asked.challenge.newKey()) {
                gate.proofs().renew(agentId, asked.challenge, proof);
            }
        } catch (RefusedException e) {
            trouble = e.refused().message();
        } catch (IOException e) {
            trouble = Quoted.message(e);
        }
        String told = trouble;
        channel.eventLoop().execute(() -> judged(asked, told));
    }

    private void judged(Question asked, @Nullable String trouble) {
        if (!asked.equals(question)) {
            return; // it took too long
        }
        if (trouble == null && asked.challenge.newKey()) {
            Registered registered =
                    new Registered(
                            agentId, gate.proofs().tenant(agentId), gate.proofs().parent(agentId));
            channel.writeAndFlush(registered.frame(), channel.voidPromise());
        }
        answered(trouble);
    }

    /** The streams on the link end for that reason. Any thread. */
    void end(Refusal why, String reason) {
        String sentence = reason.substring(0, 1).toUpperCase(Locale.ROOT) + reason.substring(1);
        onLoop(() -> Trunks.close(channel, why.because(sentence + ".").frame(), reason));
    }

    /** The link is closed. */
    void end() {
        gate.live().remove(agentId, handshake);
        if (rotation != null) {
            rotation.cancel(false);
        }
        answered("the guest has left");
    }
}
