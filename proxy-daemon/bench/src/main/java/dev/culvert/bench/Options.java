package dev.culvert.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The command line. */
record Options(
        List<String> scenarios,
        List<String> peers,
        int rounds,
        Duration slice,
        Duration warmUp,
        boolean smoke,
        boolean publish,
        boolean list,
        Optional<Path> before) {
    private static final String USAGE =
            """
            usage: ./culvert bench [OPTIONS]

              --scenarios A,B   runs only these; --list prints their names
              --peers A,B       measures only these, of culvertd, openai, responses, anthropic, before, haproxy, nginx, go,
                                go_coalescing, minimum, netty, direct
              --rounds N        turns that each peer takes (5)
              --seconds S       length of a turn (2)
              --warm-up S       load on a peer that runs on a JVM, before the first turn (5)
              --smoke           one short turn for each peer, with few agents and clients: does the bench work?
              --publish         also writes the tables, charts and figures to proxy-daemon/docs
              --list            prints the scenarios
              --before DIR      also measures the daemon that was built in the checkout DIR, in turns with this one

            The bench needs gcc. It uses HAProxy, nginx, Go and wrk where they are installed. It prints tables and
            writes the figures to proxy-daemon/bench/target/bench/results.csv.
            """;

    static Options of(String[] arguments) {
        List<String> scenarios = List.of();
        List<String> peers = List.of();
        int rounds = 5;
        Duration slice = Duration.ofSeconds(2);
        Duration warmUp = Duration.ofSeconds(5);
        boolean smoke = false;
        boolean publish = false;
        boolean list = false;
        Optional<Path> before = Optional.empty();
        try {
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--scenarios" -> scenarios = names(arguments[++i]);
                    case "--peers" -> peers = names(arguments[++i]);
                    case "--rounds" -> rounds = Integer.parseInt(arguments[++i]);
                    case "--seconds" -> slice = Duration.ofSeconds(Long.parseLong(arguments[++i]));
                    case "--warm-up" -> warmUp = Duration.ofSeconds(Long.parseLong(arguments[++i]));
                    case "--smoke" -> {
                        smoke = true;
                        rounds = 1;
                        slice = Duration.ofMillis(200);
                        warmUp = Duration.ZERO;
                    }
                    case "--publish" -> publish = true;
                    case "--list" -> list = true;
                    case "--before" -> before = Optional.of(built(arguments[++i]));
                    default -> exit(arguments[i].equals("--help") ? 0 : 2);
                }
            }
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            exit(2);
        }
        allKnown(
                scenarios,
                Stream.concat(
                        Scenario.all(smoke).stream().map(Scenario::name),
                        Stream.of(TunnelCost.NAME)));
        allKnown(peers, Stream.of(Peer.values()).map(Options::name));
        return new Options(scenarios, peers, rounds, slice, warmUp, smoke, publish, list, before);
    }

    private static void allKnown(List<String> wanted, Stream<String> known) {
        List<String> names = known.toList();
        for (String name : wanted) {
            if (!names.contains(name)) {
                System.err.printf(
                        "bench: there is no '%s'; choose from: %s%n",
                        name, String.join(", ", names));
                System.exit(2);
            }
        }
    }

    private static Path built(String checkout) {
        Path program = Tools.culvertd(Path.of(checkout).toAbsolutePath());
        if (!Files.isExecutable(program)) {
            System.err.printf("bench: %s is missing: build that checkout first%n", program);
            System.exit(2);
        }
        return program;
    }

    private static String name(Peer peer) {
        return peer.name().toLowerCase(Locale.ROOT);
    }

    private static void exit(int status) {
        System.err.print(USAGE);
        System.exit(status);
    }

    private static List<String> names(String list) {
        return List.of(list.toLowerCase(Locale.ROOT).split(","));
    }

    /** A JVM compiles while it runs, so it needs longer than the others. */
    Duration warmUp(Peer peer) {
        return peer.isOfJava() || warmUp.isZero() ? warmUp : Duration.ofSeconds(1);
    }

    Duration toSettle() {
        return smoke ? slice : Duration.ofSeconds(2);
    }

    boolean wants(String scenario) {
        return scenarios.isEmpty() || scenarios.contains(scenario);
    }

    boolean wants(Peer peer) {
        return peers.isEmpty() || peers.contains(name(peer));
    }
}
