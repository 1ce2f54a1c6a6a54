package dev.culvert.daemon.enrol;

import dev.culvert.daemon.enrol.EnrolObserver.Copy;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.identity.BadHandshakeException;
import dev.culvert.identity.Challenge;
import dev.culvert.identity.Hello;
import dev.culvert.identity.Proof;
import dev.culvert.identity.Refusal;
import dev.culvert.identity.Refused;
import dev.culvert.identity.Register;
import dev.culvert.identity.Registered;
import dev.culvert.io.Quoted;
import dev.culvert.io.StoppingException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way of one guest through its handshake. Confined to the event loop. */
final class Entry {
    private static final Logger LOG = LoggerFactory.getLogger(Entry.class);
    private static final int RETRY_SECONDS = 5;

    private sealed interface State {
        /** For the guest's first frame. */
        record Waiting() implements State {}

        /** For a worker, or for another guest's answer. */
        record Working() implements State {}

        /** For the guest's proof. */
        record Challenged(Candidate candidate, Challenge challenge) implements State {}

        record Over() implements State {}
    }

    /** Runs on a worker, and returns what the event loop does next. */
    private interface Work {
        Runnable run() throws RefusedException, IOException;
    }

    private final Channel channel;
    private final Gate gate;
    private final Handshake handshake;
    private State state = new State.Waiting();

    /** The agent whose place in {@link LiveGuests} it has taken; null if it has none. */
    private @Nullable String place;

    Entry(Channel channel, Gate gate, Handshake handshake) {
        this.channel = channel;
        this.gate = gate;
        this.handshake = handshake;
    }

    /** Borrows {@code frame}. */
    void receive(Frame frame) throws BadHandshakeException {
        switch (state) {
            case State.Waiting _ -> first(frame);
            case State.Challenged(Candidate candidate, Challenge challenge) ->
                    prove(candidate, challenge, frame);
            case State.Working _ ->
                    refuse(Refusal.INVALID, "The guest sent a frame before it was its turn.");
            case State.Over _ -> {
                // What was on its way when it was refused.
            }
        }
    }

    private void first(Frame frame) throws BadHandshakeException {
        switch (frame.type()) {
            case REGISTER -> register(Register.read(frame));
            case HELLO -> hello(Hello.read(frame));
            default ->
                    refuse(
                            Refusal.INVALID,
                            "The first frame of a guest that dials in is 'register' or 'hello'.");
        }
    }

    private void register(Register register) {
        long wait = gate.failed().waitSeconds(channel.remoteAddress());
        if (wait > 0) {
            refuse(
                    Refusal.OVERLOADED,
                    "Too many wrong join tokens came from this address: try again later.",
                    wait);
            return;
        }
        work(
                Enrolments.KEY,
                () -> {
                    Candidate candidate = gate.registry().claim(register);
                    return () -> challenge(candidate, false);
                });
    }

    private void hello(Hello hello) {
        try {
            challenge(gate.registry().known(hello), false);
        } catch (RefusedException e) {
            refuse(e.why(), e.refused().message());
        }
    }

    private void challenge(Candidate candidate, boolean newKey) {
        Challenge challenge = Nonces.challenge(candidate.agentId(), newKey);
        state = new State.Challenged(candidate, challenge);
        channel.writeAndFlush(challenge.frame(), channel.voidPromise());
    }

    private void prove(Candidate candidate, Challenge challenge, Frame frame)
            throws BadHandshakeException {
        if (frame.type() != FrameType.PROVE) {
            refuse(Refusal.INVALID, "The answer to a 'challenge' is 'prove'.");
            return;
        }
        Proof proof = Proof.read(frame);
        work(
                candidate.agentId(),
                () -> {
                    gate.proofs().check(candidate, challenge, proof);
                    return () -> proven(candidate, challenge, proof);
                });
    }

    /** Another guest may be there that has proved the same, or is about to join. */
    private void proven(Candidate candidate, Challenge challenge, Proof proof) {
        String agentId = candidate.agentId();
        Handshake other = gate.live().enter(agentId, handshake);
        if (other == null) {
            place = agentId;
            admit(candidate, challenge, proof);
        } else {
            other.ask(answers ->
                    channel.eventLoop()
                            .execute(() ->
                                    next(() -> meet(candidate, challenge, proof, other, answers))));
        }
    }

