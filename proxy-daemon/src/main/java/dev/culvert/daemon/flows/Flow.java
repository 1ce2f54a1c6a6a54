package dev.culvert.daemon.flows;

import dev.culvert.settings.Node;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A flow that was read and checked.
 *
 * @param file where it was read, for messages
 * @param text what was read there
 * @param description empty if there is none
 * @param inputs by name, in the order of the file
 * @param steps by id, in the order of the file
 * @param outputs by name, with their references
 */
public record Flow(
        String file,
        String text,
        String name,
        String description,
        Map<String, Input> inputs,
        Map<String, Step> steps,
        Map<String, Node> outputs) {

    /**
     * What a run is given.
     *
     * @param types as JSON Schema names them
     * @param byDefault null if there is none
     * @param env the variable of the daemon that has it where it is not given; null if there is
     *     none
     */
    public record Input(
            String name,
            List<String> types,
            @Nullable Node byDefault,
            @Nullable String env,
            String description) {}

    /**
     * One node of the graph.
     *
     * @param params of its kind, with their references
     * @param needs the ids of the steps that have to end before; those of references are among them
     * @param uses those of them whose output it refers to
     * @param when null if it always runs
     * @param each null if it runs once
     * @param cacheFor how long its output may be used again; null if it may not
     * @param isFinal whether it runs after all others, whatever happened
     */
    public record Step(
            String id,
            StepKind kind,
            Node.Members params,
            Set<String> needs,
            Set<String> uses,
            @Nullable When when,
            @Nullable Each each,
            @Nullable Duration timeout,
            Retry retry,
            @Nullable Duration cacheFor,
            boolean isFinal) {}

    /** What has to hold for a step to run. */
    public record When(Reference value, Test test, Node than) {
        /** How a value is compared. */
        enum Test {
            EQUALS,
            NOT,
            IN,
            EXISTS
        }

        /** Whether it holds for this value, which is null if there is none. */
        boolean holds(@Nullable Node value) {
            return switch (test) {
                case EQUALS -> value != null && Values.isSame(value, than);
                case NOT -> value == null || !Values.isSame(value, than);
                case IN ->
                        value != null
                                && than instanceof Node.Items items
                                && items.nodes().stream().anyMatch(it -> Values.isSame(it, value));
                case EXISTS ->
                        (value != null && !Values.types(value).contains("null"))
                                == than.json().equals("true");
            };
        }
    }

    /**
     * What a step runs for.
     *
     * @param items a list, or a reference to one
     * @param parallel how many at once; 0 for as many as the settings say
     */
    public record Each(Node items, int parallel) {}

    /** How often a step is tried, and how long it waits before the second time. */
    public record Retry(int attempts, Duration backoff) {
        static final Retry NONE = new Retry(1, Duration.ofSeconds(1));
    }
}
