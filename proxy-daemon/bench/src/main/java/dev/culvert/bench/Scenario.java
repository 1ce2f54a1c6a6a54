package dev.culvert.bench;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * One load, and the contenders that are measured under it.
 *
 * @param unit the thing that is counted: a message, an event or a client
 */
record Scenario(
        String name, String title, String unit, Load load, Pace pace, List<Contender> contenders) {
    /** How fast messages are sent. */
    enum Pace {
        AS_FAST_AS_THEY_GO,
        /** Half of the best rate of each contender, measured just before. */
        HALF_OF_ITS_BEST,
        /** Half of the best rate of the slowest contender. */
        HALF_OF_THE_SLOWEST
    }

    /** A peer, and how it is started. */
    record Contender(Peer peer, int agents, int threads, String title) {}

    private static final int CORES = Runtime.getRuntime().availableProcessors();
    private static final List<Peer> PROXIES =
            List.of(Peer.CULVERTD, Peer.BEFORE, Peer.HAPROXY, Peer.NGINX, Peer.GO);

    static List<Scenario> all(boolean smoke) {
        int many = smoke ? 20 : 1000;
        return List.of(
                messages("message-1", "Messages of 64 B, 1 connection, 1 agent", 1, 1),
                messages("message-16", "Messages of 64 B, 16 connections, 1 agent", 16, 1),
                messages("message-64", "Messages of 64 B, 64 connections, 1 agent", 64, 1),
                messages(
                        "message-64-on-100",
                        "Messages of 64 B, 64 connections, 100 agents in turn",
                        64,
                        100),
                latency(
                        "latency-half",
                        "Latency at a fixed rate: half of its own best",
                        Pace.HALF_OF_ITS_BEST,
                        PROXIES),
                latency(
                        "latency-same",
                        "Latency at a fixed rate, the same for these: half of what the slowest of"
                                + " them can do",
                        Pace.HALF_OF_THE_SLOWEST,
                        List.of(Peer.CULVERTD, Peer.BEFORE, Peer.HAPROXY, Peer.NGINX)),
                new Scenario(
                        "sse-flat-out",
                        "Streams of 200 chunks of 40 B, 100 at once, as fast as they go",
                        "event",
                        new Load.Streams(100, 200, Duration.ZERO),
                        Pace.AS_FAST_AS_THEY_GO,
                        standard(1, true)),
                new Scenario(
                        "sse-paced",
                        "Streams of 20 chunks of 40 B a second, 100 at once",
                        "event",
                        new Load.Streams(100, 20, Duration.ofMillis(50)),
                        Pace.AS_FAST_AS_THEY_GO,
                        standard(1, true)),
                new Scenario(
                        "message-1mib",
                        "Messages of 1 MiB, 2 connections, 1 agent",
                        "message",
                        new Load.Messages(2, 1 << 20, 0),
                        Pace.AS_FAST_AS_THEY_GO,
                        standard(1, false)),
                latency(
                        "front-message",
                        "Fronts: messages of 64 B, 64 connections, the same rate for all: half of"
                                + " what the slowest can do",
                        Pace.HALF_OF_THE_SLOWEST,
                        Peer.ways()),
                fronts(
                        "front-paced",
                        "Fronts: streams of 20 chunks of 40 B a second, 100 at once",
                        new Load.Streams(100, 20, Duration.ofMillis(50))),
                fronts(
                        "front-flat-out",
                        "Fronts: streams of 200 chunks of 40 B, 100 at once, as fast as they go",
                        new Load.Streams(100, 200, Duration.ZERO)),
                new Scenario(
                        "road",
                        "The whole road: client, culvertd, culvert-agent, runtime",
                        "event",
                        new Load.Road(
                                100, smoke ? 5 : 20, Duration.ofMillis(50), smoke ? 50 : 6000),
                        Pace.AS_FAST_AS_THEY_GO,
                        Stream.concat(Peer.ways().stream(), Stream.of(Peer.DIRECT))
                                .map(peer -> new Contender(peer, 1, CORES, peer.title))
                                .toList()),
                agents("agents-1000", 64, many),
                agents("agents-1000-one", 1, many),
                new Scenario(
                        "sse-idle",
                        "Memory for clients whose streams are silent",
                        "client",
                        new Load.IdleStreams(smoke ? 200 : 10_000),
                        Pace.AS_FAST_AS_THEY_GO,
                        Stream.concat(PROXIES.stream(), Peer.ways().stream())
                                .distinct()
                                .map(peer -> new Contender(peer, 10, CORES, peer.title))
                                .toList()),
                new Scenario(
                        "threads",
                        "Messages of 64 B, 64 connections, 1 agent, by threads",
                        "message",
                        new Load.Messages(64, 64, 0),
                        Pace.AS_FAST_AS_THEY_GO,
                        PROXIES.stream()
                                .flatMap(peer ->
                                        Stream.of(1, 2)
                                                .map(threads ->
                                                        new Contender(
                                                                peer,
                                                                1,
                                                                threads,
                                                                peer.title
                                                                        + (threads == 1
                                                                                ? ", 1 thread"
                                                                                : ", 2 threads"))))
                                .toList()));
    }

    private static Scenario messages(String name, String title, int clients, int agents) {
        return new Scenario(
                name,
                title,
                "message",
                new Load.Messages(clients, 64, 0),
                Pace.AS_FAST_AS_THEY_GO,
                standard(agents, false));
    }

    private static Scenario agents(String name, int clients, int many) {
        return new Scenario(
                name,
                "Messages of 64 B, %d connection%s, %,d agents in turn, or 1"
                        .formatted(clients, clients == 1 ? "" : "s", many),
                "message",
                new Load.Messages(clients, 64, 0),
                Pace.AS_FAST_AS_THEY_GO,
                Stream.of(
                                Peer.CULVERTD,
                                Peer.BEFORE,
                                Peer.HAPROXY,
                                Peer.NGINX,
                                Peer.GO,
                                Peer.MINIMUM)
                        .flatMap(peer ->
                                Stream.of(
                                        new Contender(peer, 1, CORES, peer.title + ", 1 agent"),
                                        new Contender(
                                                peer,
                                                many,
                                                CORES,
                                                peer.title + ", %,d agents".formatted(many))))
                        .toList());
    }

    private static Scenario latency(String name, String title, Pace pace, List<Peer> peers) {
        return new Scenario(
                name,
                title,
                "message",
                new Load.Messages(64, 64, 0),
                pace,
                peers.stream().map(peer -> new Contender(peer, 1, CORES, peer.title)).toList());
    }

    private static Scenario fronts(String name, String title, Load load) {
        return new Scenario(
                name,
                title,
                "event",
                load,
                Pace.AS_FAST_AS_THEY_GO,
                Peer.ways().stream()
                        .map(peer -> new Contender(peer, 1, CORES, peer.title))
                        .toList());
    }

    private static List<Contender> standard(int agents, boolean streams) {
        return Arrays.stream(Peer.values())
                .filter(peer -> peer.isFor(streams))
                .map(peer -> new Contender(peer, agents, CORES, peer.title))
                .toList();
    }

    /** The same scenario with the contenders that match. */
    Scenario with(Predicate<Contender> wanted) {
        return new Scenario(
                name, title, unit, load, pace, contenders.stream().filter(wanted).toList());
    }
}
