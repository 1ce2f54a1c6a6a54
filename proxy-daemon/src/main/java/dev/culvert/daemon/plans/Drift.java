package dev.culvert.daemon.plans;

import dev.culvert.daemon.inventory.Inventory;
import dev.culvert.infra.BadStateException;
import dev.culvert.infra.Change.Action;
import dev.culvert.infra.Comparison;
import dev.culvert.infra.Plan;
import dev.culvert.infra.StateDocument;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How much of each desired state is not as it should be, by what the polls have seen. */
public final class Drift {
    /**
     * Of one state.
     *
     * @param changes how many guests differ, by what would be done with them
     * @param trouble why nobody can say it; empty if it can be said
     */
    public record Look(Instant at, Map<Action, Long> changes, String trouble) {
        public Look {
            changes = Map.copyOf(changes);
        }

        /** The same, by the words of the changes. */
        public Map<String, Long> byWord() {
            Map<String, Long> words = new TreeMap<>();
            changes.forEach((action, count) -> words.put(action.word(), count));
            return words;
        }

        public long count() {
            return changes.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    private final DesiredStates states;
    private final Inventory inventory;
    private final InstantSource clock;
    private volatile Map<String, Look> looks = Map.of();

    public Drift(DesiredStates states, Inventory inventory, InstantSource clock) {
        this.states = states;
        this.inventory = inventory;
        this.clock = clock;
    }

    /** By the name of the state; those that were never compared are missing. */
    public Map<String, Look> looks() {
        return looks;
    }

    public @Nullable Look of(String state) {
        return looks.get(state);
    }

    /** Compares all of them. Takes a while where there are many guests. */
    public void check() {
        Map<String, Look> next = new TreeMap<>();
        for (KeptState state : states.all()) {
            next.put(state.name(), look(state));
        }
        looks = next;
    }

    private Look look(KeptState state) {
        Map<Action, Long> changes = new EnumMap<>(Action.class);
        try {
            Plan plan =
                    Comparison.plan(
                            state.name(),
                            StateDocument.read(state.name(), state.text()),
                            state.managed(),
                            new ServersReality(inventory, false));
            for (Action action : Action.values()) {
                changes.put(action, plan.count(action));
            }
            return new Look(clock.instant(), changes, "");
        } catch (BadStateException e) {
            return new Look(clock.instant(), changes, Quoted.sentence(e.mistakes().getFirst()));
        } catch (IOException e) {
            return new Look(clock.instant(), changes, Quoted.message(e));
        }
    }
}
