package dev.culvert.daemon.client.chat;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.output.Ages;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.View;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a user's sessions, decisions and history are.
 *
 * @param state empty if there is no place for them
 * @param project an absolute path
 */
record Places(Optional<Path> state, Path project) {
    private static final View SESSIONS =
            View.of(
                    "id",
                    Column.of("SESSION", "id"),
                    Column.of("AGENT", "agent"),
                    Column.of("USED", value -> Ages.since(value.text("used"))),
                    Column.of("STATE", value -> value.text("cut").equals("true") ? "cut" : ""),
                    Column.number("MESSAGES", "messages"),
                    Column.of("BEGAN WITH", "title"));

    /** Those of the project; empty if none is kept. */
    Optional<Sessions> sessions() {
        return state.map(folder -> new Sessions(folder, project));
    }

    /** The same where they are needed. */
    Sessions requireSessions() throws UsageException {
        return new Sessions(require(), project);
    }

    Path auditLog() throws UsageException {
        return require().resolve("audit").resolve("chat.log");
    }

    /** Of what was typed. */
    Optional<Path> history() {
        return state.map(folder -> folder.resolve("history"));
    }

    private Path require() throws UsageException {
        return state.orElseThrow(() ->
                new UsageException(
                        "there is no place for sessions and decisions: set HOME or"
                                + " XDG_STATE_HOME; without tools (--no-tools), a chat needs none"));
    }

    /** Prints the sessions of the project. */
    void list(Output output) throws IOException {
        output.items(requireSessions().all().stream().map(Saved::summary).toList(), SESSIONS);
    }
}
