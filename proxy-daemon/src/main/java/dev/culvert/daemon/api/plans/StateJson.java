package dev.culvert.daemon.api.plans;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.plans.Drift;
import dev.culvert.daemon.plans.KeptState;
import dev.culvert.infra.Change.Action;
import dev.culvert.infra.ManagedGuest;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Desired states in JSON. */
final class StateJson {
    private static final Pattern PLACED =
            Pattern.compile("[^:]*:(\\d+):(\\d+): (.*)", Pattern.DOTALL);

    private StateJson() {}

    static void members(JsonGenerator json, KeptState state, Drift.@Nullable Look look)
            throws IOException {
        json.writeStringField("name", state.name());
        json.writeNumberField("revision", state.revision());
        json.writeStringField("author", Quoted.word(state.author()));
        json.writeStringField("written", time(state.written()));
        json.writeNumberField("managed", state.managed().size());
        if (!state.run().isEmpty()) {
            json.writeStringField("run", state.run());
        }
        if (look == null) {
            return;
        }
        json.writeStringField("compared", time(look.at()));
        if (!look.trouble().isEmpty()) {
            json.writeStringField("trouble", look.trouble());
            return;
        }
        json.writeNumberField("differing", look.count());
        json.writeObjectFieldStart("drift");
        for (var each : new TreeMap<Action, Long>(look.changes()).entrySet()) {
            json.writeNumberField(each.getKey().word(), each.getValue());
        }
        json.writeEndObject();
    }

    static void whole(JsonGenerator json, KeptState state, Drift.@Nullable Look look)
            throws IOException {
        members(json, state, look);
        json.writeStringField("text", state.text());
        json.writeArrayFieldStart("guests");
        for (ManagedGuest each : new TreeMap<>(state.managed()).values()) {
            json.writeRawValue(each.value().json());
        }
        json.writeEndArray();
    }

    static String time(Instant at) {
        return at.truncatedTo(ChronoUnit.MILLIS).toString();
    }

    static void mistakes(JsonGenerator json, List<String> mistakes) throws IOException {
        json.writeArrayFieldStart("mistakes");
        for (String mistake : mistakes) {
            Matcher placed = PLACED.matcher(mistake);
            boolean isPlaced = placed.matches();
            json.writeStartObject();
            json.writeNumberField("line", isPlaced ? Long.parseLong(placed.group(1)) : 1);
            json.writeNumberField("column", isPlaced ? Long.parseLong(placed.group(2)) : 1);
            json.writeStringField("sentence", isPlaced ? placed.group(3) : mistake);
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
