package dev.culvert.daemon.enrol;

import dev.culvert.daemon.config.ClonePolicy;
import dev.culvert.daemon.config.EnrolSettings;
import dev.culvert.daemon.config.FleetSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.DesiredStore;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.identity.Refusal;
import dev.culvert.identity.Register;
import dev.culvert.identity.SigningKey;
import dev.culvert.road.TestRoads;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** A daemon's side of handshakes, whose work runs at once. Stores outlive it. */
final class TestGate {
    final EnrolmentStore enrolmentStore;
    final IdentityStore identityStore;
    final Enrolments enrolments;
    final Identities identities;
    final Fleet fleet;
    final Gate gate;
    final Guests guests;
    final EnrolledAgents agents;
    final Map<Refusal, Integer> refused = new EnumMap<>(Refusal.class);
    final List<EnrolObserver.Copy> copies = new ArrayList<>();
    final List<Agent> admitted = new ArrayList<>();
    ClonePolicy policy = ClonePolicy.SUPERSEDE;
    Optional<Duration> lifetime = Optional.empty();
    Instant now = Instant.parse("2026-11-29T18:00:00Z");
    int rotated;
    boolean busy;
    private @Nullable Queue<Runnable> held;

    TestGate() throws IOException {
        this(new MemoryIdentities());
    }

    TestGate(IdentityStore identityStore) throws IOException {
        this(new MemoryEnrolments(), identityStore);
    }

    private TestGate(EnrolmentStore enrolmentStore, IdentityStore identityStore)
            throws IOException {
        this.enrolmentStore = enrolmentStore;
        this.identityStore = identityStore;
        enrolments = new Enrolments(enrolmentStore, () -> now);
        enrolments.load();
        fleet = new Fleet(DesiredStore.NONE, this::settings, TestRoads::unused);
        agents = new EnrolledAgents(fleet);
        identities = new Identities(identityStore, agents::show);
        identities.load();
        agents.restore(identities);
        EnrolObserver observer =
                new EnrolObserver() {
                    @Override
                    public void onRefused(Refusal why) {
                        refused.merge(why, 1, Integer::sum);
                    }

                    @Override
                    public void onCopy(Copy copy) {
                        copies.add(copy);
                    }

                    @Override
                    public void onRotated() {
                        rotated++;
                    }
                };
        guests = new Guests(enrolments, identities, agents, observer, () -> now);
        gate =
                new Gate(
                        new Registry(enrolments, identities, agents, this::settings, () -> now),
                        new Proofs(enrolments, identities, agents, observer, () -> now),
                        guests.live(),
                        new FailedJoins(() -> now),
                        this::execute,
                        this::settings,
                        observer,
                        (_, agent) -> admitted.add(agent));
    }

    private FleetSettings settings() {
        FleetSettings all = FleetSettings.DEFAULTS;
        EnrolSettings enrol = new EnrolSettings(policy, lifetime, Optional.empty(), 5);
        return new FleetSettings(5, all.maxConfigBytes(), all.maxTotalConfigBytes(), enrol);
    }

    private void execute(String key, Runnable work) {
        if (busy) {
            throw new RejectedExecutionException();
        }
        if (held == null) {
            work.run();
        } else {
            held.add(work);
        }
    }

    /** From now on work waits until it is run. */
    void hold() {
        held = new ArrayDeque<>();
    }

    /** Runs the oldest work that waits. */
    void runNext() {
        Objects.requireNonNull(Objects.requireNonNull(held).poll()).run();
    }

    /** The daemon is killed and starts again. */
    TestGate restarted() throws IOException {
        TestGate next = new TestGate(enrolmentStore, identityStore);
        next.now = now;
        return next;
    }

    String token(String name) throws IOException {
        return enrolments.create(name, "acme", Enrolments.TTL, "anna", 5).token();
    }

    static Register register(String token, SigningKey key, String name) {
        return new Register(
                token, key.open(), name, "i1", "1.0", List.of("credit"), Map.of("os", "Linux"));
    }
}
