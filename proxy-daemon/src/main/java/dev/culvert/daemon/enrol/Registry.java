package dev.culvert.daemon.enrol;

import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.config.FleetSettings;
import dev.culvert.daemon.enrol.Enrolment.Claim;
import dev.culvert.identity.Hello;
import dev.culvert.identity.Refusal;
import dev.culvert.identity.Register;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/** Finds out who a guest is that says so: by its token, or by the agent that it names. */
final class Registry {
    /** A key is replaced when so much of its lifetime is over. */
    private static final double DUE = 0.67;

    private final Enrolments enrolments;
    private final Identities identities;
    private final EnrolledAgents agents;
    private final Supplier<FleetSettings> settings;
    private final InstantSource clock;

    Registry(
            Enrolments enrolments,
            Identities identities,
            EnrolledAgents agents,
            Supplier<FleetSettings> settings,
            InstantSource clock) {
        this.enrolments = enrolments;
        this.identities = identities;
        this.agents = agents;
        this.settings = settings;
        this.clock = clock;
    }

    /** The guest shows a token. From now on the token belongs to its key. Blocks. */
    Candidate claim(Register register) throws RefusedException, IOException {
        Enrolment enrolment = enrolments.byToken(register);
        Claim claim = enrolment.claim();
        if (claim == null) {
            enrolment = enrolments.claim(enrolment, register, freeName(enrolment, register));
            claim = enrolment.claim();
        }
        if (claim == null) {
            throw new IllegalStateException("it was claimed");
        }
        AgentIdentity known = identities.valid(claim.agentId());
        if (known != null && known.keys().has(register.key())) {
            return new Candidate.Known(claim.agentId());
        }
        if (claim.done() != null) {
            throw new RefusedException(
                    Refusal.BAD_TOKEN,
                    "The join token was used already, and the identity that it gave is over: make"
                            + " another one with culvert enroll.");
        }
        return new Candidate.Newcomer(enrolment, claim, register);
    }

    private String freeName(Enrolment enrolment, Register register) throws RefusedException {
        String bound = enrolment.name();
        String wanted = register.name();
        if (!bound.isEmpty() && !wanted.isEmpty() && !bound.equals(wanted)) {
            throw new RefusedException(
                    Refusal.BAD_TOKEN,
                    "The join token is for another name: leave --name out, or make a token for"
                            + " that name.");
        }
        String chosen = wanted.isEmpty() ? register.hostname() : wanted;
        String name = bound.isEmpty() ? chosen : bound;
        if (name.isEmpty()) {
            throw new RefusedException(
                    Refusal.INVALID,
                    "The join token is bound to no name, and the guest's hostname cannot be one: set"
                            + " --name.");
        }
        if (isTaken(name)) {
            throw new RefusedException(
                    Refusal.NAME_TAKEN,
                    "The name %s is taken: choose another one, or remove the agent that has it."
                            .formatted(name));
        }
        return name;
    }

    /** Whether an agent, or a guest that has used its token, has this name. */
    boolean isTaken(String name) {
        return name.equals(AgentSettings.RESERVED_ID)
                || agents.isThere(name)
                || identities.valid(name) != null
                || enrolments.claimedBy(name) != null;
    }

    /** The guest says that it has an identity. Never blocks. */
    Candidate known(Hello hello) throws RefusedException {
        AgentIdentity identity = identities.find(hello.agentId());
        if (identity != null && identity.revoked() == null) {
            checkLifetime(identity);
            return new Candidate.Known(hello.agentId());
        }
        Enrolment claimed = enrolments.claimedBy(hello.agentId());
        Claim claim = claimed == null ? null : claimed.claim();
        if (claimed != null && claim != null) {
            return new Candidate.Claimant(claimed, claim);
        }
        throw identity == null
                ? new RefusedException(
                        Refusal.UNKNOWN_AGENT,
                        "The daemon knows no agent of this name that dials in: make a join token"
                                + " with culvert enroll.")
                : new RefusedException(
                        Refusal.REVOKED,
                        "The identity of this agent was revoked: make a join token with culvert"
                                + " enroll.");
    }

    private void checkLifetime(AgentIdentity identity) throws RefusedException {
        Optional<Duration> lifetime = settings.get().enrol().identityLifetime();
        if (lifetime.isPresent()
                && clock.instant().isAfter(identity.keys().made().plus(lifetime.get()))) {
            throw new RefusedException(
                    Refusal.EXPIRED,
                    "The key of this agent is older than fleet.identity_lifetime, because the agent"
                            + " was away when it was time to replace it: revoke its identity, and"
                            + " make a join token with culvert enroll.");
        }
    }

    /** Whether it is time for another key. */
    boolean isDue(String agentId) {
        return due(agentId).filter(Duration.ZERO::equals).isPresent();
    }

    /** In how long the agent should get another key; empty if never, zero if now. */
    Optional<Duration> due(String agentId) {
        AgentIdentity identity = identities.valid(agentId);
        if (identity == null) {
            return Optional.empty();
        }
        return settings.get()
                .enrol()
                .identityLifetime()
                .map(lifetime -> {
                    Duration age = Duration.between(identity.keys().made(), clock.instant());
                    Duration left =
                            Duration.ofMillis((long) (lifetime.toMillis() * DUE)).minus(age);
                    return left.isNegative() ? Duration.ZERO : left;
                });
    }
}