    private void meet(
            Candidate candidate,
            Challenge challenge,
            Proof proof,
            Handshake other,
            boolean answers) {
        String agentId = candidate.agentId();
        if (!answers) {
            replace(agentId, other, "the guest has opened another link");
            proven(candidate, challenge, proof);
            return;
        }
        switch (gate.settings().get().enrol().clones()) {
            case SUPERSEDE -> {
                LOG.warn(
                        "a second guest has the identity of agent {} and takes the place of the"
                                + " first one, as fleet.clones says: stop one of the two",
                        agentId);
                gate.observer().onCopy(Copy.SUPERSEDED);
                replace(agentId, other, "another guest with the same identity has taken its place");
                proven(candidate, challenge, proof);
            }
            case REJECT -> {
                LOG.warn(
                        "a second guest has the identity of agent {} and is refused, as"
                                + " fleet.clones says: stop one of the two",
                        agentId);
                gate.observer().onCopy(Copy.REJECTED);
                refuse(
                        Refusal.DUPLICATE,
                        "Another guest with the same identity is connected: stop one of the two.");
            }
            case FORK_AS_CHILD -> challenge(gate.proofs().copyOf(agentId), true);
        }
    }

    private void replace(String agentId, Handshake other, String reason) {
        gate.live().remove(agentId, other);
        other.end(Refusal.SUPERSEDED, reason);
    }

    private void admit(Candidate candidate, Challenge challenge, Proof proof) {
        if (proof.next() == null && gate.registry().isDue(candidate.agentId())) {
            challenge(candidate, true);
            return;
        }
        work(
                candidate.agentId(),
                () -> {
                    Agent agent = gate.proofs().admit(candidate, challenge, proof);
                    return () -> enter(agent);
                });
    }

    private void enter(Agent agent) {
        state = new State.Over();
        place = null; // it is the guest's from now on
        LiveGuest guest = new LiveGuest(agent.id(), channel, gate, handshake);
        handshake.admitted(guest);
        String parent = gate.proofs().parent(agent.id());
        Registered registered = new Registered(agent.id(), agent.tenant(), parent);
        channel.write(registered.frame(), channel.voidPromise());
        gate.admission().onAdmitted(channel, agent);
        channel.flush();
        guest.begin();
        handshake.begun();
    }

    private void work(String key, Work work) {
        state = new State.Working();
        try {
            gate.jobs()
                    .execute(
                            key,
                            () -> {
                                Runnable next = outcome(work);
                                channel.eventLoop().execute(() -> next(next));
                            });
        } catch (RejectedExecutionException _) {
            refuse(Refusal.OVERLOADED, "Too many guests join at once.", RETRY_SECONDS);
        }
    }

    private Runnable outcome(Work work) {
        try {
            return work.run();
        } catch (RefusedException e) {
            return () -> refuse(e.why(), e.refused().message());
        } catch (StoppingException _) {
            return () -> refuse(Refusal.OVERLOADED, "The daemon stops.", RETRY_SECONDS);
        } catch (IOException e) {
            LOG.error("a guest was not let in, because of state_dir: {}", Quoted.message(e));
            return () ->
                    refuse(
                            Refusal.OVERLOADED,
                            "The daemon cannot store this now; its log says why.",
                            RETRY_SECONDS);
        } catch (RuntimeException e) {
            LOG.error("a guest was not let in because of a bug in the daemon", e);
            return () -> refuse(Refusal.OVERLOADED, "The daemon has failed.", RETRY_SECONDS);
        }
    }

    /** Not if it was refused, or has left, meanwhile. */
    private void next(Runnable next) {
        if (state instanceof State.Working) {
            next.run();
        }
    }

    void refuse(Refusal why, String sentence) {
        refuse(why, sentence, 0);
    }

    private void refuse(Refusal why, String sentence, long retryAfter) {
        if (state instanceof State.Over) {
            return;
        }
        end();
        gate.observer().onRefused(why);
        if (why == Refusal.BAD_TOKEN) {
            gate.failed().failed(channel.remoteAddress());
        }
        LOG.warn(
                "refused a guest at {}: {}",
                Quoted.word(String.valueOf(channel.remoteAddress())),
                sentence);
        channel.writeAndFlush(new Refused(why.wireName(), sentence, retryAfter).frame())
                .addListener(ChannelFutureListener.CLOSE);
    }

    boolean isOver() {
        return state instanceof State.Over;
    }

    /** The guest has left, or was refused. */
    void end() {
        state = new State.Over();
        if (place != null) {
            gate.live().remove(place, handshake);
            place = null;
        }
        handshake.begun();
    }
}
