package dev.culvert.infra;

import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Says whether what a plan was made from is as it was. */
public final class Staleness {
    private Staleness() {}

    /**
     * What differs now from what the plan saw, in one line each.
     *
     * @param without guests that a run of this plan has changed itself
     */
    public static List<String> of(Plan plan, Reality reality, Set<GuestId> without)
            throws IOException {
        Map<GuestId, Value> saw = new TreeMap<>();
        plan.observed().forEach(it -> saw.put(GuestId.parse(it.text("id")), it));
        saw.keySet().removeAll(without);
        Map<GuestId, Observed> now = reality.guests(saw.keySet());
        List<String> changed = new ArrayList<>();
        saw.forEach((id, before) -> {
            Value facts = Comparison.facts(id, now);
            if (!Canonical.of(facts).equals(Canonical.of(before))) {
                changed.add(id + ": " + difference(before, facts));
            }
        });
        return changed;
    }

    private static String difference(Value before, Value now) {
        if (before.text("absent").equals("true")) {
            return "it was not there, and is now";
        }
        if (now.text("absent").equals("true")) {
            return "it is gone";
        }
        List<String> parts = new ArrayList<>();
        Set<String> keys = new TreeSet<>(before.map().keySet());
        keys.remove("config");
        for (String key : keys) {
            part(key, before.text(key), now.text(key), parts);
        }
        Set<String> configured = new TreeSet<>(before.at("config").map().keySet());
        configured.addAll(now.at("config").map().keySet());
        for (String key : configured) {
            part(key, before.at("config").text(key), now.at("config").text(key), parts);
        }
        return String.join(", ", parts);
    }

    private static void part(String key, String before, String now, List<String> parts) {
        if (!before.equals(now)) {
            parts.add(
                    "%s was %s and is %s"
                            .formatted(
                                    key,
                                    before.isEmpty() ? "not set" : Quoted.word(before),
                                    now.isEmpty() ? "not set" : Quoted.word(now)));
        }
    }
}
