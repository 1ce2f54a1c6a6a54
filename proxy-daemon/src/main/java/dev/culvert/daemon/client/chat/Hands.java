package dev.culvert.daemon.client.chat;

import static dev.culvert.daemon.client.chat.Decisions.Outcome;

import dev.culvert.io.Quoted;
import dev.culvert.policy.Action;
import dev.culvert.policy.Decision;
import dev.culvert.policy.Policy;
import dev.culvert.policy.Verdict;
import dev.culvert.tools.Arguments;
import dev.culvert.tools.BuiltinTool;
import dev.culvert.tools.BuiltinTool.Change;
import dev.culvert.tools.Grant;
import dev.culvert.tools.ToolException;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The tools that run here. Each call is decided by the policy, and by a person where the policy
 * asks; each decision is written down before anything is done.
 */
final class Hands {
    /** Tools that do nothing else, and are offered where nothing may be changed. */
    private static final Set<String> READING = Set.of("read_file", "list_dir", "search_files");

    private static final int OUTPUT_BYTES = 64 * 1024;

    private final Map<String, BuiltinTool> tools = new LinkedHashMap<>();
    private final Policy policy;
    private final Decisions decisions;
    private final Asker asker;
    private final BooleanSupplier mayChange;

    /** What the user has allowed for the whole session. */
    private final Set<Object> allowed = new HashSet<>();

    Hands(List<BuiltinTool> tools, Policy policy, Decisions decisions, Asker asker) {
        this(tools, policy, decisions, asker, () -> true);
    }

    /**
     * The same where something else than the policy may rule out changes for now.
     *
     * @param mayChange whether tools are offered and run that do more than read files
     */
    Hands(
            List<BuiltinTool> tools,
            Policy policy,
            Decisions decisions,
            Asker asker,
            BooleanSupplier mayChange) {
        this.mayChange = mayChange;
        tools.forEach(tool -> this.tools.put(tool.name(), tool));
        this.policy = policy;
        this.decisions = decisions;
        this.asker = asker;
    }

    /**
     * What goes on around a call.
     *
     * @param isCancelled whether the user has stopped the turn
     * @param onBegin runs when the call is decided, before anything is done
     */
    record During(BooleanSupplier isCancelled, Runnable onBegin) {}

    /** As a message has them in its member {@code tools}. */
    List<Value> definitions() throws BadValueException {
        List<Value> definitions = new ArrayList<>();
        for (BuiltinTool tool : tools.values()) {
            if (!isOffered(tool)) {
                continue;
            }
            definitions.add(
                    Value.members(
                            "type",
                            "function",
                            "function",
                            Value.members(
                                    "name",
                                    tool.name(),
                                    "description",
                                    tool.description(),
                                    "parameters",
                                    Value.parse(tool.schema()))));
        }
        return definitions;
    }

    private boolean isOffered(BuiltinTool tool) {
        return tool instanceof BoundedTool bounded
                ? bounded.isOffered()
                : READING.contains(tool.name()) || mayChange.getAsBoolean();
    }

    private boolean mayRun(BuiltinTool tool, Action action) {
        return tool instanceof BoundedTool bounded
                ? bounded.isOffered()
                : isReading(action) || mayChange.getAsBoolean();
    }

    /**
     * Decides about a call and does it; blocks until it is done.
     *
     * @param turn in which it was made
     */
    ToolAnswer run(String turn, ToolCall call, During during) {
        try {
            BuiltinTool tool = tools.get(call.tool());
            if (tool == null) {
                decisions.refused(turn, call, policy.version());
                throw new ToolException(
                        "there is no tool '%s' here; there are %s"
                                .formatted(
                                        Quoted.word(call.tool()),
                                        String.join(", ", tools.keySet())));
            }
            return new ToolAnswer(call.id(), true, run(turn, call, tool, during));
        } catch (ToolException e) {
            return new ToolAnswer(call.id(), false, String.valueOf(e.getMessage()));
        }
    }

