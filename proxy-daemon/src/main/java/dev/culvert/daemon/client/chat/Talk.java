package dev.culvert.daemon.client.chat;

import dev.culvert.daemon.client.chat.Dialogue.Ending;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.http.UnreachableException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A session that goes on: what is said in it is kept. */
final class Talk implements AutoCloseable {
    private static final int SHOWN_CHARS = 80;
    private static final int SERVER_FAILED = 500;

    private final Parts parts;
    private final Screen screen;
    private final Conversation conversation;
    private Saved saved;

    /**
     * What it works with.
     *
     * @param sessions where it is kept; empty to keep nothing
     * @param place closed with it
     */
    record Parts(
            Dialogue dialogue,
            Optional<Sessions> sessions,
            Commits commits,
            Telemetry telemetry,
            Optional<Workplace> place) {}

    Talk(Parts parts, Saved saved, Screen screen) {
        this.parts = parts;
        this.saved = saved;
        this.screen = screen;
        conversation = new Conversation(saved.messages());
    }

    /** The id under which it can be resumed; empty if it is not kept. */
    String id() {
        return saved.id();
    }

    /** Whether something was said that is on the disk. */
    boolean isKept() {
        return parts.sessions().isPresent() && !saved.messages().isEmpty();
    }

    String agent() {
        return saved.agent();
    }

    /** Where its tools work, as a clause. */
    String where() {
        return parts.place()
                .map(it -> "tools work in " + it.root())
                .orElse("the agent is offered no tools");
    }

    /** Whether an answer was cut, because the process ended that read it. */
    boolean isCut() {
        return saved.isOpen() && parts.sessions().isPresent();
    }

    /**
     * Goes on with an answer that was cut: shows what had come of it, and reads the rest.
     *
     * @throws IOException if it cannot be read now; it is still there for a later chat
     */
    void goOn() throws IOException {
        String text = saved.messages().getLast().text("content");
        Path file = parts.sessions().orElseThrow().draft(saved);
        try (DraftFile draft = DraftFile.open(file, screen::note)) {
            List<PastRound> past = PastRound.read(draft.entries());
            screen.note(
                    "the answer to \"%s\" was cut when culvert chat ended; it goes on here"
                            .formatted(shortened(text)));
            try {
                exchange(text, draft, () -> parts.dialogue().goOn(conversation, past, draft));
            } catch (IOException e) {
                if (mayBeReadLater(e)) {
                    throw e;
                }
                screen.note("no more of it can be read: " + e.getMessage());
                over(draft);
            }
        }
    }

    private static boolean mayBeReadLater(IOException failure) {
        return failure instanceof UnreachableException
                || (failure instanceof ProblemException problem
                        && problem.status() >= SERVER_FAILED);
    }

    private static String shortened(String text) {
        String line = text.strip().lines().findFirst().orElse("");
        return line.length() <= SHOWN_CHARS ? line : line.substring(0, SHOWN_CHARS) + "…";
    }

    /** What a turn changes becomes a commit also if it fails or is stopped. */
    Ending say(String text) throws IOException {
        try (Draft draft = draft(text)) {
            try {
                return exchange(text, draft, () -> parts.dialogue().say(conversation, text, draft));
            } catch (IOException e) {
                over(draft);
                throw e;
            }
        }
    }

    /* The answer is worth more than its copy on the disk. */
    private Draft draft(String text) {
        if (parts.sessions().isEmpty()) {
            return Draft.NONE;
        }
        Sessions sessions = parts.sessions().get();
        try {
            DraftFile draft = DraftFile.begin(sessions.draft(saved), screen::note);
            saved = saved.asking(text, Instant.now());
            sessions.keep(saved);
            return draft;
        } catch (IOException e) {
            screen.note(String.valueOf(e.getMessage()));
            return Draft.NONE;
        }
    }

    private interface Exchange {
        Ending run() throws IOException;
    }

    private Ending exchange(String text, Draft draft, Exchange exchange) throws IOException {
        boolean isDone = false;
        parts.telemetry().begin();
        try (Commits.Open _ = parts.commits().begin(text, saved.agent(), parts.dialogue()::turn)) {
            Ending ending = exchange.run();
            isDone = ending.equals(Ending.DONE);
            over(draft);
            return ending;
        } finally {
            parts.telemetry().end(saved.agent(), isDone);
        }
    }

    private void over(Draft draft) {
        if (keep()) {
            draft.done();
        }
    }

    /** Returns whether it is on the disk. */
    private boolean keep() {
        if (parts.sessions().isEmpty()) {
            return false;
        }
        Sessions sessions = parts.sessions().get();
        saved = saved.with(conversation, Instant.now());
        try {
            if (conversation.size() == 0) {
                sessions.forget(saved);
            } else {
                sessions.keep(saved);
            }
            return true;
        } catch (IOException e) {
            screen.note(String.valueOf(e.getMessage()));
            return false;
        }
    }

    @Override
    public void close() {
        parts.place().ifPresent(Workplace::close);
    }
}
