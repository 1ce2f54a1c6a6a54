package dev.culvert.daemon.api.flows;

import dev.culvert.daemon.flows.RunRecord;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Jsonc;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Node;
import dev.culvert.settings.Section;
import dev.culvert.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What clients send about flows. */
final class FlowBodies {
    private static final String FILE = "flow.jsonc";

    private FlowBodies() {}

    /** A flow that the client has. */
    record Text(String file, String text) {
        static Text read(Section in) {
            return new Text(in.get("file", Kind.TEXT, FILE), in.get("text", Kind.TEXT, ""));
        }
    }

    /**
     * A run to start.
     *
     * @param flow its name; empty if the text has it
     * @param inputs a JSON object
     */
    record Start(String flow, Text own, String inputs, RunRecord.Wanted wanted, String tenant) {
        static Start read(Section in) {
            return new Start(
                    in.get("flow", Kind.TEXT, ""),
                    Text.read(in),
                    in.get("inputs", Kind.OBJECT, "{}"),
                    new RunRecord.Wanted(
                            in.list("outputs", Kind.TEXT, List.of()),
                            in.list("only", Kind.TEXT, List.of())),
                    in.get("tenant", Kind.TEXT, ""));
        }

        Map<String, Node> given() {
            return ((Node.Members) Jsonc.read(inputs)).nodes();
        }
    }

    /**
     * What happened to a step.
     *
     * @param as {@code done} or {@code again}
     * @param output a JSON object
     */
    record Resume(String step, String as, String output) {
        static Resume read(Section in) {
            return new Resume(
                    in.get("step", Kind.TEXT, ""),
                    in.get("as", Kind.TEXT, ""),
                    in.get("output", Kind.OBJECT, "{}"));
        }
    }

    static Text text(Request request) {
        Text text = read(request, Text::read);
        if (text.text().isBlank()) {
            throw bad("'text' is missing: send the text of the flow");
        }
        return text;
    }

    static Start start(Request request) {
        Start start = read(request, Start::read);
        if (start.flow().isEmpty() == start.own().text().isBlank()) {
            throw bad("send either 'flow', the name of a flow, or 'text', a flow of your own");
        }
        return start;
    }

    static Resume resume(Request request) {
        Resume resume = read(request, Resume::read);
        if (resume.step().isEmpty() || !List.of("done", "again").contains(resume.as())) {
            throw bad("'step' is the name of a step, and 'as' is \"done\" or \"again\"");
        }
        return resume;
    }

    private static <T> T read(Request request, Function<Section, T> reader) {
        String body = JsonRequest.body(request).toString(StandardCharsets.UTF_8);
        try {
            return Settings.read(List.of(Layer.text("body", body)), reader).value();
        } catch (BadSettingsException e) {
            throw bad(String.join("; ", e.mistakes()));
        }
    }

    private static ProblemException bad(String what) {
        return ProblemException.badRequest("The body cannot be used: " + what + ".");
    }
}
