package dev.culvert.daemon.client.chat;

import dev.culvert.daemon.client.http.EventReader.Event;
import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One request of an exchange and what came of it, as a draft has it.
 *
 * @param isWhole whether it had the whole conversation
 * @param key of the request
 * @param begun the calls of tools that began to run here
 * @param results of those that ended, by their calls
 */
record PastRound(
        boolean isWhole,
        String key,
        List<Event> events,
        Set<String> begun,
        Map<String, ToolAnswer> results) {
    /** Nothing has come yet. */
    static final PastRound NONE = begun(true, "");

    private static PastRound begun(boolean isWhole, String key) {
        return new PastRound(isWhole, key, new ArrayList<>(), new HashSet<>(), new HashMap<>());
    }

    /** In the order in which they were. A request of which nothing came counts only as the last. */
    static List<PastRound> read(List<Value> entries) {
        List<PastRound> rounds = new ArrayList<>();
        for (Value entry : entries) {
            if (!entry.at("request").isNothing()) {
                rounds.removeIf(it -> it.events.isEmpty());
                rounds.add(begun(entry.text("whole").equals("true"), entry.text("request")));
            } else if (!rounds.isEmpty()) {
                rounds.getLast().add(entry);
            }
        }
        return rounds;
    }

    private void add(Value entry) {
        if (!entry.at("event").isNothing()) {
            events.add(new Event(entry.text("id"), entry.text("event"), entry.text("data")));
        } else if (!entry.at("begin").isNothing()) {
            begun.add(entry.text("begin"));
        } else if (!entry.at("result").isNothing()) {
            String call = entry.text("result");
            boolean ok = entry.text("ok").equals("true");
            results.put(call, new ToolAnswer(call, ok, entry.text("text")));
        }
    }

    /** {@code TURN:SEQ} of the last event; empty if none came. */
    String lastId() {
        return events.isEmpty() ? "" : events.getLast().id();
    }

    /** The turn of the events; empty if none came. */
    String turn() {
        return lastId().substring(0, Math.max(0, lastId().lastIndexOf(':')));
    }
}
