package dev.culvert.daemon.api.operations;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.operations.Run;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A run as JSON. */
final class RunJson {
    private RunJson() {}

    /** Writes the members, without the lines of the log. */
    static void write(JsonGenerator json, Run run) throws IOException {
        json.writeStringField("id", run.id());
        json.writeStringField("operation", run.operation().name());
        json.writeStringField("effect", run.operation().effect().label());
        json.writeStringField("path", Quoted.page(run.path()));
        json.writeStringField("caller", Quoted.word(run.caller().name()));
        json.writeStringField("caller_kind", run.caller().kind().label());
        if (run.caller().tenant() != null) {
            json.writeStringField("tenant", run.caller().tenant());
        }
        json.writeStringField("request_id", run.requestId());
        json.writeStringField("begun", run.begun().truncatedTo(ChronoUnit.MILLIS).toString());
        json.writeNumberField("bytes_in", run.bytesIn());
        json.writeNumberField("cpu_microseconds", TimeUnit.NANOSECONDS.toMicros(run.cpuNanos()));
        Run.End end = run.end();
        json.writeStringField("state", state(end));
        if (end != null) {
            json.writeNumberField("status", end.status());
            json.writeNumberField("milliseconds", TimeUnit.NANOSECONDS.toMillis(end.nanos()));
            json.writeNumberField("bytes_out", end.bytesOut());
            if (end.why() != null) {
                json.writeStringField("error", end.why());
            }
        }
    }

    private static String state(Run.@Nullable End end) {
        if (end == null) {
            return "running";
        }
        return end.why() == null ? "done" : "failed";
    }
}
