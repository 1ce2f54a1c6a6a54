package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.value.Value;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code culvert drain}. */
@Command(
        name = "drain",
        description =
                "Makes the daemon refuse new work, while its turns go on. It does not stop: culvert"
                        + " drain --end lets it take work again.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example, before a host is taken down:", "  culvert drain --wait 10m"})
final class DrainCommand implements Verb {
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final View VIEW =
            View.of("status", Column.of("STATUS", "status"), Column.number("TURNS", "turns"));

    private final Session session;

    @Option(names = "--end", description = "Takes new work again.")
    private boolean end;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            converter = DurationText.class,
            description =
                    "Waits until no turn is under way, but not longer than this; then the exit code"
                            + " is 1.")
    private @Nullable Duration wait;

    DrainCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Api api = session.api();
        Output output = session.output();
        if (end) {
            Value answer = api.ask(Request.delete(AdminPaths.DRAIN));
            output.done("the daemon takes new work again", answer, VIEW);
            return ExitCode.OK;
        }
        Value state = api.ask(Request.post(AdminPaths.DRAIN));
        if (wait != null) {
            state = await(api, state, System.nanoTime() + wait.toNanos());
        }
        output.done(
                "the daemon takes no new work; turns under way: " + state.text("turns"),
                state,
                VIEW);
        return wait != null && state.number(0, "turns") > 0 ? ExitCode.FAILED : ExitCode.OK;
    }

    /** Asks again and again, until no turn is under way or the time is over. */
    private Value await(Api api, Value drained, long deadline) throws IOException {
        Output output = session.output();
        Value state = drained;
        while (state.number(0, "turns") > 0 && System.nanoTime() - deadline < 0) {
            output.progress("turns under way: " + state.text("turns"));
            pause();
            Value now = api.get(AdminPaths.STATUS);
            state = Value.members("status", now.at("status"), "turns", now.at("turns"));
        }
        output.progressEnds();
        return state;
    }

    static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while turns were to end", e);
        }
    }
}
