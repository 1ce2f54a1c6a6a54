package dev.culvert.daemon.client.command;

import dev.culvert.about.Units;
import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.EventReader.Event;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.workspace.AskedReality;
import dev.culvert.daemon.client.workspace.GuestChecks;
import dev.culvert.daemon.client.workspace.Workspace;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code culvert test}. */
@Command(
        name = "test",
        description = {
            "Checks that guests are as a workspace wants them.",
            "A guest whose file has \"start\" must run, or be stopped; one with a CID must be an agent",
            "that is ready and answers within --ping; each --reach must be reachable from the daemon,",
            "which makes the checks as a flow."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  culvert test",
            "  culvert test --ping 50ms --reach tcp://10.0.0.5:22 --junit checks.xml"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:all checks pass", "1:some do not"})
final class TestCommand implements Verb, EventFollower.Printer {
    private static final View CHECK =
            View.of(
                    "check",
                    Column.of("CHECK", "check"),
                    Column.of(
                                    "RESULT",
                                    it -> it.text("passed").equals("true") ? "passed" : "failed")
                            .in(it -> it.text("passed").equals("true") ? Tone.GOOD : Tone.BAD),
                    Column.of("WHY", "why"));

    private final Session session;

    @Option(
            names = "--reach",
            paramLabel = "URL",
            description =
                    "tcp://HOST:PORT, http://… or https://…, as of culvert check. May be given several"
                            + " times.")
    private List<String> urls = List.of();

    @Option(
            names = "--ping",
            paramLabel = "TIME",
            defaultValue = "1s",
            description = "How long a frame to an agent and back may take: 50ms. Default: 1s")
    private String ping = "1s";

    @Option(
            names = "--junit",
            paramLabel = "FILE",
            description = "Also writes the results there, as JUnit's XML.")
    private @Nullable Path junit;

    @Mixin private final WorkspaceFlags flags = new WorkspaceFlags();

    TestCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Workspace workspace = flags.find(session);
        GuestChecks checks =
                new GuestChecks(workspace, new AskedReality(session.api()), urls, longestPing());
        if (checks.isEmpty()) {
            throw new UsageException(
                    "there is nothing to check: no file of a guest has \"start\", and no --reach is"
                            + " given");
        }
        Value started =
                session.api()
                        .ask(
                                Request.post(
                                                FlowCommand.RUNS,
                                                Value.members(
                                                        "file",
                                                        "checks.jsonc",
                                                        "text",
                                                        checks.flow().json()))
                                        .with("idempotency-key", UUID.randomUUID().toString()));
        String path = FlowCommand.path(started.text("id"));
        new EventFollower(session, path, false, this).run();
        List<GuestChecks.Outcome> outcomes = checks.outcomes(session.api().get(path));
        if (junit != null) {
            try {
                Files.writeString(junit, checks.junit(outcomes));
            } catch (IOException e) {
                throw new IOException("the results cannot be written: " + FileTrouble.of(e), e);
            }
        }
        session.output().items(outcomes.stream().map(GuestChecks.Outcome::value).toList(), CHECK);
        return outcomes.stream().allMatch(GuestChecks.Outcome::passed)
                ? ExitCode.OK
                : ExitCode.FAILED;
    }

    private Duration longestPing() throws UsageException {
        try {
            return Units.duration(ping);
        } catch (NumberFormatException _) {
            throw new UsageException(
                    "--ping is '%s': it takes a time such as 50ms or 1s"
                            .formatted(Quoted.word(ping)));
        }
    }

    @Override
    public void again(Duration lost) {
        session.output().note("following again");
    }

    @Override
    public OptionalInt print(Event event) throws IOException {
        boolean isOver =
                event.type().equals("run")
                        && List.of("done", "failed", "cancelled", "unknown")
                                .contains(Value.parse(event.data()).text("state"));
        return isOver ? OptionalInt.of(ExitCode.OK) : OptionalInt.empty();
    }
}
