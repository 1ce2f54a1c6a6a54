package dev.culvert.daemon.client.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes a commit of the files that a turn has changed in a project. Files that had changes before
 * the turn are left out: what its user was about to do is not the agent's. Nothing that the
 * repository's own configuration names is started: with such a configuration there is no commit.
 */
public final class AutoCommit {
    private static final int SUBJECT_CHARS = 60;
    private static final int MOST_NAMED = 5;
    private static final int STATUS_CHARS = 3; // two letters and a blank

    private final Git git;
    private final Set<String> before;

    /**
     * A commit.
     *
     * @param id its short name
     * @param left files that the turn may have changed, too, with changes from before it
     */
    public record Made(String id, List<String> files, List<String> left) {
        /** In a sentence. */
        public String text() {
            return "committed %s as %s%s"
                    .formatted(
                            some(files),
                            id,
                            left.isEmpty()
                                    ? ""
                                    : "; left out, because they had changes before: " + some(left));
        }
    }

    private AutoCommit(Git git, Set<String> before) {
        this.git = git;
        this.before = before;
    }

    /**
     * Notes what is changed before a turn.
     *
     * @param root of the project, which is in a repository of Git
     * @throws IOException if it is not, if there is no Git, or if the repository names programs;
     *     the message says so
     */
    public static AutoCommit begin(Path root, Map<String, String> environment) throws IOException {
        Git.Said top;
        try {
            top = new Git(root, environment).run("rev-parse", "--show-toplevel");
        } catch (IOException e) {
            throw new IOException(
                    "autoCommit needs git, which cannot be run: " + Quoted.message(e), e);
        }
        if (top.code() != 0) {
            throw new IOException(
                    "autoCommit needs a repository, and %s is in none: run git init, or set autoCommit to false (%s)"
                            .formatted(root, top.trouble()));
        }
        Git git = new Git(root, environment);
        return new AutoCommit(git, changed(git));
    }

    /**
     * Commits what has changed since then.
     *
     * @param words of the user, of which the first line becomes the subject
     * @return nothing if nothing has changed
     */
    public Optional<Made> end(String words, String agent, String turn) throws IOException {
        List<String> files = new ArrayList<>();
        List<String> left = new ArrayList<>();
        for (String path : changed(git)) {
            (before.contains(path) ? left : files).add(path);
        }
        if (files.isEmpty()) {
            return Optional.empty();
        }
        String[] from = {"--pathspec-from-file=-", "--pathspec-file-nul"};
        run(git, files, "add", from[0], from[1]);
        run(
                git,
                files,
                "commit",
                "--quiet",
                "--no-verify",
                "--cleanup=verbatim",
                "--only",
                "-m",
                subject(words),
                "-m",
                "Changed by the agent %s of Culvert in turn %s."
                        .formatted(Quoted.word(agent), Quoted.word(turn)),
                from[0],
                from[1]);
        String id = require(git.run("rev-parse", "--short", "HEAD")).strip();
        return Optional.of(new Made(id, names(files), names(left)));
    }

    private static String subject(String words) {
        String first = words.strip().lines().findFirst().orElse("").strip();
        String cut =
                first.length() > SUBJECT_CHARS ? first.substring(0, SUBJECT_CHARS) + "…" : first;
        return "culvert: " + (cut.isEmpty() ? "work of an agent" : Quoted.sentence(cut));
    }

    /** The paths with changes below the folder, relative to it. */
    private static Set<String> changed(Git git) throws IOException {
        String status =
                run(
                        git,
                        List.of(),
                        "-c",
                        "status.relativePaths=false",
                        "status",
                        "--porcelain=v1",
                        "-z",
                        "--untracked-files=all",
                        "--no-renames",
                        "--ignore-submodules=all",
                        "--",
                        ".");
        String prefix = require(git.run("rev-parse", "--show-prefix")).replaceAll("\n$", "");
        Set<String> paths = new TreeSet<>();
        for (String entry : status.split("\0", -1)) {
            if (entry.length() > STATUS_CHARS) {
                String path = entry.substring(STATUS_CHARS);
                paths.add(path.startsWith(prefix) ? path.substring(prefix.length()) : path);
            }
        }
        return paths;
    }

    /* A program of the turn may have changed the repository since the last look. */
    private static String run(Git git, List<String> paths, String... arguments) throws IOException {
        RepositoryConfig.check(git);
        return require(git.run(paths, arguments));
    }

    private static String require(Git.Said said) throws IOException {
        if (said.code() != 0) {
            throw new IOException(
                    "autoCommit made no commit, because git ended with %d: %s"
                            .formatted(said.code(), said.trouble()));
        }
        return said.out();
    }

    private static List<String> names(List<String> paths) {
        return paths.stream()
                .map(path -> Quoted.word(new String(path.getBytes(ISO_8859_1), UTF_8)))
                .toList();
    }

    private static String some(List<String> names) {
        int more = names.size() - MOST_NAMED;
        return String.join(", ", names.stream().limit(MOST_NAMED).toList())
                + (more > 0 ? " and " + more + " more" : "");
    }
}
