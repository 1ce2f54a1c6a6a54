package dev.culvert.daemon.flows;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.AgentSettings;
import java.util.Objects;

/** What a caller may do with a run. */
final class RunRights {
    private RunRights() {}

    /** Whether it is this caller's, whatever its rights are now. */
    static boolean isOf(RunRecord run, Caller caller) {
        Caller owner = run.caller();
        return owner.kind() == caller.kind()
                && owner.name().equals(caller.name())
                && Objects.equals(owner.tenant(), caller.tenant());
    }

    /**
     * What a caller of no tenant starts for no tenant is for such callers only: it has read what
     * others may not.
     */
    static boolean sees(Caller caller, RunRecord run) {
        boolean isOfNobody =
                run.caller().tenant() == null && run.tenant().equals(AgentSettings.DEFAULT_TENANT);
        return caller.sees(run.tenant()) && (caller.tenant() == null || !isOfNobody);
    }

    /** What is said to have been done decides what the run does next, with its own rights. */
    static boolean hasRightsOf(RunRecord run, Caller caller) {
        return isOfTenant(caller, run) && caller.scopes().containsAll(run.caller().scopes());
    }

    static boolean isOfTenant(Caller caller, RunRecord run) {
        return caller.tenant() == null || caller.tenant().equals(run.caller().tenant());
    }
}
