package dev.culvert.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The requests of the clients. */
sealed interface Load {
    int clients();

    /**
     * Messages that the agent echoes.
     *
     * @param bytes the size of the content
     * @param rate messages a second, sent on time even if answers are late; 0 sends the next one
     *     after each answer
     */
    record Messages(int clients, int bytes, double rate) implements Load {
        Messages atRate(double perSecond) {
            return new Messages(clients, bytes, perSecond);
        }
    }

    /** Streams; each client opens the next one after its last. */
    record Streams(int clients, int chunks, Duration every) implements Load {}

    /** The same load without pauses, to warm a JVM up fast. */
    default Load unpaced() {
        return switch (this) {
            case Streams(int clients, int chunks, _) -> new Streams(clients, chunks, Duration.ZERO);
            case Road(int clients, int chunks, _, _) -> new Streams(clients, chunks, Duration.ZERO);
            default -> this;
        };
    }

    /** Streams without events. */
    record IdleStreams(int clients) implements Load {
        /** Opens the streams, which stay open until the process is closed. */
        Child open(Tools tools, int port, int agents, List<String> dialect) throws IOException {
            Child load =
                    Child.start(
                            tools.log("load"),
                            Map.of(),
                            with(dialect, command(tools, port, agents, Duration.ZERO)));
            String errors = load.lineWith("open errors=");
            if (!errors.equals("0")) {
                load.close();
                throw new IOException(errors + " of " + clients + " streams were refused");
            }
            return load;
        }
    }

    /**
     * Streams whose clients begin one after another, spread over the time of one stream.
     *
     * @param silent how many streams without events are held to measure memory
     */
    record Road(int clients, int chunks, Duration every, int silent) implements Load {}

    /**
     * Clients that come, read one chunk and leave.
     *
     * @param runtime the backend's port that tells when it saw them leave
     */
    record Leavers(String runtime, Duration every) implements Load {
        @Override
        public int clients() {
            return 1;
        }
    }

    /**
     * Puts the load on a port and returns the clients' figures. Uses wrk where it can; wrk measures
     * in whole seconds.
     *
     * @param dialect see {@link Peer#dialect}
     */
    default Figures run(Tools tools, int port, int agents, Duration time, List<String> dialect)
            throws IOException {
        if (dialect.isEmpty()
                && this instanceof Messages(int clients, int bytes, double rate)
                && rate == 0
                && time.toSeconds() >= 1
                && tools.isInstalled("wrk")) {
            return Figures.parse(
                    printed(
                            tools,
                            List.of(
                                    "wrk",
                                    "-t1",
                                    "-c" + clients,
                                    "-d" + time.toSeconds() + "s",
                                    "-s",
                                    tools.source("wrk.lua"),
                                    "http://127.0.0.1:" + port,
                                    "--",
                                    agents,
                                    bytes)));
        }
        return Figures.parse(line(tools, port, agents, time, dialect));
    }

    /** Puts the load on a port and returns what load.c prints. */
    default String line(Tools tools, int port, int agents, Duration time, List<String> dialect)
            throws IOException {
        return printed(tools, with(dialect, command(tools, port, agents, time)));
    }

    private static List<?> with(List<String> dialect, List<?> command) {
        return Stream.concat(command.stream(), dialect.stream()).toList();
    }

    /** The command line of load.c. */
    default List<?> command(Tools tools, int port, int agents, Duration time) {
        String load = tools.program("load");
        return switch (this) {
            case Messages(int clients, int bytes, double rate) ->
                    List.of(load, port, agents, clients, time.toMillis(), "message", bytes, rate);
            case Streams(int clients, int chunks, Duration every) ->
                    List.of(
                            load,
                            port,
                            agents,
                            clients,
                            time.toMillis(),
                            "stream",
                            chunks,
                            every.toNanos() / 1000);
            case Road(int clients, int chunks, Duration every, _) ->
                    List.of(
                            load,
                            port,
                            agents,
                            clients,
                            time.toMillis(),
                            "spread",
                            chunks,
                            every.toNanos() / 1000);
            case Leavers(String runtime, Duration every) ->
                    List.of(
                            load,
                            port,
                            agents,
                            1,
                            time.toMillis(),
                            "leave",
                            runtime,
                            every.toNanos() / 1000);
            case IdleStreams(int clients) -> List.of(load, port, agents, clients, 0, "idle");
        };
    }

    private static String printed(Tools tools, List<?> command) throws IOException {
        try (Child load = Child.start(tools.log("load"), Map.of(), command)) {
            return "requests=" + load.lineWith("requests=");
        }
    }
}
