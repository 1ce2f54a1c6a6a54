package dev.culvert.daemon.client.command;

import dev.culvert.about.Units;
import dev.culvert.policy.Action;
import dev.culvert.policy.Decision;
import dev.culvert.policy.Limits;
import dev.culvert.policy.Policy;
import dev.culvert.policy.PolicyFile;
import dev.culvert.policy.Rule;
import dev.culvert.policy.ShellWords;
import dev.culvert.policy.Verdict;
import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Policies and their decisions, as the command prints them. */
final class PolicyValues {
    /** What each setting is for. */
    private static final Map<String, String> MEANINGS =
            Map.ofEntries(
                    Map.entry("agentUrl", "the daemon and the agent that culvert chat talks to"),
                    Map.entry("apiKey", "where the token for that daemon is"),
                    Map.entry("sessionTimeout", "after it, --continue begins a new session"),
                    Map.entry("projectPaths", "folders that are projects of their own"),
                    Map.entry(
                            "autoCommit",
                            "whether the files that a turn has changed are committed"),
                    Map.entry("toolsPath", "where the project's own tools are"),
                    Map.entry("projectType", "what the model is told about the project"),
                    Map.entry("commands", "whether tools may start programs, and how confined"),
                    Map.entry("telemetryUrl", "where telemetry goes (OTLP over HTTP)"),
                    Map.entry("localRuntime", "the runtime of --local"),
                    Map.entry("localRuntimeKind", "the interface of that runtime"),
                    Map.entry("localModel", "the model of that runtime"),
                    Map.entry("localKeyFile", "where the key for that runtime is"));

    private PolicyValues() {}

    static Value policy(Policy policy) {
        return Value.members(
                "version",
                policy.version(),
                "rules",
                Value.of(rules(policy)),
                "settings",
                Value.of(settings(policy)));
    }

    static List<Value> rules(Policy policy) {
        List<Value> rows = new ArrayList<>();
        for (PolicyFile file : policy.files()) {
            file.rules().forEach(rule -> rows.add(rule(rule)));
            rows.add(
                    Value.members(
                            "rule",
                            "default",
                            "decision",
                            file.byDefault().word(),
                            "about",
                            "everything else",
                            "level",
                            file.level().word(),
                            "where",
                            file.name()));
        }
        return rows;
    }

    private static Value rule(Rule rule) {
        return Value.members(
                "rule",
                rule.name(),
                "decision",
                rule.verdict().word(),
                "about",
                rule.about(),
                "level",
                rule.level().word(),
                "where",
                rule.where());
    }

    static List<Value> settings(Policy policy) {
        List<Value> rows = new ArrayList<>();
        for (PolicyFile file : policy.files()) {
            file.settings()
                    .texts()
                    .forEach((key, value) ->
                            rows.add(
                                    Value.members(
                                            "setting",
                                            key,
                                            "value",
                                            value,
                                            "means",
                                            MEANINGS.getOrDefault(key, ""),
                                            "level",
                                            file.level().word())));
        }
        return rows;
    }

    static Value decision(Policy policy, Action action) {
        Decision decision = policy.decide(action);
        Rule by = decision.by();
        List<Value> also =
                policy.matching(action).stream()
                        .filter(rule -> !rule.equals(by))
                        .map(PolicyValues::rule)
                        .toList();
        return Value.members(
                "decision",
                decision.verdict().word(),
                "rule",
                by == null ? "default" : by.name(),
                "where",
                by == null ? "" : by.where(),
                "why",
                decision.why(),
                "also",
                Value.of(also),
                "limits",
                decision.verdict() == Verdict.DENY ? "" : limits(action, decision.limits()),
                "version",
                policy.version());
    }

    private static String limits(Action action, Limits limits) {
        return switch (action) {
            case Action.Tool _ -> "";
            case Action.File _ -> "at most " + Units.text(limits.maxFileBytes());
            case Action.Command _ ->
                    "at most %s, %s of output, %s, variables %s"
                            .formatted(
                                    Units.text(limits.timeout()),
                                    Units.text(limits.maxOutputBytes()),
                                    limits.network() ? "with the network" : "without network",
                                    String.join(" ", limits.environment()));
        };
    }

    /** One text is split as a shell would do it; several are words already. */
    static List<String> words(List<String> command) {
        return command.size() == 1 ? ShellWords.split(command.getFirst()) : command;
    }
}
