package dev.culvert.daemon.api.guests;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.guests.TaskLook;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Writes what clients are told of a task. */
final class TaskJson {
    private TaskJson() {}

    static void write(JsonGenerator json, TaskLook look, TaskLook.Lines lines) throws IOException {
        json.writeObjectFieldStart("task");
        json.writeStringField("server", look.server());
        json.writeStringField("upid", look.task().upid());
        json.writeStringField("node", look.task().node());
        json.writeStringField("type", Quoted.word(look.task().type()));
        json.writeStringField("id", Quoted.word(look.task().id()));
        json.writeStringField("user", Quoted.word(look.task().user()));
        json.writeStringField("state", look.state().label());
        if (look.isOver()) {
            json.writeStringField("exit", Quoted.sentence(look.state().exit()));
        }
        json.writeStringField("begun", text(look.task().begun()));
        Instant ended = look.ended();
        if (ended != null) {
            json.writeStringField("ended", text(ended));
        }
        json.writeEndObject();
        json.writeArrayFieldStart("log");
        for (String line : lines.lines()) {
            json.writeString(line);
        }
        json.writeEndArray();
        json.writeNumberField("log_next", lines.next());
    }

    private static String text(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
