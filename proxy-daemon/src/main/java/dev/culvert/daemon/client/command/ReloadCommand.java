package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code culvert reload}. */
@Command(
        name = "reload",
        description =
                "Reads the daemon's settings again, as SIGHUP does. Running turns go on. If there is a"
                        + " mistake, nothing changes and every mistake is printed.",
        mixinStandardHelpOptions = true)
final class ReloadCommand implements Verb {
    private static final View VIEW = View.of("status", Column.of("STATUS", "status"));

    private final Session session;

    ReloadCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Value answer = session.api().ask(Request.post(AdminPaths.RELOAD));
        session.output().done("the new settings are in force", answer, VIEW);
        return ExitCode.OK;
    }
}
