package dev.culvert.daemon.flows;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Every kind of steps that flows of this daemon may have. Immutable. */
public final class StepKinds {
    private final Map<String, StepKind> byName = new LinkedHashMap<>();

    public StepKinds(List<StepKind> kinds) {
        for (StepKind kind : kinds) {
            if (FlowReader.MEMBERS_OF_A_STEP.contains(kind.name())
                    || byName.put(kind.name(), kind) != null) {
                throw new IllegalArgumentException(
                        "two members of a step have the name " + kind.name());
            }
        }
    }

    /** The kind of that name; null if there is none. */
    public @Nullable StepKind named(String name) {
        return byName.get(name);
    }

    Set<String> names() {
        return byName.keySet();
    }

    /** In the order in which they are shown. */
    public Collection<StepKind> all() {
        return byName.values();
    }
}
