package dev.culvert.daemon.flows;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.Scope;
import dev.culvert.io.Quoted;
import dev.culvert.settings.Jsonc;
import dev.culvert.settings.Node;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a run besides its steps. Immutable.
 *
 * @param id such as {@code fr_0123456789abcdef}
 * @param flow its name
 * @param file where it was read
 * @param text of the flow
 * @param caller who started it, with its rights of then
 * @param inputs as they were given, and those of variables; without defaults
 * @param wanted which part of the flow runs
 * @param parent the run and the step that started it; empty if none has
 * @param outputs null before the end
 * @param error why it failed; empty if it did not
 */
public record RunRecord(
        String id,
        String flow,
        String file,
        String text,
        String tenant,
        Caller caller,
        Map<String, Node> inputs,
        Wanted wanted,
        String parent,
        RunState state,
        Instant started,
        @Nullable Instant ended,
        @Nullable Node outputs,
        String error) {

    /**
     * Which part of a flow runs.
     *
     * @param outputs these; all of the flow if there are none, and no steps
     * @param steps these, too
     */
    public record Wanted(List<String> outputs, List<String> steps) {
        public static final Wanted ALL = new Wanted(List.of(), List.of());

        public Wanted {
            outputs = List.copyOf(outputs);
            steps = List.copyOf(steps);
        }

        boolean isAll() {
            return outputs.isEmpty() && steps.isEmpty();
        }

        /** Refuses what the flow does not have. */
        void check(Flow flow) throws FlowRefusal {
            for (String output : outputs) {
                check(flow.outputs().containsKey(output), "output", output, flow.outputs());
            }
            for (String step : steps) {
                check(flow.steps().containsKey(step), "step", step, flow.steps());
            }
        }

        private static void check(boolean isThere, String what, String name, Map<String, ?> names)
                throws FlowRefusal {
            if (!isThere) {
                throw new FlowRefusal(
                        FlowRefusal.Why.INVALID,
                        "The flow has no %s '%s': it has %s."
                                .formatted(
                                        what,
                                        Quoted.word(name),
                                        names.isEmpty()
                                                ? "none"
                                                : String.join(", ", names.keySet())));
            }
        }
    }

    RunRecord with(RunState next, @Nullable Instant end, @Nullable Node result, String why) {
        return new RunRecord(
                id, flow, file, text, tenant, caller, inputs, wanted, parent, next, started, end,
                result, why);
    }

    /** Without what takes much memory. */
    RunRecord head() {
        return new RunRecord(
                id, flow, file, "", tenant, caller, Map.of(), wanted, parent, state, started, ended,
                null, error);
    }

    RunRecord by(Caller now) {
        return new RunRecord(
                id, flow, file, text, tenant, now, inputs, wanted, parent, state, started, ended,
                outputs, error);
    }

    FlowStore.RunRow row() {
        Map<String, Node> members = new LinkedHashMap<>();
        members.put("file", Values.text(file));
        members.put("text", Values.text(text));
        members.put("caller_kind", Values.text(caller.kind().label()));
        if (caller.tenant() != null) {
            members.put("caller_tenant", Values.text(caller.tenant()));
        }
        members.put("scopes", texts(caller.scopes().stream().map(Scope::label).sorted().toList()));
        members.put("inputs", Values.members(inputs));
        members.put("wanted_outputs", texts(wanted.outputs()));
        members.put("wanted_steps", texts(wanted.steps()));
        members.put("parent", Values.text(parent));
        if (outputs != null) {
            members.put("outputs", outputs);
        }
        members.put("error", Values.text(error));
        return new FlowStore.RunRow(
                id,
                flow,
                tenant,
                caller.name(),
                state.label(),
                started,
                ended,
                Values.members(members).json().getBytes(StandardCharsets.UTF_8));
    }

    /** Throws an IllegalArgumentException when nobody can read it. */
    static RunRecord of(FlowStore.RunRow row) {
        Map<String, Node> members = members(new String(row.content(), StandardCharsets.UTF_8));
        String callerTenant = text(members, "caller_tenant");
        Caller.Kind kind =
                Caller.Kind.valueOf(text(members, "caller_kind").toUpperCase(Locale.ROOT));
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        texts(members, "scopes").forEach(it -> Scope.of(it).ifPresent(scopes::add));
        return new RunRecord(
                row.id(),
                row.flow(),
                text(members, "file"),
                text(members, "text"),
                row.tenant(),
                new Caller(
                        row.caller(),
                        kind,
                        callerTenant.isEmpty() ? null : callerTenant,
                        scopes,
                        null),
                members.get("inputs") instanceof Node.Members it ? it.nodes() : Map.of(),
                new Wanted(texts(members, "wanted_outputs"), texts(members, "wanted_steps")),
                text(members, "parent"),
                RunState.of(row.state()).orElseThrow(IllegalArgumentException::new),
                row.started(),
                row.ended(),
                members.get("outputs"),
                text(members, "error"));
    }

    /** What is left of one that nobody can read. */
    static RunRecord unreadable(FlowStore.RunRow row) {
        Caller caller = new Caller(row.caller(), Caller.Kind.NOBODY, null, Set.of(), null);
        return new RunRecord(
                row.id(),
                row.flow(),
                "",
                "",
                row.tenant(),
                caller,
                Map.of(),
                Wanted.ALL,
                "",
                RunState.RUNNING,
                row.started(),
                null,
                null,
                "");
    }

    static Map<String, Node> members(String json) {
        return Jsonc.read(json) instanceof Node.Members members ? members.nodes() : Map.of();
    }

    static String text(Map<String, Node> members, String name) {
        return members.get(name) instanceof Node.Scalar scalar ? scalar.text() : "";
    }

    static long number(Map<String, Node> members, String name) {
        return Long.parseLong(text(members, name));
    }

    static @Nullable Instant instant(Map<String, Node> members, String name) {
        String text = text(members, name);
        return text.isEmpty() ? null : Instant.parse(text);
    }

    static List<String> texts(Map<String, Node> members, String name) {
        List<String> texts = new ArrayList<>();
        if (members.get(name) instanceof Node.Items items) {
            items.nodes().forEach(it -> texts.add(((Node.Scalar) it).text()));
        }
        return texts;
    }

    private static Node texts(List<String> texts) {
        return Values.items(texts.stream().map(Values::text).toList());
    }
}
