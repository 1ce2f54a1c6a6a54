package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.Target;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.output.Ages;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code culvert status}. */
@Command(
        name = "status",
        description =
                "Shows the daemon on one screen: version, listeners, agents by state, the busiest"
                        + " agents, the failures of the last hour, and what to do next.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Whoever is no operator is told less: not since when the daemon runs, and not what"
                    + " failed."
        })
final class StatusCommand implements Verb {
    private static final View VIEW = View.of("version", Column.of("VERSION", "version"));

    private final Session session;

    StatusCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Output output = session.output();
        Value status = status(output);
        if (output.format() != Format.TABLE) {
            output.item(status, VIEW);
            return ExitCode.OK;
        }
        print(status, output);
        return ExitCode.OK;
    }

    private Value status(Output output) throws IOException {
        Target target = session.target();
        Api api = target.api(session.options());
        try {
            return api.get(AdminPaths.STATUS);
        } catch (ProblemException e) {
            if (ExitCode.of(e) != ExitCode.REFUSED || e.status() != 403) {
                throw e;
            }
            Value status = PublicStatus.of(target, api);
            String socket = e.problem().text("admin_socket");
            output.note(
                    "this is what clients are told; operators are told more: "
                            + (socket.isEmpty()
                                    ? "use the admin socket, or a token with the scope admin"
                                    : "culvert status --url " + Quoted.word(socket)));
            return status;
        }
    }

    private static void print(Value status, Output output) {
        boolean ok = status.text("status").equals("ok");
        Duration uptime = Duration.ofSeconds(status.number(0, "uptime_seconds"));
        boolean partial = !status.at("partial").isNothing();
        output.line(
                "culvertd %s  %s%s"
                        .formatted(
                                Quoted.word(status.text("version")),
                                output.toned(
                                        ok ? Tone.GOOD : Tone.CAUTION,
                                        Quoted.word(status.text("status"))),
                                partial
                                        ? ""
                                        : "  up %s  pid %s"
                                                .formatted(Ages.of(uptime), status.text("pid"))));
        line(output, "listens on", listeners(status));
        String conditions = counts(status.at("conditions"));
        line(
                output,
                "agents",
                counts(status.at("agents"))
                        + (conditions.isEmpty() ? "" : "; of these " + conditions));
        line(output, "turns", status.text("turns") + " under way");
        line(output, "busiest", pairs(status.at("busiest"), "agent", "turns"));
        if (!partial) {
            line(output, "failures, last hour", pairs(status.at("failures"), "code", "count"));
        }
        List<String> next = next(status);
        if (!next.isEmpty()) {
            output.line("");
            output.line(output.toned(Tone.STRONG, "next"));
            next.forEach(each -> output.line("  " + each));
        }
    }

    private static void line(Output output, String title, String text) {
        output.line("%-20s %s".formatted(title, text.isEmpty() ? "none" : text));
    }

    private static String listeners(Value status) {
        return status.at("listeners").list().stream()
                .map(each ->
                        Quoted.sentence(each.text("address"))
                                + (each.text("for").equals("operators") ? " (operators)" : ""))
                .collect(Collectors.joining(", "));
    }

    private static String counts(Value agents) {
        return agents.map().entrySet().stream()
                .filter(each -> !each.getValue().text().equals("0"))
                .map(each -> each.getValue().text() + " " + Quoted.word(each.getKey()))
                .collect(Collectors.joining(", "));
    }

    private static String pairs(Value list, String name, String count) {
        return list.list().stream()
                .map(each -> Quoted.word(each.text(name)) + " " + each.text(count))
                .collect(Collectors.joining(", "));
    }

    /** What an operator would do next, most urgent first. */
    private static List<String> next(Value status) {
        List<String> next = new ArrayList<>();
        Value agents = status.at("agents");
        if (status.text("status").equals("draining")) {
            next.add("the daemon takes no new work: culvert drain --end lets it take work again");
        }
        long all =
                agents.map().values().stream()
                        .mapToLong(count -> Long.parseLong("0" + count.text()))
                        .sum();
        if (all == 0) {
            next.add("there are no agents: culvert agents add NAME --address vsock://CID:PORT");
        }
        if (agents.number(0, "unreachable") > 0) {
            next.add(
                    "see why agents do not answer: culvert doctor, and culvert agents list --state"
                            + " unreachable");
        }
        if (status.number(0, "conditions", "degraded") > 0) {
            next.add("see which agents cannot reach their runtime, and why: culvert agents");
        }
        if (agents.number(0, "draining") > 0) {
            next.add("see which agents take no new work: culvert agents list --state draining");
        }
        if (agents.number(0, "quiesced") > 0) {
            next.add(
                    "see which agents wait for a pause of their VM: culvert agents list --state"
                            + " quiesced");
        }
        if (!status.at("failures").list().isEmpty()) {
            next.add("see what failed: culvert logs, and the runbook in the documentation");
        }
        return next;
    }
}
