package dev.culvert.daemon.config;

import java.util.List;
import java.util.Set;

/** A name for a set of scopes. */
public record Role(String name, Set<Scope> scopes) {
    /** The roles that every daemon has. */
    public static final List<Role> BUILT_IN =
            List.of(
                    new Role("viewer", Set.of(Scope.AGENTS_READ, Scope.METRICS_READ)),
                    new Role(
                            "operator",
                            Set.of(Scope.AGENTS_READ, Scope.AGENTS_WRITE, Scope.METRICS_READ)),
                    new Role("approver", Set.of(Scope.AGENTS_READ, Scope.APPROVALS)),
                    new Role("admin", Set.of(Scope.values())));

    public Role {
        scopes = Set.copyOf(scopes);
    }
}
