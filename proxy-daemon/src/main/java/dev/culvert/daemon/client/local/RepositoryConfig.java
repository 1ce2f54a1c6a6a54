package dev.culvert.daemon.client.local;

import dev.culvert.io.Quoted;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a repository's own configuration names for Git to start or to read. A repository comes from
 * others, and the programs of a turn can change it; what the user's own configuration names is the
 * user's.
 */
final class RepositoryConfig {
    /* Filters, also those of filters such as LFS; hooks by name; what fetches missing objects. */
    private static final Pattern STARTS =
            Pattern.compile(
                    ".+\\.(clean|smudge|process|promisor|partialclonefilter)"
                            + "|hook\\..+|extensions\\.partialclone"
                            + "|include\\.path|includeif\\..+",
                    Pattern.DOTALL);

    private RepositoryConfig() {}

    /**
     * Asks Git for the names of what is set, which starts nothing.
     *
     * @throws IOException if it names something, or cannot be read
     */
    static void check(Git git) throws IOException {
        Git.Said said =
                git.run("config", "--list", "--includes", "--show-scope", "--name-only", "-z");
        if (said.code() != 0) {
            throw new IOException(
                    "autoCommit makes no commit, because the configuration of the repository cannot be read: "
                            + said.trouble());
        }
        Optional<String> named = named(said.out());
        if (named.isPresent()) {
            throw new IOException(
                    "autoCommit makes no commit, because the repository's own configuration sets %s, which can start programs: move that to your ~/.gitconfig if it is yours, or set autoCommit to false"
                            .formatted(Quoted.word(named.get())));
        }
    }

    /**
     * The first of the repository's keys that is refused.
     *
     * @param list scope and key in turn, with a NUL after each
     */
    private static Optional<String> named(String list) {
        String[] words = list.split("\0", -1);
        for (int i = 0; i + 1 < words.length; i += 2) {
            String scope = words[i];
            boolean isOfUser =
                    scope.equals("system") || scope.equals("global") || scope.equals("command");
            if (!isOfUser && STARTS.matcher(words[i + 1].toLowerCase(Locale.ROOT)).matches()) {
                return Optional.of(words[i + 1]);
            }
        }
        return Optional.empty();
    }
}
