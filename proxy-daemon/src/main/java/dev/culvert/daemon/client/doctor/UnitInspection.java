package dev.culvert.daemon.client.doctor;

import dev.culvert.daemon.client.host.Outcome;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The systemd unit: that it is there, runs, and finds its credentials. */
final class UnitInspection implements Inspection {
    private static final String UNIT = "culvertd.service";
    private static final String PROPERTIES =
            "LoadState,ActiveState,SubState,Result,NRestarts,NeedDaemonReload,FragmentPath,DropInPaths";
    private static final long MANY_RESTARTS = 3;
    private static final Pattern CREDENTIAL =
            Pattern.compile("(?m)^\\s*LoadCredential(?:Encrypted)?=([^:\\s]+):(/\\S+)");

    @Override
    public String name() {
        return "unit";
    }

    @Override
    public List<Finding> inspect(Site site) {
        Outcome shown =
                site.host().run(List.of("systemctl", "show", UNIT, "--property=" + PROPERTIES));
        if (!shown.isOk()) {
            return List.of(Finding.skipped("systemd does not run here"));
        }
        Map<String, String> unit = properties(shown.out());
        if (!unit.getOrDefault("LoadState", "").equals("loaded")) {
            return List.of(
                    Finding.skipped(
                            "there is no " + UNIT + ": the package culvertd is not installed"));
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(state(unit));
        if (unit.getOrDefault("NeedDaemonReload", "").equals("yes")) {
            findings.add(
                    Finding.warning(
                                    "the unit's files have changed since systemd read them",
                                    "systemd still uses the earlier ones",
                                    "systemctl daemon-reload")
                            .with(Remedy.of("systemctl", "daemon-reload")));
        }
        findings.addAll(credentials(site, unit));
        return findings;
    }

    private static Map<String, String> properties(String text) {
        Map<String, String> properties = new HashMap<>();
        text.lines()
                .map(line -> line.split("=", 2))
                .filter(parts -> parts.length == 2)
                .forEach(parts -> properties.put(parts[0], parts[1]));
        return properties;
    }

    private static Finding state(Map<String, String> unit) {
        String state = unit.getOrDefault("ActiveState", "unknown");
        String restarts = unit.getOrDefault("NRestarts", "0");
        return switch (state) {
            case "active", "reloading" ->
                    restarts.length() > 1 || Long.parseLong(restarts) > MANY_RESTARTS
                            ? Finding.warning(
                                    UNIT + " runs, after " + restarts + " restarts",
                                    "the daemon ended by itself so often since the unit was"
                                            + " started",
                                    "see why: journalctl -u culvertd -g 'ended|failed|OutOfMemory'")
                            : Finding.ok(UNIT + " runs");
            case "failed" ->
                    Finding.failure(
                            UNIT + " has failed",
                            "its result is " + unit.getOrDefault("Result", "unknown"),
                            "see why: journalctl -u culvertd -n 50; then: systemctl start"
                                    + " culvertd");
            default ->
                    Finding.failure(
                            UNIT + " does not run: it is " + state,
                            "nobody started it, or it was stopped",
                            "systemctl enable --now culvertd");
        };
    }

    private static List<Finding> credentials(Site site, Map<String, String> unit) {
        String files =
                unit.getOrDefault("FragmentPath", "") + " " + unit.getOrDefault("DropInPaths", "");
        List<MatchResult> loaded =
                Stream.of(files.strip().split("\\s+"))
                        .filter(file -> file.startsWith("/"))
                        .flatMap(file -> site.host().read(file).stream())
                        .flatMap(text -> CREDENTIAL.matcher(text).results())
                        .toList();
        List<Finding> findings = new ArrayList<>();
        for (MatchResult credential : loaded) {
            String path = credential.group(2);
            findings.add(
                    Files.exists(site.host().path(path))
                            ? Finding.ok("the credential " + credential.group(1) + " is there")
                            : Finding.failure(
                                    "the credential " + credential.group(1) + " is missing",
                                    "LoadCredential= of the unit names "
                                            + path
                                            + ", and there is no such file: the unit cannot start",
                                    "create it, readable by root only, or remove the line:"
                                            + " systemctl edit culvertd"));
        }
        return findings;
    }
}
