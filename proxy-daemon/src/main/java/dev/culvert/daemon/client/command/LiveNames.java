package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.console.Names;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Asks the daemon for the names of what arguments can name. */
final class LiveNames implements Names {
    private record Place(String path, String query, String member, String name) {
        Place(String path, String member, String name) {
            this(path, "", member, name);
        }
    }

    private static final String GUESTS = "/api/v1/inventory/guests";

    private static final Map<String, Place> PLACES =
            Map.ofEntries(
                    Map.entry(AGENT, new Place(AgentsCommand.PATH, "agents", "id")),
                    Map.entry("TURN", new Place("/api/v1/turns", "turns", "turn")),
                    Map.entry("TUNNEL", new Place("/api/v1/tunnels", "tunnels", "name")),
                    Map.entry("FLOW", new Place(FlowCommand.FLOWS, "flows", "name")),
                    Map.entry("RUN", new Place("/api/v1/flow-runs", "runs", "id")),
                    Map.entry("KEY", new Place("/api/v1/keys", "keys", "name")),
                    Map.entry("TOKEN", new Place(AdminPaths.TOKENS, "tokens", "id")),
                    Map.entry("APPROVAL", new Place("/api/v1/approvals", "approvals", "id")),
                    Map.entry("ID", new Place(AdminPaths.RUNS, "runs", "id")),
                    Map.entry("VM", new Place(GUESTS, "kind=vm", "guests", "name")),
                    Map.entry("CT", new Place(GUESTS, "kind=ct", "guests", "name")),
                    Map.entry("GUEST", new Place(GUESTS, "guests", "name")));

    private final Session session;

    LiveNames(Session session) {
        this.session = session;
    }

    @Override
    public List<String> of(String label) throws IOException {
        if (label.equals("CONTEXT")) {
            return List.copyOf(session.contexts().contexts().keySet());
        }
        Place place = PLACES.get(label);
        if (place == null) {
            return List.of();
        }
        Api api = session.api();
        try {
            return Session.pages(api, place.path(), place.query(), place.member()).stream()
                    .map(it -> name(it, place.name()))
                    .filter(it -> !it.isEmpty())
                    .distinct()
                    .toList();
        } catch (ProblemException e) {
            if (ExitCode.of(e) == ExitCode.NOT_FOUND || ExitCode.of(e) == ExitCode.REFUSED) {
                return List.of(); // an older daemon, or not for this caller
            }
            throw e;
        }
    }

    private static String name(Value item, String member) {
        String name = item.text(member);
        return name.isEmpty() ? item.text("id") : name;
    }
}
