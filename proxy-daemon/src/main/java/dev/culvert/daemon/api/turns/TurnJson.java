package dev.culvert.daemon.api.turns;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.turn.TurnFigures;
import dev.culvert.daemon.turn.TurnReading;
import dev.culvert.daemon.turn.TurnStatus;
import java.io.IOException;
import java.time.temporal.ChronoUnit;

/** Writes what clients are told of a turn. */
final class TurnJson {
    private TurnJson() {}

    /** Writes the turn as an object, without its readers. */
    static void write(JsonGenerator json, TurnStatus turn) throws IOException {
        json.writeStartObject();
        writeMembers(json, turn);
        json.writeEndObject();
    }

    private static void writeMembers(JsonGenerator json, TurnStatus turn) throws IOException {
        json.writeStringField("turn", turn.id());
        json.writeStringField("agent", turn.agent());
        json.writeStringField("state", turn.state().label());
        if (turn.outcome() != null) {
            json.writeStringField("outcome", turn.outcome());
        }
        if (!turn.code().isEmpty()) {
            json.writeStringField("code", turn.code());
        }
        if (turn.lastEvent() >= 0) {
            json.writeNumberField("last_event", turn.lastEvent());
        }
        if (turn.since() != null) {
            json.writeStringField("since", turn.since().truncatedTo(ChronoUnit.MILLIS).toString());
        }
        if (turn.goesOn()) {
            json.writeStringField("on_disconnect", "continue");
        }
        Caller caller = turn.caller();
        if (caller != null && caller.canEnd()) { // without credentials, everybody is the same
            json.writeStringField("caller", caller.kind().label() + ":" + caller.name());
        }
        if (turn.tokens() != null) {
            json.writeObjectFieldStart("tokens");
            json.writeNumberField("input", turn.tokens().input());
            json.writeNumberField("output", turn.tokens().output());
            json.writeEndObject();
        }
    }

    /** Writes the turn with its readers into an object that has begun. */
    static void writeAll(JsonGenerator json, TurnStatus turn) throws IOException {
        writeMembers(json, turn);
        json.writeArrayFieldStart("read_by");
        for (String request : turn.readBy()) {
            json.writeString(request);
        }
        json.writeEndArray();
    }

    /** Writes a turn in progress as an object, with its reader and its figures. */
    static void write(JsonGenerator json, TurnReading reading) throws IOException {
        TurnFigures figures = reading.figures();
        json.writeStartObject();
        writeAll(json, reading.status());
        json.writeStringField("stage", figures.stage().label());
        json.writeNumberField("age_ms", figures.ageMillis());
        json.writeNumberField("events", figures.events());
        json.writeNumberField("bytes", figures.bytes());
        json.writeNumberField("unread_bytes", figures.unreadBytes());
        if (figures.creditBytes() != TurnFigures.NO_CREDIT) {
            json.writeNumberField("credit_bytes", figures.creditBytes());
        }
        if (figures.stall() != TurnFigures.Stall.NOBODY) {
            json.writeStringField("waits_for", figures.stall().label());
        }
        json.writeEndObject();
    }
}
