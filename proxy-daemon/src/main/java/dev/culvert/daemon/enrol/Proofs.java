package dev.culvert.daemon.enrol;

import dev.culvert.daemon.auth.Secret;
import dev.culvert.daemon.enrol.AgentIdentity.Joined;
import dev.culvert.daemon.enrol.AgentIdentity.Keys;
import dev.culvert.daemon.enrol.EnrolObserver.Copy;
import dev.culvert.daemon.enrol.Enrolment.Claim;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.identity.AgentKey;
import dev.culvert.identity.Challenge;
import dev.culvert.identity.Proof;
import dev.culvert.identity.Refusal;
import dev.culvert.identity.Register;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the proofs of guests, stores what they prove, and makes the guests agents of the fleet.
 * Runs on the workers, under the agent's id.
 */
final class Proofs {
    private static final Logger LOG = LoggerFactory.getLogger(Proofs.class);

    /** Leaves room in an id for what tells a copy from its parent. */
    private static final int MOST_OF_A_PARENT = 51;

    private final Enrolments enrolments;
    private final Identities identities;
    private final EnrolledAgents agents;
    private final EnrolObserver observer;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    Proofs(
            Enrolments enrolments,
            Identities identities,
            EnrolledAgents agents,
            EnrolObserver observer,
            InstantSource clock) {
        this.enrolments = enrolments;
        this.identities = identities;
        this.agents = agents;
        this.observer = observer;
        this.clock = clock;
    }

    /** Whether the guest's signatures are right. Takes a while. */
    void check(Candidate candidate, Challenge challenge, Proof proof) throws RefusedException {
        boolean right =
                switch (candidate) {
                    case Candidate.Newcomer(_, Claim claim, _) ->
                            proof.next() == null && proof.isBy(claim.key(), challenge);
                    case Candidate.Claimant(_, Claim claim) ->
                            proof.next() == null && proof.isBy(claim.key(), challenge);
                    case Candidate.Known(String agentId) ->
                            signer(agentId, challenge, proof) != null;
                    case Candidate.Copy(String parent, _) ->
                            proof.next() != null && signer(parent, challenge, proof) != null;
                };
        if (!right || (challenge.newKey() && proof.next() == null)) {
            throw new RefusedException(
                    Refusal.BAD_PROOF,
                    "The signature is not by the key of this agent: its --state-dir may belong to"
                            + " another agent, or to an earlier one of this name.");
        }
    }

    private @Nullable AgentKey signer(String agentId, Challenge challenge, Proof proof) {
        AgentIdentity identity = identities.valid(agentId);
        return identity == null ? null : identity.keys().signer(proof, challenge);
    }

    /** The guest has proved itself: stores that, and makes it an agent of the fleet. Blocks. */
    Agent admit(Candidate candidate, Challenge challenge, Proof proof)
            throws RefusedException, IOException {
        return switch (candidate) {
            case Candidate.Newcomer(Enrolment enrolment, Claim claim, Register register) ->
                    isKnown(claim)
                            ? again(claim.agentId(), challenge, proof)
                            : create(enrolment, claim, proof, register.facts());
            case Candidate.Claimant(Enrolment enrolment, Claim claim) ->
                    isKnown(claim)
                            ? again(claim.agentId(), challenge, proof)
                            : create(enrolment, claim, proof, Map.of());
            case Candidate.Known(String agentId) -> again(agentId, challenge, proof);
            case Candidate.Copy(String parent, String agentId) -> fork(parent, agentId, proof);
        };
    }

    /** Whether the same guest has proved itself on another link meanwhile. */
    private boolean isKnown(Claim claim) {
        AgentIdentity identity = identities.valid(claim.agentId());
        return identity != null && identity.keys().has(claim.key());
    }

    private Agent create(Enrolment enrolment, Claim claim, Proof proof, Map<String, String> facts)
            throws RefusedException, IOException {
        Instant now = clock.instant();
        Keys keys = new Keys(claim.key(), now, null);
        AgentIdentity identity =
                new AgentIdentity(
                                claim.agentId(),
                                enrolment.tenant(),
                                "",
                                now,
                                keys,
                                null,
                                facts,
                                null)
                        .joined(proof, keys, now);
        Agent agent = agents.agent(identity);
        identities.put(identity);
        enrolments.done(enrolment, claim);
        LOG.info(
                "agent {} of {} has enrolled with the token {} that {} made, and has the key {}",
                identity.agentId(),
                identity.tenant(),
                enrolment.id(),
                enrolment.by(),
                claim.key().shown());
        observer.onJoined(true);
        return agent;
    }

