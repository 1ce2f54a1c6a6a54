package dev.culvert.daemon.plans;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.flows.Flow;
import dev.culvert.daemon.flows.FlowFolder;
import dev.culvert.daemon.flows.FlowRefusal;
import dev.culvert.daemon.flows.Flows;
import dev.culvert.daemon.flows.RunRecord;
import dev.culvert.daemon.inventory.Inventory;
import dev.culvert.daemon.plans.StateRefusedException.Why;
import dev.culvert.infra.BadStateException;
import dev.culvert.infra.Comparison;
import dev.culvert.infra.DesiredState;
import dev.culvert.infra.GuestId;
import dev.culvert.infra.ManagedGuest;
import dev.culvert.infra.Plan;
import dev.culvert.infra.StateDocument;
import dev.culvert.infra.Validation;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Makes plans of desired states, and has them applied. All of it blocks. */
public final class Plans {
    private static final int LEAST_DIGITS = 6;

    private final DesiredStates states;
    private final Inventory inventory;
    private final Flows flows;
    private final FlowFolder folder;

    public Plans(DesiredStates states, Inventory inventory, Flows flows, FlowFolder folder) {
        this.states = states;
        this.inventory = inventory;
        this.flows = flows;
        this.folder = folder;
    }

    /**
     * What is wrong with a text, each as {@code NAME:LINE:COLUMN: sentence}. Asks no server: it is
     * held against what the polls have seen.
     */
    public List<String> mistakes(String name, String text) throws StateRefusedException {
        try {
            DesiredState desired = StateDocument.read(name, text);
            Map<GuestId, ManagedGuest> managed =
                    states.all().stream()
                            .filter(it -> it.name().equals(name))
                            .findFirst()
                            .map(KeptState::managed)
                            .orElse(Map.of());
            return Validation.mistakes(desired, managed, new ServersReality(inventory, false));
        } catch (BadStateException e) {
            return e.mistakes();
        } catch (IOException e) {
            throw new StateRefusedException(
                    Why.UNREACHABLE,
                    "Nobody can say yet whether it can be made, because %s. Try it again in a moment, or see culvert inventory."
                            .formatted(Quoted.message(e)));
        }
    }

    /**
     * The plan of now.
     *
     * @throws BadStateException if the state is wrong
     */
    public Plan plan(KeptState state) throws BadStateException, StateRefusedException {
        try {
            return Comparison.plan(
                    state.name(),
                    StateDocument.read(state.name(), state.text()),
                    state.managed(),
                    new ServersReality(inventory, true));
        } catch (BadStateException e) {
            throw e;
        } catch (IOException e) {
            throw new StateRefusedException(
                    Why.UNREACHABLE,
                    "There is no plan, because %s. See culvert inventory."
                            .formatted(Quoted.message(e)));
        }
    }

    /**
     * Applies the plan with that digest, as a run of a flow. One at a time for each state.
     *
     * @return the id of the run; empty if there is nothing to do
     */
    public String apply(String name, String digest, Caller caller)
            throws IOException, StateRefusedException, FlowRefusal {
        KeptState state = states.named(name);
        checkIdle(state, caller);
        Plan plan = plan(state);
        if (!digest.matches("[0-9a-f]{%d,64}".formatted(LEAST_DIGITS))) {
            throw new StateRefusedException(
                    Why.BAD,
                    "'%s' is no digest of a plan: culvert infra plan prints it, and at least %d of its digits are needed."
                            .formatted(Quoted.word(digest), LEAST_DIGITS));
        }
        if (!plan.digest().startsWith(digest)) {
            throw new StateRefusedException(
                    Why.CHANGED,
                    "The plan %s is not the one of now, which is %s: the state, or what is there, has changed since. Look at the new plan, and apply that. Nothing was done."
                            .formatted(digest, plan.shortDigest()));
        }
        if (plan.isEmpty()) {
            return "";
        }
        Flow flow = folder.read(PlanFlow.NAME, PlanFlow.text(name, plan));
        String key = String.join("\n", "infra", name, plan.digest(), UUID.randomUUID().toString());
        flows.start(
                new Flows.Start(
                        flow,
                        caller,
                        AgentSettings.DEFAULT_TENANT,
                        Map.of(),
                        RunRecord.Wanted.ALL,
                        key,
                        ""),
                _ -> {});
        RunRecord run = flows.withKey(key);
        if (run == null) {
            throw new IOException("the run of the plan has gone");
        }
        states.appliedBy(name, run.id());
        return run.id();
    }

    private void checkIdle(KeptState state, Caller caller) throws StateRefusedException {
        if (state.run().isEmpty()) {
            return;
        }
        try {
            if (!flows.head(state.run(), caller).state().isOver()) {
                throw new StateRefusedException(
                        Why.RUNNING,
                        "The run %s applies a plan of '%s' now: wait until it has ended, or cancel it with culvert flow cancel %s."
                                .formatted(state.run(), state.name(), state.run()),
                        state);
            }
        } catch (FlowRefusal e) {
            // it is not known any more, so it is over
        }
    }
}
