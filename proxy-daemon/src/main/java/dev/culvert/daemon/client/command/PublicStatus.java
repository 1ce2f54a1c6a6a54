package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.Target;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.http.Response;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What the daemon tells of itself to a client that is no operator, under the names that the status
 * for operators has.
 */
final class PublicStatus {
    private static final int BUSIEST = 10;

    private PublicStatus() {}

    /** Asks the daemon; its member {@code partial} says that this is not all. */
    static Value of(Target target, Api api) throws IOException {
        Value health;
        try (Response response = api.send(Request.get("/healthz"))) {
            health = response.value();
        }
        List<Value> turns = Session.pages(api, "/api/v1/turns", "", "turns");
        return Value.members(
                "version",
                health.text("version"),
                "status",
                health.text("status"),
                "partial",
                true,
                "listeners",
                Value.of(
                        List.of(
                                Value.members(
                                        "address", target.server().toString(), "for", "clients"))),
                "agents",
                health.at("agents"),
                "turns",
                turns.size(),
                "busiest",
                busiest(turns));
    }

    private static Value busiest(List<Value> turns) {
        Map<String, Long> counts =
                turns.stream()
                        .collect(
                                Collectors.groupingBy(
                                        turn -> turn.text("agent"),
                                        TreeMap::new,
                                        Collectors.counting()));
        return Value.of(
                counts.entrySet().stream()
                        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                        .limit(BUSIEST)
                        .map(it -> Value.members("agent", it.getKey(), "turns", it.getValue()))
                        .toList());
    }
}
