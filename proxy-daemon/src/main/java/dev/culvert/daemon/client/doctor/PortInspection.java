package dev.culvert.daemon.client.doctor;

import dev.culvert.daemon.client.host.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whether another program has a port that the daemon wants. */
final class PortInspection implements Inspection {
    private static final Pattern TCP = Pattern.compile("(?:tcp://|https?://)?(?:.*):(\\d{1,5})");
    private static final String LISTENING = "0A";

    @Override
    public String name() {
        return "ports";
    }

    @Override
    public List<Finding> inspect(Site site) {
        boolean answers = answers(site);
        Optional<Set<Integer>> ofTheDaemon = ports(site);
        List<Finding> findings = new ArrayList<>();
        for (String listener : site.settings().listeners()) {
            Matcher tcp = TCP.matcher(listener);
            if (listener.startsWith("unix://") || !tcp.matches()) {
                continue;
            }
            int port = Integer.parseInt(tcp.group(1));
            if (port == 0) {
                findings.add(Finding.ok("the daemon takes any port that is free"));
            } else if (ofTheDaemon.map(ports -> ports.contains(port)).orElse(answers)) {
                findings.add(Finding.ok("the daemon runs, so nobody else has " + listener));
            } else if (answers) {
                findings.add(
                        Finding.ok(
                                "the daemon runs, and not on "
                                        + listener
                                        + ": culvert status says where it listens"));
            } else if (isTaken(site, port)) {
                findings.add(
                        Finding.failure(
                                "port " + port + " is taken",
                                "another program listens on it, so the daemon cannot",
                                "see which: ss -ltnp 'sport = :"
                                        + port
                                        + "'; stop it, or change http.listen"));
            } else {
                findings.add(Finding.ok("port " + port + " is free"));
            }
        }
        return findings.isEmpty()
                ? List.of(Finding.skipped("the daemon listens on no port"))
                : findings;
    }

    /** Those on which the daemon listens; empty if it does not say so. */
    private static Optional<Set<Integer>> ports(Site site) {
        try {
            Reply reply = site.daemon().get("/api/v1/admin/status");
            return reply.isOk()
                    ? Optional.of(
                            reply.json().at("listeners").list().stream()
                                    .map(listener -> TCP.matcher(listener.text("address")))
                                    .filter(Matcher::matches)
                                    .map(tcp -> Integer.valueOf(tcp.group(1)))
                                    .collect(Collectors.toSet()))
                    : Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static boolean answers(Site site) {
        try {
            return site.daemon().get("/livez").status() == 200;
        } catch (IOException _) {
            return false;
        }
    }

    /** By the kernel's table: address and port are in hexadecimal, and state 0A is LISTEN. */
    private static boolean isTaken(Site site, int port) {
        String suffix = ":%04X".formatted(port);
        return Stream.of("/proc/net/tcp", "/proc/net/tcp6")
                .flatMap(file -> site.host().read(file).stream())
                .flatMap(String::lines)
                .map(line -> line.strip().split("\\s+"))
                .anyMatch(fields ->
                        fields.length > 3
                                && fields[1].endsWith(suffix)
                                && fields[3].equals(LISTENING));
    }
}
