package dev.culvert.infra;

import dev.culvert.value.Value;
import java.util.List;

/**
 * A guest that a desired state has made or adopted: only these are destroyed when it no longer
 * wants them.
 *
 * @param needs names of those that it needs, and is destroyed before
 */
public record ManagedGuest(GuestId id, GuestKind kind, String name, List<String> needs) {
    public ManagedGuest {
        needs = List.copyOf(needs);
    }

    /** What a guest is after a change. */
    public static ManagedGuest after(Change change) {
        return new ManagedGuest(change.id(), change.kind(), change.name(), change.needs());
    }

    /**
     * Reads what {@link #value} wrote.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static ManagedGuest of(Value value) {
        return new ManagedGuest(
                GuestId.parse(value.text("id")),
                GuestKind.of(value.text("kind")),
                value.text("name"),
                value.at("needs").list().stream().map(Value::text).toList());
    }

    public Value value() {
        return Value.members(
                "id", id.toString(),
                "kind", kind.word(),
                "name", name,
                "needs", GuestWriter.texts(needs));
    }
}
