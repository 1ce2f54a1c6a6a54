package dev.culvert.daemon.flags;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a new token is called, and what it may do: as on the command line, and not checked. */
public final class TokenFlags {
    @Option(
            names = "--name",
            required = true,
            paramLabel = "NAME",
            description = "What it is called in lists and logs.")
    private String name = "";

    @Option(
            names = "--tenant",
            paramLabel = "TENANT",
            description =
                    "The only tenant whose agents it sees. Default: that of whoever makes it, else"
                            + " all")
    private @Nullable String tenant;

    @Option(
            names = "--scope",
            split = ",",
            paramLabel = "SCOPE",
            description =
                    "agents:read, agents:write, approvals, reach, flows, inventory, metrics:read or"
                            + " admin; several with commas.")
    private List<String> scopes = List.of();

    @Option(
            names = "--role",
            split = ",",
            paramLabel = "ROLE",
            description =
                    "viewer, operator, approver, admin, or one of auth.roles; several with commas.")
    private List<String> roles = List.of();

    @Option(
            names = "--expires",
            paramLabel = "TIME",
            description = "How long it is valid: 12h, 90d. Default: for ever")
    private @Nullable String expires;

    @Option(
            names = "--rate",
            paramLabel = "RATE",
            description = "The most requests: 50/s, 1000/m. Default: no limit of its own")
    private @Nullable String rate;

    @Option(
            names = "--bytes",
            paramLabel = "RATE",
            description =
                    "The most bytes of bodies: 10MiB/s, 64KiB/s. Default: no limit of its own")
    private @Nullable String bytes;

    @Option(
            names = "--turns",
            paramLabel = "NUMBER",
            description = "The most turns at once. Default: no limit of its own")
    private @Nullable Integer turns;

    public String name() {
        return name;
    }

    public Optional<String> tenant() {
        return Optional.ofNullable(tenant);
    }

    public List<String> scopes() {
        return scopes;
    }

    public List<String> roles() {
        return roles;
    }

    public Optional<String> expires() {
        return Optional.ofNullable(expires);
    }

    public Optional<String> rate() {
        return Optional.ofNullable(rate);
    }

    public Optional<String> bytes() {
        return Optional.ofNullable(bytes);
    }

    public OptionalInt turns() {
        return turns == null ? OptionalInt.empty() : OptionalInt.of(turns);
    }
}