    private Agent again(String agentId, Challenge challenge, Proof proof)
            throws RefusedException, IOException {
        AgentIdentity before = identities.valid(agentId);
        AgentKey signer = signer(agentId, challenge, proof);
        if (before == null || signer == null) {
            throw new RefusedException(
                    Refusal.REVOKED, "The identity of this agent was revoked meanwhile.");
        }
        Agent agent = agents.agent(before);
        Instant now = clock.instant();
        Keys keys = before.keys().after(signer, proof.next(), now);
        identities.put(before.joined(proof, keys, now));
        tellOfCopy(before, proof);
        tellOfKey(before, keys);
        observer.onJoined(false);
        return agent;
    }

    private void tellOfCopy(AgentIdentity before, Proof proof) {
        Joined last = before.joined();
        if (last == null) {
            return;
        }
        String generation = last.joining().generation();
        boolean isOtherMachine =
                !generation.equals(proof.generation())
                        && !generation.isEmpty()
                        && !proof.generation().isEmpty();
        if (proof.counter() <= before.joins()) {
            observer.onCopy(Copy.RESTORED);
            LOG.warn(
                    "agent {} has joined for the {}th time, and {} times before: it was restored"
                            + " from an older state, or is a copy of a guest that is away",
                    before.agentId(),
                    proof.counter(),
                    before.joins());
        } else if (isOtherMachine) {
            observer.onCopy(Copy.RESTORED);
            LOG.info(
                    "the machine of agent {} was restored from a snapshot, or is a copy: its"
                            + " generation id is {} instead of {}",
                    before.agentId(),
                    proof.generation(),
                    generation);
        }
    }

    /** The guest has another key, on a link that it has already. Blocks. */
    void renew(String agentId, Challenge challenge, Proof proof)
            throws RefusedException, IOException {
        AgentIdentity before = identities.valid(agentId);
        AgentKey signer = signer(agentId, challenge, proof);
        if (before == null || signer == null || proof.next() == null) {
            throw new RefusedException(Refusal.BAD_PROOF, "The agent did not send another key.");
        }
        Keys keys = before.keys().after(signer, proof.next(), clock.instant());
        identities.put(before.with(keys));
        tellOfKey(before, keys);
    }

    private void tellOfKey(AgentIdentity before, Keys keys) {
        if (!keys.present().equals(before.keys().present())) {
            observer.onRotated();
            LOG.info(
                    "agent {} has another key: {} instead of {}",
                    before.agentId(),
                    keys.present().shown(),
                    before.keys().present().shown());
        }
    }

    /** What a copy of an agent will be. */
    Candidate.Copy copyOf(String parent) {
        String kept = parent.substring(0, Math.min(parent.length(), MOST_OF_A_PARENT));
        return new Candidate.Copy(parent, kept + "-" + Secret.newId(random));
    }

    private Agent fork(String parent, String agentId, Proof proof)
            throws RefusedException, IOException {
        AgentIdentity of = identities.valid(parent);
        Proof.Next next = proof.next();
        if (of == null || next == null) {
            throw new RefusedException(
                    Refusal.REVOKED, "The identity of the agent was revoked meanwhile.");
        }
        Instant now = clock.instant();
        Keys keys = new Keys(next.key(), now, null);
        AgentIdentity child =
                new AgentIdentity(agentId, of.tenant(), parent, now, keys, null, of.facts(), null)
                        .joined(proof, keys, now);
        Agent agent = agents.agent(child);
        identities.put(child);
        agents.configureAs(parent, agent);
        LOG.warn(
                "a second guest has the identity of agent {}: it is agent {} from now on, with a"
                        + " configuration of its own (fleet.clones is fork-as-child)",
                parent,
                agentId);
        observer.onCopy(Copy.FORKED);
        observer.onJoined(true);
        return agent;
    }

    /** Whose agent it is. */
    String tenant(String agentId) {
        AgentIdentity identity = identities.find(agentId);
        return identity == null ? "" : identity.tenant();
    }

    /** The parent of the agent; empty if it is no copy. */
    String parent(String agentId) {
        AgentIdentity identity = identities.find(agentId);
        return identity == null ? "" : identity.parent();
    }
}