    private String run(String turn, ToolCall call, BuiltinTool tool, During during)
            throws ToolException {
        Arguments arguments;
        Action action;
        try {
            arguments = Arguments.read(call.argumentsText());
            action = tool.plan(arguments);
        } catch (ToolException e) {
            decisions.refused(turn, call, policy.version());
            throw e;
        }
        if (!mayRun(tool, action)) {
            decisions.refused(turn, call, policy.version());
            throw new ToolException(
                    "nothing may be changed now: the user's console is not in the mode apply; say"
                            + " what you would change instead");
        }
        Decision decision = policy.decide(action);
        Further further = new Further(policy, decision.verdict());
        Grant grant =
                new Grant(
                        decision.limits(), further, OUTPUT_BYTES, during.isCancelled::getAsBoolean);
        switch (verdict(decision, tool)) {
            case ALLOW -> record(turn, call, decision, Outcome.ALLOWED);
            case DENY -> {
                record(turn, call, decision, Outcome.DENIED);
                throw new ToolException("the policy denies it: " + decision.why());
            }
            case ASK -> {
                Change change = tool.change(arguments, grant);
                confirm(turn, call, action, decision, asked(tool, arguments, change));
                if (!Objects.equals(change, tool.change(arguments, grant))) {
                    throw new ToolException(
                            "nothing was done: the file was changed by somebody else meanwhile;"
                                    + " read it again");
                }
            }
        }
        during.onBegin.run();
        return tool.run(arguments, grant) + further.leftOut();
    }

    private static Verdict verdict(Decision decision, BuiltinTool tool) {
        return decision.verdict() == Verdict.ALLOW
                        && tool instanceof BoundedTool bounded
                        && bounded.isAlwaysAsked()
                ? Verdict.ASK
                : decision.verdict();
    }

    /**
     * What somebody is to agree to.
     *
     * @param lines what would be different
     * @param each whether it is asked about each time
     */
    private record Asked(List<String> lines, boolean each) {}

    private static Asked asked(BuiltinTool tool, Arguments arguments, @Nullable Change change)
            throws ToolException {
        return tool instanceof BoundedTool bounded
                ? new Asked(bounded.picture(arguments), bounded.isAlwaysAsked())
                : new Asked(change == null ? List.of() : lines(change), false);
    }

    private static boolean isReading(Action action) {
        return action instanceof Action.File file && file.access() != Action.Access.WRITE;
    }

    private void confirm(String turn, ToolCall call, Action action, Decision decision, Asked asked)
            throws ToolException {
        if (!asked.each() && allowed.contains(known(call, action))) {
            record(turn, call, decision, Outcome.ALLOWED);
            return;
        }
        long before = System.nanoTime();
        Consent consent = asker.ask(question(call, action, decision, asked));
        Duration waited = Duration.ofNanos(System.nanoTime() - before);
        boolean isAllowed = consent == Consent.YES || consent == Consent.ALWAYS;
        record(turn, call, decision, new Outcome(isAllowed ? "allow" : "deny", waited));
        switch (consent) {
            case YES -> {}
            case ALWAYS -> allowed.add(known(call, action));
            case NO ->
                    throw new ToolException("the user does not allow it; ask what to do instead");
            case NOBODY ->
                    throw new ToolException(
                            "it needs to be confirmed (%s), and nobody is at the terminal who could"
                                            .formatted(decision.why())
                                    + " do that");
        }
    }

    private void record(String turn, ToolCall call, Decision decision, Outcome outcome)
            throws ToolException {
        decisions.record(turn, call, decision, policy.version(), outcome);
    }

    /** The same tool on the same file, whatever its size; the same command or arguments. */
    private static Object known(ToolCall call, Action action) {
        return switch (action) {
            case Action.File file when !What.isByItsArguments(call, action) ->
                    new Action.File(file.tool(), file.path(), file.access(), 0);
            case Action.Command command when !What.isByItsArguments(call, action) -> command;
            case Action.File _, Action.Command _, Action.Tool _ ->
                    new ToolCall("", call.tool(), call.arguments());
        };
    }

    private static Question question(ToolCall call, Action action, Decision decision, Asked asked) {
        return new Question(
                What.of(call, action),
                Quoted.sentence(
                        decision.verdict() == Verdict.ALLOW
                                ? "each call of it is asked about"
                                : decision.why()),
                asked.lines(),
                asked.each()
                        ? "only this time: it is asked about again"
                        : What.always(call, action));
    }

    /** What a change does: never nothing. */
    private static List<String> lines(Change change) {
        List<String> lines = new ArrayList<>();
        if (change.unshownBytes() >= 0) {
            lines.add(
                    "-[a file of %d bytes that cannot be shown]".formatted(change.unshownBytes()));
        }
        String before = change.before() == null ? "" : change.before();
        Diff.of(before, change.after()).forEach(line -> lines.add(Quoted.lines(line)));
        if (change.after().isEmpty()) {
            lines.add("+[an empty file]");
        }
        return lines;
    }
}
