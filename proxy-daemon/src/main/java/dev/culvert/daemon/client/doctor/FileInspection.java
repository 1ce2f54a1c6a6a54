package dev.culvert.daemon.client.doctor;

import dev.culvert.daemon.client.host.Outcome;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether the daemon may open enough files: each connection is one. */
final class FileInspection implements Inspection {
    private static final long SPARE = 256;
    private static final double FULL = 0.8;

    @Override
    public String name() {
        return "file-descriptors";
    }

    @Override
    public List<Finding> inspect(Site site) {
        Optional<String> metrics = metrics(site);
        long most = metrics.map(text -> metric(text, "process_max_fds")).orElse(0L);
        if (most == 0) {
            most = limitOfUnit(site);
        }
        if (most == 0) {
            return List.of(
                    Finding.skipped("the daemon does not run, and its unit sets no LimitNOFILE="));
        }
        long open = metrics.map(text -> metric(text, "process_open_fds")).orElse(0L);
        if (open > most * FULL) {
            return List.of(
                    Finding.failure(
                            "the daemon has opened %d of %d files".formatted(open, most),
                            "at the limit it can accept and dial no connection",
                            "raise LimitNOFILE= (systemctl edit culvertd), or lower"
                                    + " http.max_connections"));
        }
        long loops = site.settings().number("event_loops", 0);
        long links = 1 + (loops == 0 ? Runtime.getRuntime().availableProcessors() : loops);
        long agents = site.settings().agents().size();
        long clients = site.settings().number("http.max_connections", 20_000);
        long needed = clients + agents * links + SPARE;
        if (needed > most) {
            return List.of(
                    Finding.warning(
                            "the daemon may open %d files and may need %d".formatted(most, needed),
                            "%d clients (http.max_connections), and %d links to each of %d agents"
                                    .formatted(clients, links, agents),
                            "set LimitNOFILE=" + needed + " or more (systemctl edit culvertd)"));
        }
        return List.of(
                Finding.ok(
                        "the daemon may open %d files; it needs at most %d"
                                .formatted(most, needed)));
    }

    private static Optional<String> metrics(Site site) {
        try {
            return Optional.of(site.daemon().get("/metrics"))
                    .filter(it -> it.isOk())
                    .map(it -> it.body());
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static long metric(String text, String name) {
        Matcher matcher =
                Pattern.compile("(?m)^(?:\\w+_)?" + name + "(?:_files)?(?:\\{[^}]*})? ([0-9.E+]+)$")
                        .matcher(text);
        return matcher.find() ? (long) Double.parseDouble(matcher.group(1)) : 0;
    }

    private static long limitOfUnit(Site site) {
        Outcome shown =
                site.host()
                        .run(
                                List.of(
                                        "systemctl",
                                        "show",
                                        "culvertd.service",
                                        "--property=LimitNOFILE",
                                        "--value"));
        String value = shown.out().strip();
        return shown.isOk() && value.matches("[0-9]{1,18}") ? Long.parseLong(value) : 0;
    }
}
