import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What clients ask for. */
sealed interface Load {
    int clients();

    /**
     * Messages that are given back.
     *
     * @param bytes of the content
     * @param rate a second, whether answers come or not; 0: as fast as they come
     */
    record Messages(int clients, int bytes, double rate) implements Load {
        Messages atRate(double perSecond) {
            return new Messages(clients, bytes, perSecond);
        }
    }

    /** Streams, one behind the other for each client. */
    record Streams(int clients, int chunks, Duration every) implements Load {}

    /** The same as fast as it goes, which compiles what runs on a JVM soonest. */
    default Load unpaced() {
        return this instanceof Streams(int clients, int chunks, _)
                ? new Streams(clients, chunks, Duration.ZERO)
                : this;
    }

    /** Streams in which nothing comes. */
    record IdleStreams(int clients) implements Load {}

    /**
     * Sends it to a port, and gives what was seen: by wrk where that can do it, which counts in
     * whole seconds.
     */
    default Map<String, Double> run(Tools tools, int port, int agents, Duration time)
            throws IOException {
        if (this instanceof Messages(int clients, int bytes, double rate)
                && rate == 0
                && time.toSeconds() >= 1
                && tools.isInstalled("wrk")) {
            return seen(
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
                            bytes));
        }
        return seen(tools, command(tools, port, agents, time));
    }

    /** That of load.c. */
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
            case IdleStreams(int clients) -> List.of(load, port, agents, clients, 0, "idle");
        };
    }

    private static Map<String, Double> seen(Tools tools, List<?> command) throws IOException {
        try (Child load = Child.start(tools.log("load"), Map.of(), command)) {
            Map<String, Double> figures = new HashMap<>();
            for (String figure : ("requests=" + load.lineWith("requests=")).split(" ")) {
                String[] pair = figure.split("=");
                figures.put(pair[0], Double.valueOf(pair[1]));
            }
            return figures;
        }
    }
}
