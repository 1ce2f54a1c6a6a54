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
        return Stream.of(own(peersBest), tunnels(), Peer.ways().stream().flatMap(this::of))
                .flatMap(goals -> goals)
                .filter(goal -> Double.isFinite(goal.measured()))
                .map(Goal::row)
                .collect(
                        Collectors.joining(
                                "\n",
                                "| goal | wanted | measured | met |\n|---|--:|--:|---|\n",
                                "\n"));
    }

    private Stream<Goal> own(double peersBest) {
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
                        "messages per second with 64 connections, relative to the best of HAProxy,"
                                + " nginx and Go",
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
                        cpuRatio("agents-1000", "culvertd, 1,000 agents", "culvertd, 1 agent")),
                atMost(
                        "the same with 1 connection, where no system call serves two messages",
                        1.15,
                        cpuRatio(
                                "agents-1000-one", "culvertd, 1,000 agents", "culvertd, 1 agent")));
    }

    private Stream<Goal> tunnels() {
        TunnelResults tunnel = results.tunnel();
        return Stream.of(
                atLeast(
                        "bytes a second of a forwarded connection, relative to two socat",
                        0.8,
                        tunnel.throughputRatio()),
                atMost("the same: CPU a GB, relative to two socat", 1.3, tunnel.cpuRatio()));
    }

    /** What a front may cost beside the daemon's own paths, and what the road may add. */
    private Stream<Goal> of(Peer peer) {
        String name = peer.title.replace("culvertd, ", "").replace("culvertd", "own paths");
        RoadResults road = results.road();
        Stream<Goal> times =
                Stream.of(
                        atMost(
                                name + ": added to the first chunk, p50, ms",
                                5,
                                road.added(peer.title, RoadSample::firstP50) / 1000),
                        atMost(
                                name + ": added to the gap between chunks, p99, ms",
                                10,
                                road.added(peer.title, RoadSample::gapP99) / 1000),
                        atMost(
                                name
                                        + ": from the client's leaving to the runtime's close, p99,"
                                        + " ms",
                                50,
                                road.median(peer.title, RoadSample::leftP99) / 1000),
                        atMost(
                                name + ": memory per further client with a silent stream, KiB",
                                12,
                                most("sse-idle", peer.title, Sample::kibPerClient)));
        return Stream.concat(peer.isFront() ? cpuOf(peer, name) : Stream.empty(), times);
    }

    private Stream<Goal> cpuOf(Peer peer, String name) {
        return Stream.of(
                atMost(
                        name + ": CPU of a message, relative to the daemon's own path",
                        peer.mostCpu,
                        cpuRatio("front-message", peer.title, "culvertd")),
                atMost(
                        name + ": the same for an event, 100 paced streams",
                        peer.mostCpu,
                        cpuRatio("front-paced", peer.title, "culvertd")),
                atMost(
                        name + ": the same for an event, as fast as they go",
                        peer.mostCpu,
                        cpuRatio("front-flat-out", peer.title, "culvertd")));
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
