package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code culvert drain}. */
@Command(
        name = "drain",
        description =
                "Makes the daemon refuse new work, while its turns go on. It does not stop: culvert"
                        + " drain --end lets it take work again.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example, before a host is taken down:", "  culvert drain --wait 10m"})
final class DrainCommand implements Verb {
    private static final String TURNS = "turns";
    private static final View VIEW =
            View.of("status", Column.of("STATUS", "status"), Column.number("TURNS", TURNS));

    private final Session session;

    @Mixin private final DrainFlags flags = new DrainFlags();

    DrainCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Api api = session.api();
        Output output = session.output();
        if (flags.isEnd()) {
            Value answer = api.ask(Request.delete(AdminPaths.DRAIN));
            output.done("the daemon takes new work again", answer, VIEW);
            return ExitCode.OK;
        }
        Value state =
                flags.await(
                        output,
                        api.ask(Request.post(AdminPaths.DRAIN)),
                        TURNS,
                        () -> {
                            Value now = api.get(AdminPaths.STATUS);
                            return Value.members("status", now.at("status"), TURNS, now.at(TURNS));
                        });
        output.done(
                "the daemon takes no new work; turns under way: " + state.text(TURNS), state, VIEW);
        return flags.exitCode(state.number(0, TURNS));
    }
}
