package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert tunnel add NAME [USER@]HOST[:PORT]}. */
@Command(
        name = "add",
        description = "Adds an SSH tunnel, which survives restarts of the daemon, and starts it.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "The key of the server has to be trusted: culvert tunnel trust NAME, or --host-key.",
            "",
            "Examples:",
            "  culvert tunnel add db me@bastion.example --key build --listen 5432 --to db.internal:5432",
            "  culvert tunnel add web me@far.example --kind remote --listen 8080 --to 127.0.0.1:80",
            "  culvert tunnel add out me@far.example --kind dynamic --listen 1080"
        })
final class AddTunnelCommand implements Verb {
    private final Session session;

    @Parameters(index = "0", paramLabel = "NAME", description = "What it will be called.")
    private String name = "";

    @Parameters(
            index = "1",
            paramLabel = "SERVER",
            description = "The SSH server: [USER@]HOST[:PORT].")
    private String server = "";

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            description = "local, remote or dynamic. Default: local")
    private String kind = "local";

    @Option(
            names = "--listen",
            paramLabel = "PORT",
            description =
                    "Where callers come in: a port of 127.0.0.1, or HOST:PORT; of a remote tunnel, on"
                            + " the server. Default: any port")
    private @Nullable String listen;

    @Option(
            names = "--to",
            paramLabel = "HOST:PORT",
            description = "Where they get to; not for a dynamic tunnel.")
    private @Nullable String to;

    @Option(
            names = "--key",
            paramLabel = "NAME",
            description = "The key of the daemon to log in with: culvert keys.")
    private @Nullable String key;

    @Option(
            names = "--host-key",
            paramLabel = "SHA256:…",
            description = "The fingerprint that the server's key must have.")
    private @Nullable String hostKey;

    @Option(
            names = "--jump",
            paramLabel = "SERVERS",
            description = "Servers to go through before, as ssh -J takes them.")
    private @Nullable String jump;

    @Option(
            names = "--probe",
            paramLabel = "PROBE",
            description = "What has to happen at the far end: none, tcp, banner, http or socks.")
    private @Nullable String probe;

    @Option(
            names = "--probe-to",
            paramLabel = "HOST:PORT",
            description =
                    "Where the probe of a dynamic tunnel goes. Default: the SSH server's port on the"
                            + " server itself")
    private @Nullable String probeTo;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            description = "How long callers wait while it is not up. Default: 30s")
    private @Nullable String wait;

    @Option(
            names = "--keepalive",
            paramLabel = "TIME",
            description = "How often the server must answer. Default: 15s")
    private @Nullable String keepalive;

    @Option(names = "--no-start", description = "Adds it without starting it.")
    private boolean isOff;

    AddTunnelCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Map<String, Value> body = new LinkedHashMap<>();
        body.put("name", Value.of(name));
        body.put("kind", Value.of(kind));
        addServer(body);
        put(body, "listen", address(listen));
        put(body, "to", to);
        put(body, "key", key);
        put(body, "host_key", hostKey);
        put(body, "jump", jump);
        put(body, "probe", probe);
        put(body, "probe_to", probeTo);
        put(body, "wait", wait);
        put(body, "keepalive", keepalive);
        body.put("start", Value.of(!isOff));
        Value added = session.api().ask(Request.post(TunnelCommand.PATH, new Value.Members(body)));
        session.output()
                .done(
                        "the tunnel %s is added: %s%s"
                                .formatted(
                                        name,
                                        added.text("listen"),
                                        isOff
                                                ? ""
                                                : "; culvert tunnel start %s waits until it is up"
                                                        .formatted(name)),
                        added,
                        TunnelCommand.LIST);
        return ExitCode.OK;
    }

    private void addServer(Map<String, Value> body) {
        int at = server.lastIndexOf('@');
        if (at >= 0) {
            body.put("user", Value.of(server.substring(0, at)));
        }
        String host = server.substring(at + 1);
        int colon = host.lastIndexOf(':');
        boolean hasPort = colon >= 0 && host.indexOf(':') == colon;
        if (hasPort && host.substring(colon + 1).matches("[0-9]{1,5}")) {
            body.put("port", Value.of(Long.parseLong(host.substring(colon + 1))));
            host = host.substring(0, colon);
        }
        body.put("host", Value.of(host));
    }

    private static @Nullable String address(@Nullable String text) {
        return text != null && text.matches("[0-9]{1,5}") ? "tcp://127.0.0.1:" + text : text;
    }

    private static void put(Map<String, Value> body, String member, @Nullable String text) {
        if (text != null) {
            body.put(member, Value.of(text));
        }
    }
}
