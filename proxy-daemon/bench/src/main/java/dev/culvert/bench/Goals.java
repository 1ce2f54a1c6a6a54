package dev.culvert.bench;

import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The goals of the daemon, each with the median of the rounds of one run. */
record Goals(Results results) {
    private record Goal(String wanted, double bound, boolean atMost, double measured) {
        boolean isMet() {
            return atMost ? measured <= bound : measured >= bound;
        }

        String row() {
            return "| %s | %s %.4g | %.3g | %s |"
                    .formatted(
                            wanted,
                            atMost ? "≤" : "≥",
                            bound,
                            measured,
                            isMet() ? "yes" : "**no**");
        }
    }

    /** Lists a goal only if its scenario ran with the peers that it compares. */
    String table() {
        double peersBest =
                Stream.of("HAProxy", "nginx", "Go")
                        .mapToDouble(peer -> median("message-64", peer, Sample::perSecond))
                        .filter(Double::isFinite)
                        .max()
                        .orElse(Double.NaN);
        return Stream.of(
                        atMost(
                                "CPU of a message with 64 connections, relative to HAProxy's",
                                1,
                                cpuRatio("message-64", "culvertd", "HAProxy")),
                        atMost(
                                "the same, relative to Go's",
                                1 / 3.0,
                                cpuRatio("message-64", "culvertd", "Go")),
                        atLeast(
                                "messages per second with 64 connections, relative to the best of HAProxy, nginx and Go",
                                1,
                                median("message-64", "culvertd", Sample::perSecond) / peersBest),
                        atLeast(
                                "events of streams per second of CPU, relative to Go's",
                                4,
                                cpuRatio("sse-flat-out", "Go", "culvertd")),
                        atMost(
                                "p99 at half of its own best rate, relative to HAProxy's",
                                1,
                                median("latency-half", "culvertd", Sample::p99)
                                        / median("latency-half", "HAProxy", Sample::p99)),
                        atMost(
                                "p99 at HAProxy's rate, relative to HAProxy's",
                                1,
                                median("latency-same", "culvertd", Sample::p99)
                                        / median("latency-same", "HAProxy", Sample::p99)),
                        atMost(
                                "longest pause for garbage collection at half of its best rate, ms",
                                5,
                                most("latency-half", "culvertd", Sample::pauseMillis)),
                        atMost(
                                "CPU of a message of 1 MiB, relative to HAProxy's",
                                2,
                                cpuRatio("message-1mib", "culvertd", "HAProxy")),
                        atMost(
                                "heap taken for a message with 64 connections, B",
                                1024,
                                median("message-64", "culvertd", Sample::heapBytesPerUnit)),
                        atMost(
                                "heap taken for an event of a stream, B",
                                200,
                                median("sse-flat-out", "culvertd", Sample::heapBytesPerUnit)),
                        atMost(
                                "memory with 1,000 agents, MB",
                                150,
                                most("agents-1000", "culvertd, 1,000 agents", Sample::residentMib)),
                        atMost(
                                "CPU of a message with 1,000 agents, relative to that with 1 agent",
                                1.15,
                                cpuRatio(
                                        "agents-1000",
                                        "culvertd, 1,000 agents",
                                        "culvertd, 1 agent")),
                        atMost(
                                "the same with 1 connection, where no system call serves two messages",
                                1.15,
                                cpuRatio(
                                        "agents-1000-one",
                                        "culvertd, 1,000 agents",
                                        "culvertd, 1 agent")),
                        atMost(
                                "CPU of a chat completion, relative to a message on the daemon's own path",
                                1.25,
                                cpuRatio("front-message", Peer.OPENAI.title, "culvertd")),
                        atMost(
                                "the same for an event, 100 paced streams",
                                1.25,
                                cpuRatio("front-paced", Peer.OPENAI.title, "culvertd")),
                        atMost(
                                "the same for an event, as fast as they go",
                                1.25,
                                cpuRatio("front-flat-out", Peer.OPENAI.title, "culvertd")),
                        atMost(
                                "CPU of a message in Anthropic's form, relative to one on the daemon's own path",
                                1.6,
                                cpuRatio("front-message", Peer.ANTHROPIC.title, "culvertd")),
                        atMost(
                                "the same for an event, 100 paced streams",
                                1.6,
                                cpuRatio("front-paced", Peer.ANTHROPIC.title, "culvertd")),
                        atMost(
                                "the same for an event, as fast as they go",
                                1.6,
                                cpuRatio("front-flat-out", Peer.ANTHROPIC.title, "culvertd")),
                        atMost(
                                "memory per further client with a silent stream, KiB",
                                12,
                                most("sse-idle", "culvertd", Sample::kibPerClient)))
                .filter(goal -> Double.isFinite(goal.measured()))
                .map(Goal::row)
                .collect(
                        Collectors.joining(
                                "\n",
                                "| goal | wanted | measured | met |\n|---|--:|--:|---|\n",
                                "\n"));
    }

    private static Goal atMost(String wanted, double bound, double measured) {
        return new Goal(wanted, bound, true, measured);
    }

    private static Goal atLeast(String wanted, double bound, double measured) {
        return new Goal(wanted, bound, false, measured);
    }

    private double cpuRatio(String scenario, String contender, String other) {
        return median(scenario, contender, Sample::cpuMicros)
                / median(scenario, other, Sample::cpuMicros);
    }

    private double median(String scenario, String contender, ToDoubleFunction<Sample> figure) {
        return results.spread(scenario, contender, figure).median();
    }

    private double most(String scenario, String contender, ToDoubleFunction<Sample> figure) {
        return results.spread(scenario, contender, figure).most();
    }
}
