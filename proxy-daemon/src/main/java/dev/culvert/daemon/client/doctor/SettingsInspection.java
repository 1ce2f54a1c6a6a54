package dev.culvert.daemon.client.doctor;

import dev.culvert.daemon.client.host.DaemonFile;
import dev.culvert.daemon.client.host.Outcome;
import java.util.List;

/** The settings file: that it can be read, and that the daemon accepts it. */
final class SettingsInspection implements Inspection {
    private static final String FIX = "correct it, and check it with: culvertd config validate ";

    @Override
    public String name() {
        return "settings";
    }

    @Override
    public List<Finding> inspect(Site site) {
        DaemonFile file = site.settings();
        if (!file.exists()) {
            return List.of(
                    Finding.ok("there is no " + file.path() + ": the daemon has its defaults"));
        }
        if (!file.problem().isEmpty()) {
            return List.of(
                    Finding.failure(
                            "the settings cannot be read", file.problem(), FIX + file.path()));
        }
        Outcome outcome =
                site.host()
                        .run(
                                List.of(
                                        site.host().daemonProgram(),
                                        "config",
                                        "validate",
                                        file.path()));
        if (outcome.isNotThere()) {
            return List.of(
                    Finding.skipped(
                            file.path()
                                    + " is readable; culvertd is not installed here, so it was not"
                                    + " checked further"));
        }
        return List.of(
                outcome.isOk()
                        ? Finding.ok(file.path() + " is valid")
                        : Finding.failure(
                                "the daemon refuses its settings",
                                outcome.said(),
                                FIX + file.path()));
    }
}
