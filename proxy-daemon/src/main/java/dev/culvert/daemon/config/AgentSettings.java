package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import dev.culvert.transport.AgentAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One agent of the list {@code agents}.
 *
 * @param config its desired configuration, a JSON object; without one the daemon pushes none
 * @param toolAllowlist names or globs; an empty list allows every tool
 */
public record AgentSettings(
        String id,
        String tenant,
        AgentAddress address,
        Optional<String> config,
        List<String> toolAllowlist) {

    public static final String DEFAULT_TENANT = "default";

    /** No agent can have it as its id: below this name agents dial in. */
    public static final String RESERVED_ID = "connect";

    private static final String NOTHING_WANTED = "{\"config\":,\"tool_allowlist\":[]}";

    /** What names of agents, tenants, tokens and roles look like. */
    public static final String NAME_PATTERN = "[A-Za-z0-9._-]{1,64}";

    public static final String NAME_TAKES = "1 to 64 of A-Z, a-z, 0-9, dot, underscore and hyphen";
    private static final Pattern NAME = Pattern.compile(NAME_PATTERN);

    /* Checked while reading, so that a bad id does not hide the other mistakes. */
    static final Kind<String> NAME_KIND = Kind.matching(NAME, NAME_TAKES);
    private static final Kind<String> TOOL_KIND =
            Kind.matching(Pattern.compile("(?s).*\\S.*"), "the name of a tool, or a glob");

    public AgentSettings {
        toolAllowlist = List.copyOf(toolAllowlist);
        boolean mayBeDialled =
                switch (address) {
                    case AgentAddress.Vsock vsock ->
                            vsock.cid() != AgentAddress.Vsock.ANY_CID && vsock.port() != 0;
                    case AgentAddress.Tcp tcp -> tcp.port() != 0;
                    case AgentAddress.Unix _, AgentAddress.HybridUnix _ -> true;
                    case AgentAddress.Incoming _ -> true;
                };
        Check.that(mayBeDialled, "address", address, "it can only be listened on");
        for (int index = 0; index < toolAllowlist.size(); index++) {
            Check.that(
                    !toolAllowlist.get(index).isBlank(),
                    "tool_allowlist[" + index + "]",
                    "\"\"",
                    "every tool has a name");
        }
        Check.that(
                !(address instanceof AgentAddress.Incoming incoming)
                        || id.isEmpty()
                        || incoming.agent().equals(id),
                "address",
                address,
                "an agent that dials in has its own id there: incoming:" + id);
        name("tenant", tenant);
        Check.that(
                !id.equals(RESERVED_ID),
                "id",
                '"' + id + '"',
                "it can be any other name; agents dial in at /api/v1/agents/connect");
        name("id", id); // last: the default of a refused id is not valid
    }

    /**
     * Reads one agent, which has an address or a CID that {@code transport} turns into one. Also
     * for agents that clients add.
     */
    public static AgentSettings read(Section in, TransportSettings transport) {
        String id = in.get("id", NAME_KIND, "");
        String tenant = in.get("tenant", NAME_KIND, DEFAULT_TENANT);
        Optional<Long> cid = in.find("cid", Kind.LONG);
        Optional<AgentAddress> address = in.find("address", DaemonSettings.ADDRESS);
        // It may contain keys for the runtime.
        Optional<String> config = in.find("config", Kind.OBJECT.secret());
        List<String> tools = in.list("tool_allowlist", TOOL_KIND, List.of());
        if (cid.isPresent() == address.isPresent()) {
            throw new IllegalArgumentException(
                    (cid.isPresent()
                                    ? "cid and address are both set"
                                    : "neither cid nor address is set")
                            + ": an agent has exactly one of the two");
        }
        return new AgentSettings(
                id,
                tenant,
                address.or(() -> cid.map(transport::address)).orElseThrow(),
                config,
                tools);
    }

    /** The bytes of its configuration; 0 if it has none. */
    public long configBytes() {
        if (config.isEmpty() && toolAllowlist.isEmpty()) {
            return 0;
        }
        long bytes =
                (long) NOTHING_WANTED.length() + config.map(AgentSettings::utf8Bytes).orElse(0);
        for (String tool : toolAllowlist) {
            bytes += utf8Bytes(tool) + 3; // quotes and a comma
        }
        return bytes;
    }

    private static int utf8Bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** Without the configuration, which may contain keys. */
    @Override
    public String toString() {
        return id + " of " + tenant + " at " + address;
    }

    private static void name(String key, String name) {
        Check.that(isName(name), key, '"' + name + '"', "it must be " + NAME_TAKES);
    }

    /** Whether an agent or a tenant can be named so. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }
}
