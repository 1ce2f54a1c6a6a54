package dev.culvert.daemon.api.flows;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.config.TriggerSettings;
import dev.culvert.daemon.config.TriggerSettings.Cause;
import dev.culvert.daemon.flows.Flow;
import dev.culvert.daemon.flows.FlowFolder;
import dev.culvert.daemon.flows.Lineage;
import dev.culvert.daemon.flows.RunRecord;
import dev.culvert.daemon.flows.RunView;
import dev.culvert.daemon.flows.StepFailure;
import dev.culvert.daemon.flows.StepRecord;
import dev.culvert.daemon.flows.StepState;
import dev.culvert.settings.Node;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes what clients are told of flows and their runs. */
final class FlowJson {
    private FlowJson() {}

    static void writeEntry(
            JsonGenerator json, FlowFolder.Entry entry, List<TriggerSettings> triggers)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("name", entry.name());
        json.writeStringField("description", entry.description());
        json.writeBooleanField("valid", entry.mistakes().isEmpty());
        writeTexts(json, "mistakes", entry.mistakes());
        json.writeArrayFieldStart("triggers");
        for (TriggerSettings trigger : triggers) {
            if (trigger.flow().equals(entry.name())) {
                writeTrigger(json, trigger);
            }
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void writeTrigger(JsonGenerator json, TriggerSettings trigger)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("name", trigger.name());
        json.writeStringField("tenant", trigger.tenant());
        Cause cause = trigger.cause();
        switch (cause) {
            case Cause.At _ -> json.writeStringField("cause", "schedule");
            case Cause.On _ -> json.writeStringField("cause", "subject");
            case Cause.Signed _ -> json.writeStringField("cause", "request");
        }
        boolean isRequest = cause instanceof Cause.Signed;
        json.writeStringField(
                "of", isRequest ? "/api/v1/flows/" + trigger.flow() + "/trigger" : cause.text());
        json.writeEndObject();
    }

    /** The members of a flow. */
    static void writeFlow(JsonGenerator json, Flow flow) throws IOException {
        json.writeStringField("name", flow.name());
        json.writeStringField("description", flow.description());
        json.writeArrayFieldStart("inputs");
        for (Flow.Input input : flow.inputs().values()) {
            json.writeStartObject();
            json.writeStringField("name", input.name());
            json.writeStringField("type", String.join(" or ", input.types()));
            writeNode(json, "default", input.byDefault());
            json.writeStringField("env", input.env());
            json.writeStringField("description", input.description());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("steps");
        for (Flow.Step step : flow.steps().values()) {
            json.writeStartObject();
            json.writeStringField("step", step.id());
            writePlace(json, step);
            json.writeEndObject();
        }
        json.writeEndArray();
        writeTexts(json, "outputs", flow.outputs().keySet());
    }

    /** Where a step is in the graph, and what it is. */
    private static void writePlace(JsonGenerator json, Flow.Step step) throws IOException {
        json.writeStringField("kind", step.kind().name());
        writeTexts(json, "needs", step.needs());
        json.writeBooleanField("each", step.each() != null);
        json.writeBooleanField("when", step.when() != null);
        json.writeBooleanField("finally", step.isFinal());
    }

    static void writeHead(JsonGenerator json, RunRecord run) throws IOException {
        json.writeStartObject();
        writeRun(json, run);
        json.writeEndObject();
    }

    /** The members of a run without its steps. */
    static void writeRun(JsonGenerator json, RunRecord run) throws IOException {
        json.writeStringField("id", run.id());
        json.writeStringField("flow", run.flow());
        json.writeStringField("tenant", run.tenant());
        json.writeStringField("caller", run.caller().label());
        json.writeStringField("state", run.state().label());
        writeTime(json, "started", run.started());
        writeTime(json, "ended", run.ended());
        json.writeStringField("parent", run.parent().isEmpty() ? null : run.parent());
        json.writeStringField("error", run.error().isEmpty() ? null : run.error());
    }

    /** The members of a run with all that is known of it. */
    static void writeView(JsonGenerator json, RunView view) throws IOException {
        RunRecord run = view.run();
        writeRun(json, run);
        json.writeStringField("file", run.file());
        json.writeObjectFieldStart("inputs");
        for (var input : run.inputs().entrySet()) {
            writeNode(json, input.getKey(), input.getValue());
        }
        json.writeEndObject();
        writeNode(json, "outputs", run.outputs());
        writeTexts(json, "unknown", view.unknown());
        json.writeArrayFieldStart("steps");
        for (StepRecord step : view.steps()) {
            json.writeStartObject();
            writeStep(json, step, run.state().isOver());
            Flow.Step planned = view.plan().get(step.step());
            if (planned != null) {
                writePlace(json, planned);
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** The members of a step. */
    static void writeStep(JsonGenerator json, StepRecord step, boolean isOver) throws IOException {
        json.writeStringField("step", step.step());
        boolean neverRan = isOver && step.state() == StepState.WAITING;
        json.writeStringField("state", neverRan ? "not_run" : step.state().label());
        json.writeNumberField("attempt", step.attempt());
        writeTime(json, "started", step.started());
        writeTime(json, "ended", step.ended());
        if (step.items() >= 0) {
            json.writeNumberField("items", step.items());
        }
        json.writeBooleanField("cached", step.isCached());
        writeNode(json, "output", step.output());
        StepFailure failure = step.failure();
        json.writeStringField("code", failure == null ? null : failure.code());
        json.writeStringField("error", failure == null ? null : failure.sentence());
    }

    /** The members of why a step ran as it did. */
    static void writeLineage(JsonGenerator json, Lineage lineage) throws IOException {
        json.writeStringField("run", lineage.run());
        json.writeStringField("step", lineage.step());
        json.writeStringField("before", lineage.before());
        json.writeArrayFieldStart("changes");
        for (Lineage.Change change : lineage.changes()) {
            json.writeStartObject();
            json.writeStringField("input", change.input());
            json.writeStringField("before", change.before());
            json.writeStringField("now", change.now());
            json.writeStringField("step", change.step());
            json.writeEndObject();
        }
        json.writeEndArray();
        writeTexts(json, "same", lineage.same());
    }

    private static void writeNode(JsonGenerator json, String name, @Nullable Node node)
            throws IOException {
        if (node == null) {
            json.writeNullField(name);
        } else {
            json.writeFieldName(name);
            json.writeRawValue(node.json());
        }
    }

    private static void writeTexts(JsonGenerator json, String name, Collection<String> texts)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    private static void writeTime(JsonGenerator json, String name, @Nullable Instant time)
            throws IOException {
        json.writeStringField(
                name, time == null ? null : time.truncatedTo(ChronoUnit.MILLIS).toString());
    }
}
