package dev.culvert.daemon.enrol;

import dev.culvert.daemon.auth.Secret;
import dev.culvert.daemon.auth.SecretHash;
import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.enrol.Enrolment.Claim;
import dev.culvert.daemon.enrol.Enrolment.State;
import dev.culvert.identity.Refusal;
import dev.culvert.identity.Register;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The enrolments, as the store had them last. Reading never waits and is for any thread; what
 * changes them blocks, and runs under {@link #KEY} on the workers.
 */
public final class Enrolments {
    /** Work on enrolments is done in turn; no agent can have this id. */
    public static final String KEY = "/enrollments";

    /** How long a token is valid, where nobody says otherwise. */
    public static final Duration TTL = Duration.ofHours(1);

    /** How long it can be valid. */
    public static final Duration LONGEST_TTL = Duration.ofDays(30);

    /** How long an enrolment is listed when it is over. */
    private static final Duration LISTED = Duration.ofDays(1);

    /** How long a guest that used its token may take to prove itself. */
    private static final Duration CLAIMED = Duration.ofDays(30);

    private final EnrolmentStore store;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Enrolment> byId = new ConcurrentHashMap<>();

    /** An enrolment with its token, which nobody can look up later. */
    public record Made(Enrolment enrolment, String token) {
        /** Without the token. */
        @Override
        public String toString() {
            return enrolment.toString();
        }
    }

    public Enrolments(EnrolmentStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Reads the store. */
    public void load() throws IOException {
        store.read().forEach(enrolment -> byId.put(enrolment.id(), enrolment));
    }

    /** Also those that are over. */
    public Collection<Enrolment> all() {
        return byId.values();
    }

    public @Nullable Enrolment find(String id) {
        return byId.get(id);
    }

    public State state(Enrolment enrolment) {
        return enrolment.state(clock.instant());
    }

    /** How many tokens can be used. */
    public long open() {
        Instant now = clock.instant();
        return byId.values().stream().filter(it -> it.state(now) == State.OPEN).count();
    }

    /**
     * Makes one.
     *
     * @param name empty if the guest may choose its own
     * @param by who wants it
     * @param most how many may be listed
     * @throws IllegalArgumentException one sentence without an end, when there can be no such one
     */
    public Made create(String name, String tenant, Duration ttl, String by, int most)
            throws IOException {
        Instant now = clock.instant();
        forgetOld(now);
        if (name.equals(AgentSettings.RESERVED_ID)) {
            throw new IllegalArgumentException(
                    "no agent can be named connect, because agents dial in at"
                            + " /api/v1/agents/connect: choose another name");
        }
        for (Enrolment other : byId.values()) {
            if (!name.isEmpty() && other.name().equals(name) && other.state(now) == State.OPEN) {
                throw new IllegalArgumentException(
                        "there is an open enrolment for that name already: delete it, or wait until"
                                + " it has expired");
            }
        }
        if (byId.size() >= most) {
            throw new IllegalArgumentException(
                    "there are "
                            + byId.size()
                            + " enrolments, and the limit is "
                            + most
                            + " (fleet.max_enrollments): delete some, or raise the limit");
        }
        String id = Secret.newId(random);
        String token = Secret.make(Secret.JOIN_PREFIX, id, random);
        Enrolment made =
                new Enrolment(id, SecretHash.of(token), name, tenant, by, now, now.plus(ttl), null);
        save(made);
        return new Made(made, token);
    }

    private void forgetOld(Instant now) throws IOException {
        for (Enrolment old : byId.values()) {
            if (now.isAfter(old.forgotten(CLAIMED, LISTED))) {
                delete(old.id());
            }
        }
    }

    /** Its token is not valid any more. A guest that has used it stays what it is. */
    public void delete(String id) throws IOException {
        store.delete(id);
        byId.remove(id);
    }

    /**
     * The enrolment of a guest's token, which this guest may use: it is open, or was used with the
     * same key before.
     */
    Enrolment byToken(Register register) throws RefusedException {
        String id = Secret.idOf(Secret.JOIN_PREFIX, register.token());
        Enrolment found = id == null ? null : byId.get(id);
        if (found == null || !found.token().isSame(SecretHash.of(register.token()))) {
            throw bad("The daemon knows no such join token: make one with culvert enroll.");
        }
        Claim claim = found.claim();
        if (claim != null && !claim.key().equals(register.key())) {
            throw bad(
                    "The join token was used by another guest already: make another one with"
                            + " culvert enroll.");
        }
        if (claim == null && !clock.instant().isBefore(found.expires())) {
            throw bad("The join token has expired: make another one with culvert enroll.");
        }
        return found;
    }

    private static RefusedException bad(String sentence) {
        return new RefusedException(Refusal.BAD_TOKEN, sentence);
    }

    /** The token belongs to that key from now on. */
    Enrolment claim(Enrolment open, Register register, String agentId) throws IOException {
        Enrolment claimed = open.claimed(new Claim(agentId, register.key(), clock.instant(), null));
        save(claimed);
        return claimed;
    }

    /** The guest has an identity now. One that was deleted meanwhile stays deleted. */
    void done(Enrolment claimed, Claim claim) throws IOException {
        if (byId.containsKey(claimed.id())) {
            Claim done = new Claim(claim.agentId(), claim.key(), claim.since(), clock.instant());
            save(claimed.claimed(done));
        }
    }

    /** Whose guest has used its token and has not proved itself; null if there is none. */
    @Nullable Enrolment claimedBy(String agentId) {
        for (Enrolment one : byId.values()) {
            Claim claim = one.claim();
            if (claim != null && claim.done() == null && claim.agentId().equals(agentId)) {
                return one;
            }
        }
        return null;
    }

    private void save(Enrolment enrolment) throws IOException {
        store.save(enrolment);
        byId.put(enrolment.id(), enrolment);
    }
}
