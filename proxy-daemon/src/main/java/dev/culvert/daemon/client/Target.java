package dev.culvert.daemon.client;

import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Server;
import dev.culvert.daemon.client.http.UnreachableException;
import dev.culvert.daemon.client.keys.KeyException;
import dev.culvert.daemon.client.keys.KeyReader;
import dev.culvert.daemon.client.keys.KeySource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Which daemon the command talks to, and with which token. The first of these that says it:
 *
 * <ol>
 *   <li>{@code --url}, with {@code --token-file}, else with the token of the environment
 *   <li>{@code --context}
 *   <li>{@code CULVERT_URL}, with {@code CULVERT_TOKEN} or {@code CULVERT_TOKEN_FILE}
 *   <li>the current context
 *   <li>the first admin socket of this host that takes a connection
 *   <li>the daemon's default address on this host
 * </ol>
 *
 * @param saidBy what decided it, for {@code culvert context show}
 * @param passedOver the admin sockets that were tried before, each with the reason
 */
public record Target(
        Server server,
        String token,
        Optional<Path> authorities,
        String saidBy,
        List<String> passedOver) {
    static final String DEFAULT_URL = "http://127.0.0.1:8470";

    static Target find(TargetOptions options, Surroundings around) throws IOException {
        String url = around.environment().getOrDefault("CULVERT_URL", "");
        if (options.url().isPresent()) {
            return of(options.url().get(), options, around, "--url");
        }
        if (options.context().isPresent()) {
            String name = options.context().get();
            return ofContext(name, options, around, "--context");
        }
        if (!url.isEmpty()) {
            return of(url, options, around, "CULVERT_URL");
        }
        String current = Contexts.read(around.place().settings()).current();
        if (!current.isEmpty()) {
            return ofContext(current, options, around, "the current context '" + current + "'");
        }
        return ofThisHost(options, around);
    }

    /* A socket's file outlives a daemon that was killed, so it is there only if it can be used. */
    private static Target ofThisHost(TargetOptions options, Surroundings around)
            throws IOException {
        List<String> passedOver = new ArrayList<>();
        for (Path socket : around.place().adminSockets()) {
            Target target =
                    of("unix://" + socket, options, around, "the admin socket of this host");
            try {
                target.api(options).connectTime();
                return target;
            } catch (UnreachableException e) {
                passedOver.add("unix://" + socket + " (" + e.why() + ")");
            }
        }
        Target target = of(DEFAULT_URL, options, around, "the default");
        return new Target(
                target.server, target.token, target.authorities, target.saidBy, passedOver);
    }

    /** A sentence about the places where a daemon was sought before; empty if there are none. */
    public String alsoTried() {
        return passedOver.isEmpty() ? "" : " Also tried: " + String.join(", ", passedOver) + ".";
    }

    /** Its interface, for requests that change nothing. */
    public Api api(TargetOptions options) {
        return api(options, _ -> {});
    }

    /**
     * Its interface.
     *
     * @param onRun gets the id under which the daemon has recorded a change
     */
    public Api api(TargetOptions options, Consumer<String> onRun) {
        return new Api(server, token, authorities, options.timeout(), onRun);
    }

    /** A daemon that wants no token. */
    public static Target without(Server server, String saidBy) {
        return new Target(server, "", Optional.empty(), saidBy, List.of());
    }

    /** The daemon at an address that the user has said; the token is that of the flags. */
    public static Target of(String url, TargetOptions options, Surroundings around, String saidBy)
            throws IOException {
        return new Target(
                server(url, saidBy), token(options, around), options.caFile(), saidBy, List.of());
    }

    /** The daemon of a context; {@code --token-file} and {@code --ca-file} go before its own. */
    public static Target ofContext(
            String name, TargetOptions options, Surroundings around, String saidBy)
            throws IOException {
        Contexts.Context context = Contexts.read(around.place().settings()).require(name);
        boolean ownToken =
                options.tokenFile().isEmpty() && !(context.key() instanceof KeySource.None);
        return new Target(
                server(context.url(), saidBy),
                ownToken ? key(context.key(), around) : token(options, around),
                options.caFile()
                        .or(() ->
                                Optional.of(context.authorities())
                                        .filter(file -> !file.isEmpty())
                                        .map(Path::of)),
                saidBy,
                List.of());
    }

    private static Server server(String url, String saidBy) throws IOException {
        try {
            return Server.parse(url);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage() + " (" + saidBy + ")");
        }
    }

    /** The same daemon with another token. */
    public Target withToken(KeySource key, Surroundings around) throws IOException {
        return new Target(server, key(key, around), authorities, saidBy, passedOver);
    }

    private static String token(TargetOptions options, Surroundings around) throws IOException {
        if (options.tokenFile().isPresent()) {
            return key(new KeySource.InFile(options.tokenFile().get()), around);
        }
        String token = around.environment().getOrDefault("CULVERT_TOKEN", "");
        String file = around.environment().getOrDefault("CULVERT_TOKEN_FILE", "");
        return token.isEmpty() && !file.isEmpty()
                ? key(new KeySource.InFile(Path.of(file)), around)
                : token.strip();
    }

    private static String key(KeySource source, Surroundings around) throws IOException {
        try {
            return new KeyReader(around.environment()).read(source);
        } catch (KeyException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    /** Without the token. */
    @Override
    public String toString() {
        return server + " (" + saidBy + ")";
    }
}
