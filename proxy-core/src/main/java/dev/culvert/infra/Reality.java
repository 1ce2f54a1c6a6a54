package dev.culvert.infra;

import dev.culvert.value.Value;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the inventory has, in the words of its answers. */
public interface Reality {
    /** Where the daemon has it. */
    String INVENTORY = "/api/v1/inventory";

    String GUESTS = INVENTORY + "/guests";

    /** All guests, without their configuration. */
    List<Value> all() throws IOException;

    /** The names of the servers. */
    List<String> servers() throws IOException;

    List<Value> nodes() throws IOException;

    List<Value> storages() throws IOException;

    /** Those of these guests that are there, with their configuration. */
    Map<GuestId, Observed> guests(Collection<GuestId> ids) throws IOException;

    /** One guest with its configuration; empty if it is not there. */
    default Optional<Observed> guest(GuestId id) throws IOException {
        return Optional.ofNullable(guests(Set.of(id)).get(id));
    }
}
