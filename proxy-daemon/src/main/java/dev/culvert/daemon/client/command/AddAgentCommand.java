package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert agents add AGENT}. */
@Command(
        name = "add",
        description =
                "Adds an agent, or changes it. If the daemon has a state_dir, it is there again after a"
                        + " restart; without one, add it to the settings file, too.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  culvert agents add web-1 --address vsock://3:1024",
            "  culvert agents add web-1 --cid 3 --tenant acme --tool 'search_*' --tool"
                    + " read_file"
        })
final class AddAgentCommand implements Verb {
    private final Session session;

    @Parameters(paramLabel = "AGENT", description = "Its name.")
    private String agent = "";

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            description =
                    "vsock://CID:PORT, HOST:PORT, unix:///PATH, or unix:///PATH?port=PORT for a"
                            + " VM of Firecracker or Cloud Hypervisor.")
    private @Nullable String address;

    @Option(names = "--cid", paramLabel = "CID", description = "The CID of its VM.")
    private @Nullable Long cid;

    @Option(names = "--tenant", paramLabel = "TENANT", description = "Default: default")
    private @Nullable String tenant;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A file with its configuration, one JSON object.")
    private @Nullable Path config;

    @Option(
            names = "--tool",
            paramLabel = "PATTERN",
            description = "A tool that it may use; can be given several times.")
    private @Nullable List<String> tools;

    /** Its path is that of the agents that dial in. */
    private static final String RESERVED = "connect";

    AddAgentCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        if ((address == null) == (cid == null)) {
            throw new UsageException("give exactly one of --address and --cid");
        }
        if (agent.equals(RESERVED)) {
            throw new UsageException(
                    "no agent can be named connect, because agents dial in at"
                            + " /api/v1/agents/connect: choose another name");
        }
        Map<String, Value> body = new LinkedHashMap<>();
        if (address != null) {
            body.put("address", Value.of(address));
        }
        if (cid != null) {
            body.put("cid", Value.of(cid));
        }
        if (tenant != null) {
            body.put("tenant", Value.of(tenant));
        }
        if (config != null) {
            body.put("config", GivenFile.read(config));
        }
        if (tools != null) {
            body.put("tool_allowlist", Value.of(tools.stream().map(Value::of).toList()));
        }
        Api api = session.api();
        Value added = api.ask(Request.put(AgentsCommand.path(agent), new Value.Members(body)));
        session.output()
                .done(
                        "agent '%s' is %s; culvert agents show %s follows it"
                                .formatted(agent, added.text("state"), agent),
                        added,
                        AgentsCommand.ONE);
        return ExitCode.OK;
    }
}
