package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.doctor.Diagnosis;
import dev.culvert.daemon.client.doctor.DiagnosisText;
import dev.culvert.daemon.client.doctor.Grade;
import dev.culvert.daemon.client.doctor.Site;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.View;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code culvert doctor}. */
@Command(
        name = "doctor",
        description =
                "Finds out why the daemon here or its agents do not work, and says what to do.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "It looks at the settings, the systemd unit, the daemon, ports, sockets, vsock modules",
            "and devices, permissions, file descriptors, disk, clock, certificates, versions that",
            "are known to be bad, and each agent. It needs no running daemon. Run it as root on"
                    + " the",
            "daemon's host to see everything.",
            "",
            "Examples:",
            "  culvert doctor",
            "  culvert doctor --fix",
            "  culvert doctor --output json"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:no failure was found, but maybe warnings", "1:a failure was found"})
final class DoctorCommand implements Verb {
    private static final View VIEW =
            View.of(
                    "failures",
                    Column.of("FAILURES", "failures"),
                    Column.of("WARNINGS", "warnings"));

    private final Session session;

    @Option(
            names = "--fix",
            description = {
                "Runs the fixes that can do no harm (modprobe, chmod, mkdir, systemctl",
                "daemon-reload), says what it did, and looks again."
            })
    private boolean fix;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The daemon's settings file. Default: /etc/culvert/culvertd.jsonc")
    private @Nullable Path config;

    DoctorCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() {
        Site site = LocalDaemon.site(session, config);
        Output output = session.output();
        Diagnosis diagnosis =
                Diagnosis.of(
                        site,
                        Diagnosis.ALL,
                        fix,
                        inspection -> output.progress("looking at " + inspection));
        output.progressEnds();
        if (output.format() == Format.TABLE) {
            DiagnosisText.of(diagnosis, output::toned).lines().forEach(output::line);
            session.around().out().flush();
        } else {
            output.item(DiagnosisText.data(diagnosis), VIEW);
        }
        return diagnosis.worst() == Grade.FAILURE ? ExitCode.FAILED : ExitCode.OK;
    }
}
