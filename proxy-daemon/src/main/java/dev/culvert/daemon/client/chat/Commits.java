package dev.culvert.daemon.client.chat;

import dev.culvert.daemon.client.local.AutoCommit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Makes a commit of what the tools have changed for one message, where the settings want that. */
final class Commits {
    private final boolean isOn;
    private final Path project;
    private final Map<String, String> environment;
    private final Screen screen;

    Commits(boolean isOn, Path project, Map<String, String> environment, Screen screen) {
        this.isOn = isOn;
        this.project = project;
        this.environment = environment;
        this.screen = screen;
    }

    /** Until it is closed, changes belong to the message. */
    interface Open extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Notes what is changed before.
     *
     * @param words of the user
     * @param turn tells the id of the last turn
     * @throws IOException if nothing can be committed here; the message says what to do
     */
    Open begin(String words, String agent, Supplier<String> turn) throws IOException {
        if (!isOn) {
            return () -> {};
        }
        AutoCommit commit = AutoCommit.begin(project, environment);
        return () -> end(commit, words, agent, turn.get());
    }

    private void end(AutoCommit commit, String words, String agent, String turn) {
        try {
            Optional<AutoCommit.Made> made = commit.end(words, agent, turn);
            made.ifPresent(it -> screen.note(it.text()));
        } catch (IOException e) {
            screen.note("nothing was committed: " + e.getMessage());
        }
    }
}
