package dev.culvert.guest.tools;

import static dev.culvert.guest.tools.JsonTexts.quoted;

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
import org.jspecify.annotations.Nullable;

/** The agent's tools that one turn is offered. */
public final class Offer {
    private final Workshop workshop;
    private final String turn;
    private final Policy policy;
    private final Map<String, BuiltinTool> tools = new LinkedHashMap<>();

    Offer(Workshop workshop, String turn, Policy policy, List<BuiltinTool> offered) {
        this.workshop = workshop;
        this.turn = turn;
        this.policy = policy;
        offered.forEach(tool -> tools.put(tool.name(), tool));
    }

    /** Those whose names the client has not taken for its own tools; null for none. */
    public @Nullable Offer without(Set<String> taken) {
        List<BuiltinTool> left =
                tools.values().stream().filter(tool -> !taken.contains(tool.name())).toList();
        return left.isEmpty() ? null : new Offer(workshop, turn, policy, left);
    }

    Workshop workshop() {
        return workshop;
    }

    /** The id of the turn. */
    String turn() {
        return turn;
    }

    /** What the tools may do in this turn. */
    Policy policy() {
        return policy;
    }

    /** Null if it is not offered. */
    @Nullable BuiltinTool find(String name) {
        return tools.get(name);
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
        return new LlmRuntime() {
            @Override
            public Generation start(
                    EventLoop loop, GenerationRequest request, GenerationListener listener) {
                ToolRounds rounds = new ToolRounds(Offer.this, runtime, loop, request, listener);
                rounds.begin(dialect);
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
