package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.Quoted;
import dev.culvert.machine.MachineReader;
import dev.culvert.machine.ReportJson;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert diagnose}. */
@Command(
        name = "diagnose",
        description =
                "Shows what the daemon's machine is like, and what is wrong with it. With AGENT,"
                        + " shows what an agent's machine is like, and what is wrong with it.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "CPU, memory, disks, pressure, cgroup, processes, network, vsock, clock and services,"
                    + " as",
            "the program sees them. culvert doctor looks for what is wrong with the daemon itself.",
            "",
            "Examples:",
            "  culvert diagnose",
            "  culvert diagnose web-1",
            "  culvert diagnose --local -o json"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:no failure was found, but maybe warnings", "1:a failure was found"})
final class DiagnoseCommand implements Verb {
    private static final View ROWS =
            View.of("part", Column.of("PART", "part"), Column.of("STATE", "state"));
    private static final View WHOLE =
            new View(
                    answer ->
                            answer.at("agent").isNothing()
                                    ? answer.at("machine").text("host")
                                    : answer.text("agent"),
                    List.of());

    private final Session session;

    @Parameters(arity = "0..1", paramLabel = "AGENT", description = "The name of an agent.")
    private @Nullable String agent;

    @Option(
            names = "--local",
            description = "Looks at this machine instead of the daemon's, without a daemon.")
    private boolean local;

    DiagnoseCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Value answer = answer();
        List<Value> findings = new ArrayList<>(answer.at("machine", "findings").list());
        findings.addAll(answer.at("findings").list());
        Output output = session.output();
        if (output.format() == Format.TABLE) {
            output.items(MachineText.rows(answer), ROWS);
            print(findings, output);
        } else {
            output.item(answer, WHOLE);
        }
        return findings.stream().anyMatch(DiagnoseCommand::isFailure)
                ? ExitCode.FAILED
                : ExitCode.OK;
    }

    private Value answer() throws IOException {
        if (local) {
            if (agent != null) {
                throw new UsageException("--local is this machine, and AGENT another: give one");
            }
            return here();
        }
        return session.api()
                .get(agent == null ? AdminPaths.MACHINE : AgentsCommand.path(agent) + "/machine");
    }

    private static Value here() throws IOException {
        try {
            return Value.members(
                    "machine", Value.parse(ReportJson.of(MachineReader.here(List.of()).read())));
        } catch (BadValueException e) {
            throw new IOException(e);
        }
    }

    private static boolean isFailure(Value finding) {
        return finding.text("grade").equals("failure");
    }

    private void print(List<Value> findings, Output output) {
        output.line("");
        if (findings.isEmpty()) {
            output.line(output.toned(Tone.GOOD, "nothing is wrong"));
        }
        for (Value finding : findings) {
            output.line(
                    output.toned(
                            isFailure(finding) ? Tone.BAD : Tone.CAUTION,
                            Quoted.sentence(
                                    "%s: %s: %s"
                                            .formatted(
                                                    finding.text("grade"),
                                                    finding.text("area"),
                                                    finding.text("sentence")))));
            output.line("  " + Quoted.sentence(finding.text("advice")));
        }
        session.around().out().flush();
    }
}
