package dev.culvert.daemon.client.setup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.keys.KeyException;
import dev.culvert.daemon.client.keys.KeyReader;
import dev.culvert.daemon.client.keys.KeySource;
import dev.culvert.daemon.client.keys.Keyring;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds a token that a daemon takes, and keeps it.
 *
 * @param context the name under which it is kept
 * @param fromStdin whether stdin has the token
 * @param place where it is to be kept, if a flag says it
 */
public record Login(
        Session session,
        Trial trial,
        String context,
        boolean fromStdin,
        Optional<TokenPlace> place) {
    private static final int TRIES = 3;
    private static final int MOST_BYTES = 64 * 1024;

    /**
     * What the daemon takes.
     *
     * @param key where the token is now
     */
    public record Access(KeySource key, Trial.Outcome outcome) {}

    /**
     * The token that flags name, else the one that is kept already, else none if the daemon wants
     * none, else the one that a person types.
     *
     * @param kept where there is one already
     * @param questions null if nobody is to be asked
     */
    public Access access(KeySource kept, @Nullable Questions questions) throws IOException {
        Optional<Access> found = given();
        if (found.isEmpty()) {
            found = kept(kept);
        }
        if (found.isPresent()) {
            return found.get();
        }
        Trial.Outcome without = trial.with("");
        if (!(without instanceof Trial.Outcome.Refused)) {
            return new Access(new KeySource.None(), without);
        }
        if (questions == null) {
            trial.agents(""); // fails as every verb does without a token
            throw new UsageException("the daemon wants a token: give --token-file");
        }
        return typed(questions);
    }

    private Optional<Access> given() throws IOException {
        Optional<Path> file = session.options().tokenFile();
        if (fromStdin) {
            return Optional.of(keep(stdin(), place.orElseGet(TokenPlace.InFile::new)));
        }
        if (file.isPresent()) {
            KeySource there = new KeySource.InFile(file.get().toAbsolutePath().normalize());
            String token = read(there);
            return Optional.of(
                    place.isPresent() ? keep(token, place.get()) : new Access(there, taken(token)));
        }
        if (place.isPresent() && place.get() instanceof TokenPlace.InVariable(String variable)) {
            return Optional.of(keep(read(new KeySource.InVariable(variable)), place.get()));
        }
        return Optional.empty();
    }

    private Optional<Access> kept(KeySource kept) throws IOException {
        if (kept instanceof KeySource.None) {
            return Optional.empty();
        }
        try {
            String token = read(kept);
            Trial.Outcome outcome = trial.with(token);
            if (outcome instanceof Trial.Outcome.Refused(String why)) {
                session.output().note("the token in " + kept.text() + " is refused: " + why);
                return Optional.empty();
            }
            return Optional.of(
                    place.isPresent() ? keep(token, place.get()) : new Access(kept, outcome));
        } catch (UsageException e) {
            session.output().note(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private Access typed(Questions questions) throws IOException {
        for (int tries = 1; tries < TRIES; tries++) {
            String token = questions.secret("Token");
            if (trial.with(token) instanceof Trial.Outcome.Refused(String why)) {
                questions.tell(why);
            } else {
                return keep(token, placeFor(questions));
            }
        }
        return keep(questions.secret("Token"), placeFor(questions));
    }

    private TokenPlace placeFor(Questions questions) throws IOException {
        if (place.isPresent()) {
            return place.get();
        }
        boolean inKeyring =
                keyring().isHere()
                        && questions.confirm("Keep the token in the desktop's keyring", true);
        return inKeyring ? new TokenPlace.InKeyring() : new TokenPlace.InFile();
    }

    /** Only what the daemon takes is kept. */
    private Access keep(String token, TokenPlace in) throws IOException {
        Trial.Outcome outcome = taken(token);
        Path folder = session.around().place().settings();
        return new Access(in.keep(token, context, folder, keyring()), outcome);
    }

    private Trial.Outcome taken(String token) throws IOException {
        Trial.Outcome outcome = trial.with(token);
        if (outcome instanceof Trial.Outcome.Refused) {
            trial.agents(token); // fails with what the daemon says
        }
        return outcome;
    }

    private String read(KeySource source) throws UsageException {
        try {
            return new KeyReader(session.around().environment()).read(source);
        } catch (KeyException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private Keyring keyring() {
        return new Keyring(session.around().environment());
    }

    private String stdin() throws IOException {
        byte[] bytes = session.around().in().readNBytes(MOST_BYTES);
        String token = new String(bytes, UTF_8).strip();
        if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ')) {
            throw new UsageException(
                    "stdin has no token (--token-stdin): a token is one word on one line");
        }
        return token;
    }
}
