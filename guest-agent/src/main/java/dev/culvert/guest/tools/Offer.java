package dev.culvert.guest.tools;

import static dev.culvert.guest.tools.JsonTexts.quoted;

import dev.culvert.guest.approvals.PendingFiles;
import dev.culvert.guest.runtime.Generation;
import dev.culvert.guest.runtime.GenerationListener;
import dev.culvert.guest.runtime.GenerationRequest;
import dev.culvert.guest.runtime.LlmRuntime;
import dev.culvert.guest.runtime.ProbeAnswer;
import dev.culvert.policy.Policy;
import dev.culvert.tools.BuiltinTool;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The agent's tools that one turn is offered. */
public final class Offer {
    /**
     * For whom.
     *
     * @param turn its id
     * @param who asks for it
     * @param mayAsk whether somebody at the host can approve calls
     */
    record Asked(String turn, String who, boolean mayAsk) {}

    private final Workshop workshop;
    private final Asked asked;
    private final Policy policy;
    private Set<String> expected = Set.of();
    private final Map<String, BuiltinTool> tools = new LinkedHashMap<>();

    Offer(Workshop workshop, Asked asked, Policy policy, List<BuiltinTool> offered) {
        this.workshop = workshop;
        this.asked = asked;
        this.policy = policy;
        offered.forEach(tool -> tools.put(tool.name(), tool));
    }

    /** Those whose names the client has not taken for its own tools; null for none. */
    public @Nullable Offer without(Set<String> taken) {
        List<BuiltinTool> left =
                tools.values().stream().filter(tool -> !taken.contains(tool.name())).toList();
        return left.isEmpty() ? null : new Offer(workshop, asked, policy, left);
    }

    /** The same for a turn that was offered tools of these names, which may be back only later. */
    Offer expecting(Set<String> names) {
        expected = names;
        return this;
    }

    Workshop workshop() {
        return workshop;
    }

    /** The id of the turn. */
    String turn() {
        return asked.turn;
    }

    /** Who asks for the turn. */
    String who() {
        return asked.who;
    }

    /** What the tools may do in this turn. */
    Policy policy() {
        return policy;
    }

    /** Whether a call about which the policy asks waits for an approval; else it is refused. */
    boolean mayAsk() {
        return asked.mayAsk();
    }

    /** Of those for which somebody can be asked. */
    public Set<String> approvable() {
        return asked.mayAsk() ? Set.copyOf(names()) : Set.of();
    }

    List<String> names() {
        return Stream.concat(tools.keySet().stream(), expected.stream()).toList();
    }

    /** Whether the turn was offered a tool of this name, be it there now or not. */
    boolean has(String name) {
        return expected.contains(name) || tools.containsKey(name);
    }

    /** Null if it is not offered, or not there now. */
    @Nullable BuiltinTool find(String name) {
        return expected.contains(name) ? workshop.find(name) : tools.get(name);
    }

    /**
     * Elements of the array {@code tools} of a request, without its brackets.
     *
     * @param dialect whether the request is in Anthropic's form
     */
    public String definitions(boolean dialect) {
        return tools.values().stream()
                .map(tool -> definition(tool, dialect))
                .collect(Collectors.joining(","));
    }

    private static String definition(BuiltinTool tool, boolean dialect) {
        String start =
                "\"name\":"
                        + quoted(tool.name())
                        + ",\"description\":"
                        + quoted(tool.description());
        return dialect
                ? "{" + start + ",\"input_schema\":" + tool.schema() + "}"
                : "{\"type\":\"function\",\"function\":{"
                        + start
                        + ",\"parameters\":"
                        + tool.schema()
                        + "}}";
    }

    /**
     * The runtime for a turn that has these tools: it runs them and goes on, until there is an
     * answer. The body of a request must end with its messages.
     *
     * @param dialect whether the request is in Anthropic's form
     */
    public LlmRuntime over(LlmRuntime runtime, boolean dialect) {
        return over(runtime, rounds -> rounds.begin(dialect));
    }

    /** The same for a turn that waited for an approval when an earlier process ended. */
    public LlmRuntime goingOn(LlmRuntime runtime, SavedRounds saved, PendingFiles.Kept kept) {
        return over(runtime, rounds -> rounds.goOn(saved, kept));
    }

    private LlmRuntime over(LlmRuntime runtime, Consumer<ToolRounds> begin) {
        return new LlmRuntime() {
            @Override
            public Generation start(
                    EventLoop loop, GenerationRequest request, GenerationListener listener) {
                ToolRounds rounds = new ToolRounds(Offer.this, runtime, loop, request, listener);
                begin.accept(rounds);
                return rounds;
            }

            @Override
            public void probe(EventLoop loop, Duration within, Consumer<ProbeAnswer> told) {
                runtime.probe(loop, within, told);
            }

            @Override
            public void close() {} // the runtime is not its own
        };
    }
}
