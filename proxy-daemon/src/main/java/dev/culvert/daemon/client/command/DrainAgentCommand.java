package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.value.Value;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code culvert agents drain AGENT}. */
@Command(
        name = "drain",
        description =
                "Keeps new work from an agent, while its turns go on. That lasts until culvert agents"
                        + " drain --end, until the agent is removed or moved to another address, or"
                        + " until the daemon stops.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Example, before its VM is stopped:",
            "  culvert agents drain web-1 --wait 10m && virsh shutdown web-1"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:turns were still under way after --wait"})
final class DrainAgentCommand implements Verb {
    private static final String TURNS = "turns_in_flight";

    private final Session session;

    @Parameters(paramLabel = "AGENT", description = "Its name.")
    private String agent = "";

    @Mixin private final DrainFlags flags = new DrainFlags();

    DrainAgentCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Api api = session.api();
        Output output = session.output();
        String path = AgentsCommand.path(agent);
        if (flags.isEnd()) {
            Value answer = api.ask(Request.delete(path + "/drain"));
            output.done("agent '" + agent + "' takes new work again", answer, AgentsCommand.ONE);
            return ExitCode.OK;
        }
        Value state =
                flags.await(
                        output, api.ask(Request.post(path + "/drain")), TURNS, () -> api.get(path));
        output.done(
                "agent '%s' takes no new work; turns under way: %s"
                        .formatted(agent, state.text(TURNS)),
                state,
                AgentsCommand.ONE);
        return flags.exitCode(state.number(0, TURNS));
    }
}
