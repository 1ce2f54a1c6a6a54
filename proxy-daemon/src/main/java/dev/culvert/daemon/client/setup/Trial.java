package dev.culvert.daemon.client.setup;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.http.Server;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Tries whether a daemon answers, and whether it takes a token. */
public record Trial(Server server, Optional<Path> authorities, Duration timeout) {
    private static final String AGENTS = "/api/v1/agents?limit=1000";
    private static final String NO_WORD = "that is no token: a token is one word on one line";
    private static final int NO_TOKEN = 401;
    private static final int NOT_THIS = 403;

    /** How a trial went. */
    public sealed interface Outcome {
        /** The daemon takes the token, or needs none: it has these agents. */
        record Taken(List<String> agents) implements Outcome {}

        /** The daemon takes the token, which may not list agents; the text says why. */
        record Narrow(String why) implements Outcome {}

        /** The daemon wants another token, or one at all; the text says why. */
        record Refused(String why) implements Outcome {}
    }

    /** Fails if the daemon cannot be reached. */
    public void connect() throws IOException {
        api("").connectTime();
    }

    /**
     * Asks the daemon for its agents.
     *
     * @param token empty for none
     * @throws IOException if the daemon cannot be reached, or fails
     */
    public Outcome with(String token) throws IOException {
        if (token.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
            return new Outcome.Refused(NO_WORD);
        }
        try {
            return new Outcome.Taken(agents(token));
        } catch (ProblemException e) {
            String why = String.valueOf(e.getMessage());
            return switch (e.status()) {
                case NO_TOKEN -> new Outcome.Refused(why);
                case NOT_THIS -> new Outcome.Narrow(why);
                default -> throw e;
            };
        }
    }

    /** The names of the daemon's agents, or the error that it answers with. */
    public List<String> agents(String token) throws IOException {
        if (token.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
            throw new UsageException(NO_WORD);
        }
        return api(token).get(AGENTS).at("agents").list().stream()
                .map((Value agent) -> agent.text("id"))
                .toList();
    }

    private Api api(String token) {
        return new Api(server, token, authorities, timeout, _ -> {});
    }
}
