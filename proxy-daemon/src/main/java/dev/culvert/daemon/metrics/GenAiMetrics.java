package dev.culvert.daemon.metrics;

import dev.culvert.daemon.http.Handling;
import dev.culvert.daemon.http.TokenUsage;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Turns under the names of OpenTelemetry's GenAI conventions (0.1.0). An agent's name is a label
 * only if the settings ask for it; beyond their limit of names it is "other".
 */
final class GenAiMetrics {
    private static final double[] TOKENS = {
        1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576
    };
    private static final Tag OPERATION = Tag.of("gen_ai_operation_name", "invoke_agent");
    private static final String ERROR = "error_type";

    /** The meters of one agent, or of all. */
    private record OfAgent(
            Tags tags, Timer firstChunk, DistributionSummary input, DistributionSummary output) {}

    private final MeterRegistry registry;
    private final boolean namesAgents;
    private final int mostNames;
    private final OfAgent all;
    private final Map<String, OfAgent> byName = new ConcurrentHashMap<>();

    /**
     * @param namesAgents whether there is a label for the agent
     * @param mostNames how many values it has
     */
    GenAiMetrics(MeterRegistry registry, boolean namesAgents, int mostNames) {
        this.registry = registry;
        this.namesAgents = namesAgents;
        this.mostNames = mostNames;
        all = meters("other");
    }

    private OfAgent of(@Nullable Handling turn) {
        String agent = namesAgents && turn != null ? turn.agent() : null;
        if (agent == null) {
            return all;
        }
        OfAgent known = byName.get(agent);
        if (known != null || byName.size() >= mostNames) {
            return known == null ? all : known;
        }
        return byName.computeIfAbsent(agent, this::meters);
    }

    private OfAgent meters(String agent) {
        Tags tags =
                namesAgents
                        ? Tags.of(OPERATION, Tag.of("gen_ai_agent_name", agent))
                        : Tags.of(OPERATION);
        return new OfAgent(
                tags,
                Buckets.timer(
                                "gen_ai.client.operation.time_to_first_chunk",
                                "Time from the request to the first chunk of a streamed turn.")
                        .tags(tags)
                        .register(registry),
                tokens(tags, "input"),
                tokens(tags, "output"));
    }

    private DistributionSummary tokens(Tags tags, String type) {
        return DistributionSummary.builder("gen_ai.client.token.usage")
                .description("Tokens of a turn, as its runtime counts them.")
                .serviceLevelObjectives(TOKENS)
                .tags(tags)
                .tag("gen_ai_token_type", type)
                .register(registry);
    }

    void firstChunk(@Nullable Handling turn, long nanos) {
        of(turn).firstChunk.record(nanos, TimeUnit.NANOSECONDS);
    }

    void tokens(@Nullable Handling turn, TokenUsage usage) {
        OfAgent meters = of(turn);
        meters.input.record(usage.input());
        meters.output.record(usage.output());
    }

    void ended(Handling turn, long nanos) {
        String code = turn.errorCode();
        Buckets.timer("gen_ai.client.operation.duration", "Turns, from the request to the end.")
                .tags(of(turn).tags)
                .tag(ERROR, code == null ? "" : FailureMetrics.known(code))
                .register(registry)
                .record(nanos, TimeUnit.NANOSECONDS);
    }
}
