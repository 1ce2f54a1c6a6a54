package dev.culvert.daemon.client.doctor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
        List<Finding> findings = new ArrayList<>();
        for (String listener : site.settings().listeners()) {
            Matcher tcp = TCP.matcher(listener);
            if (listener.startsWith("unix://") || !tcp.matches()) {
                continue;
            }
            int port = Integer.parseInt(tcp.group(1));
            if (answers || port == 0) {
                findings.add(Finding.ok("the daemon runs, so nobody else has " + listener));
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
