package dev.culvert.daemon.plans;

import dev.culvert.daemon.plans.StateRefusedException.Why;
import dev.culvert.infra.Change;
import dev.culvert.infra.GuestId;
import dev.culvert.infra.ManagedGuest;
import dev.culvert.infra.StateDocument;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The desired states that the daemon keeps. Safe for all threads; what changes one blocks. */
public final class DesiredStates {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    /** How many and how large they may be. */
    public record Limits(int most, long mostBytes) {}

    private final StateStore store;
    private final Supplier<Limits> limits;
    private final InstantSource clock;

    /** Changed with the lock of this object; read by everybody. */
    private volatile Map<String, KeptState> states = Map.of();

    public DesiredStates(StateStore store, Supplier<Limits> limits, InstantSource clock) {
        this.store = store;
        this.limits = limits;
        this.clock = clock;
    }

    /** Reads what was kept. Blocks. */
    public void restore() throws IOException {
        Map<String, KeptState> read = new TreeMap<>();
        store.read().forEach(it -> read.put(it.name(), it));
        states = read;
    }

    /** By name. */
    public List<KeptState> all() {
        return List.copyOf(states.values());
    }

    public KeptState named(String name) throws StateRefusedException {
        KeptState state = states.get(name);
        if (state == null) {
            throw new StateRefusedException(
                    Why.UNKNOWN,
                    "There is no desired state '%s': culvert infra list shows those there are, and culvert infra put makes one."
                            .formatted(Quoted.word(name)));
        }
        return state;
    }

    /**
     * Keeps a text.
     *
     * @param expected the revision that is replaced, 0 for none; empty if any may be
     * @param managed what it has made or adopted; null to leave that as it is
     * @throws dev.culvert.infra.BadStateException if it is no desired state
     */
    public synchronized KeptState put(
            String name,
            String text,
            OptionalLong expected,
            @Nullable Map<GuestId, ManagedGuest> managed,
            String author)
            throws StateRefusedException, IOException {
        Limits now = limits.get();
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (!NAME.matcher(name).matches()) {
            throw new StateRefusedException(
                    Why.BAD,
                    "'%s' is no name of a desired state: it has up to 63 letters, digits, '.', '_' and '-', and begins with a letter or a digit."
                            .formatted(Quoted.word(name)));
        }
        if (bytes > now.mostBytes()) {
            throw new StateRefusedException(
                    Why.BAD,
                    "The desired state has %d bytes: it may have %d (inventory.max_state_bytes). Make several states of it."
                            .formatted(bytes, now.mostBytes()));
        }
        StateDocument.read(name, text);
        KeptState before = states.get(name);
        long revision = before == null ? 0 : before.revision();
        if (expected.isPresent() && expected.getAsLong() != revision) {
            throw new StateRefusedException(
                    Why.OUTDATED,
                    before == null
                            ? "There is no desired state '%s' any more, so its revision %d cannot be replaced: send it without one."
                                    .formatted(name, expected.getAsLong())
                            : "The desired state '%s' has the revision %d, written by %s at %s, and not %d: read it again, and change that."
                                    .formatted(
                                            name,
                                            revision,
                                            before.author(),
                                            before.written(),
                                            expected.getAsLong()),
                    before);
        }
        if (before == null && states.size() >= now.most()) {
            throw new StateRefusedException(
                    Why.FULL,
                    "The daemon keeps %d desired states, which is the most (inventory.max_states): delete one with culvert infra rm."
                            .formatted(now.most()));
        }
        Map<GuestId, ManagedGuest> owned =
                managed != null ? managed : before == null ? Map.of() : before.managed();
        KeptState next =
                new KeptState(
                        name,
                        revision + 1,
                        text,
                        owned,
                        author,
                        clock.instant(),
                        before == null ? "" : before.run());
        save(next);
        return next;
    }

    /** Forgets one. What it has made stays. */
    public synchronized void delete(String name, OptionalLong expected)
            throws StateRefusedException, IOException {
        KeptState before = named(name);
        if (expected.isPresent() && expected.getAsLong() != before.revision()) {
            throw new StateRefusedException(
                    Why.OUTDATED,
                    "The desired state '%s' has the revision %d, and not %d: read it again."
                            .formatted(name, before.revision(), expected.getAsLong()),
                    before);
        }
        store.delete(name);
        Map<String, KeptState> next = new TreeMap<>(states);
        next.remove(name);
        states = next;
    }

    /** Notes that a run has begun to apply it. */
    public synchronized void appliedBy(String name, String run) throws IOException {
        KeptState before = states.get(name);
        if (before != null) {
            save(before.appliedBy(run));
        }
    }

    /** Notes that a change of a plan is made; nothing if the state is gone. */
    public synchronized void made(String name, Change change) throws IOException {
        KeptState before = states.get(name);
        if (before != null) {
            save(before.after(change));
        }
    }

    private void save(KeptState state) throws IOException {
        store.save(state);
        Map<String, KeptState> next = new TreeMap<>(states);
        next.put(state.name(), state);
        states = next;
    }
}
