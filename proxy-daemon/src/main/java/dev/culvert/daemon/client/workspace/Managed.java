package dev.culvert.daemon.client.workspace;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.infra.GuestId;
import dev.culvert.infra.ManagedGuest;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The guests that a workspace has made or adopted: only these does it destroy when their files are
 * gone. Kept in {@code .culvert/state.json}.
 */
final class Managed {
    private static final String FORMAT = "1";

    private final Path file;
    private final Map<GuestId, ManagedGuest> entries = new TreeMap<>();

    private Managed(Path file) {
        this.file = file;
    }

    static Managed read(Workspace workspace) throws IOException {
        Managed managed = new Managed(workspace.state().resolve("state.json"));
        if (Files.exists(managed.file)) {
            managed.read(Files.readString(managed.file), workspace.shown(managed.file));
        }
        return managed;
    }

    private void read(String text, String name) throws UsageException {
        try {
            Value state = Value.parse(text);
            if (!state.text("format").equals(FORMAT)) {
                throw new UsageException(
                        "%s has the format '%s', and this culvert reads %s: use the one that wrote it"
                                .formatted(name, state.text("format"), FORMAT));
            }
            for (Value each : state.at("guests").list()) {
                ManagedGuest entry = ManagedGuest.of(each);
                entries.put(entry.id(), entry);
            }
        } catch (BadValueException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new UsageException(
                    "%s is damaged (%s): remove it, and culvert sync makes it again"
                            .formatted(name, e.getMessage()));
        }
    }

    Map<GuestId, ManagedGuest> entries() {
        return new LinkedHashMap<>(entries);
    }

    void add(ManagedGuest entry) {
        entries.put(entry.id(), entry);
    }

    void remove(GuestId id) {
        entries.remove(id);
    }

    void write() throws IOException {
        Workspace.writeState(file, value());
    }

    Value value() {
        return Value.members(
                "format",
                Value.of(FORMAT),
                "guests",
                Value.of(entries.values().stream().map(ManagedGuest::value).toList()));
    }
}
