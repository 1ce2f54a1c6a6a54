package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert tunnel trust NAME [--fingerprint SHA256:…]}. */
@Command(
        name = "trust",
        description = "Trusts a key of the server of an SSH tunnel, which you have compared.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Without --fingerprint it shows the keys that the server says it has, and trusts none."
                    + " Compare",
            "them with what the server's operator says: ssh-keygen -lf"
                    + " /etc/ssh/ssh_host_ed25519_key.pub there.",
            "",
            "Example:",
            "  culvert tunnel trust db --fingerprint SHA256:KKXJDGeb3kG62iOISSTNEyoIAwl5CSMYcIjPbDNeCqY"
        })
final class TrustTunnelCommand implements Verb {
    private static final View KEYS =
            View.of(
                    "fingerprint",
                    Column.of("TYPE", "type"),
                    Column.number("BITS", "bits"),
                    Column.of("FINGERPRINT", "fingerprint"),
                    Column.of("TRUSTED", key -> key.text("trusted").equals("true") ? "yes" : "no"));

    private final Session session;

    @Parameters(paramLabel = "NAME", description = "The tunnel.")
    private String name = "";

    @Option(
            names = "--fingerprint",
            paramLabel = "SHA256:…",
            description = "The key to trust, and no other one of that server from then on.")
    private @Nullable String fingerprint;

    TrustTunnelCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        String path = TunnelCommand.path(name) + "/host-keys";
        if (fingerprint == null) {
            List<Value> keys = session.api().get(path).at("keys").list();
            session.output().items(keys, KEYS);
            session.output()
                    .note(
                            "compare these with what the server's operator says; then run culvert"
                                    + " tunnel trust %s --fingerprint SHA256:…".formatted(name));
            return ExitCode.OK;
        }
        if (!fingerprint.startsWith("SHA256:")) {
            throw new UsageException(
                    "--fingerprint takes what ssh-keygen -lf prints, which begins with SHA256:");
        }
        Value trusted =
                session.api().ask(Request.put(path, Value.members("fingerprint", fingerprint)));
        session.output()
                .done(
                        "the tunnel %s trusts the %s key %s of its server"
                                .formatted(
                                        name,
                                        trusted.at("keys").list().getFirst().text("type"),
                                        fingerprint),
                        trusted.at("keys").list().getFirst(),
                        KEYS);
        return ExitCode.OK;
    }
}
