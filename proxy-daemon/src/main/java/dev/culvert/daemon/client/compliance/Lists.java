package dev.culvert.daemon.client.compliance;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the daemon has of each kind, asked for once. */
final class Lists {
    private static final String BASE = "/api/v1/";

    /** A list that checks may be about. */
    enum Kind {
        SERVERS("inventory/servers", false),
        NODES("inventory/nodes", false),
        STORAGES("inventory/storages", false),
        GUESTS("inventory/guests", true),
        AGENTS("agents", true),
        TOKENS("tokens", true),
        TUNNELS("tunnels", true);

        private final String path;
        private final boolean hasPages;

        Kind(String path, boolean hasPages) {
            this.path = path;
            this.hasPages = hasPages;
        }

        String member() {
            return path.substring(path.lastIndexOf('/') + 1);
        }
    }

    private final Api api;
    private final Map<Kind, List<Value>> known = new EnumMap<>(Kind.class);

    Lists(Api api) {
        this.api = api;
    }

    /**
     * All of a kind.
     *
     * @throws ProblemException if the caller may not see them
     */
    List<Value> all(Kind kind) throws IOException {
        List<Value> all = known.get(kind);
        if (all == null) {
            all =
                    kind.hasPages
                            ? Session.pages(api, BASE + kind.path, "", kind.member())
                            : api.get(BASE + kind.path).at(kind.member()).list();
            known.put(kind, all);
        }
        return all;
    }

    Value get(String path) throws IOException {
        return api.get(BASE + path);
    }

    Api api() {
        return api;
    }

    /** How messages call an item. */
    static String name(Value item) {
        String name =
                Stream.of("name", "id")
                        .map(item::text)
                        .filter(it -> !it.isEmpty())
                        .findFirst()
                        .orElse("?");
        String id = item.text("id");
        return Quoted.word(
                id.contains("/") && !id.equals(name) ? "%s (%s)".formatted(name, id) : name);
    }
}
