package dev.culvert.daemon.client.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AutoCommitTest {
    @TempDir private Path temporary;
    private Path repository;
    private Path root;
    private Map<String, String> environment;

    @BeforeEach
    void makeRepository() throws IOException {
        repository = Files.createDirectory(temporary.toRealPath().resolve("repository"));
        root = Files.createDirectory(repository.resolve("project"));
        environment =
                new HashMap<>(
                        Map.of(
                                "PATH",
                                System.getenv().getOrDefault("PATH", "/usr/bin:/bin"),
                                "HOME",
                                temporary.toString(),
                                "GIT_CONFIG_NOSYSTEM",
                                "1"));
        for (String name : List.of("AUTHOR", "COMMITTER")) {
            environment.put("GIT_" + name + "_NAME", "Anna");
            environment.put("GIT_" + name + "_EMAIL", "anna@example.org");
        }
        git("init", "--quiet", "-b", "main");
        write("old.txt", "1");
        write("mine.txt", "1");
        Files.writeString(repository.resolve("above.txt"), "1");
        git("add", "--all");
        git("commit", "--quiet", "-m", "first");
    }

    private String git(String... arguments) throws IOException {
        Git.Said said = new Git(repository, environment).run(arguments);
        assertThat(said.code()).as(said.err()).isZero();
        return said.out();
    }

    private void write(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private AutoCommit begin() throws IOException {
        return AutoCommit.begin(root, environment);
    }

    @Test
    void commitsWhatATurnHasChangedAndNothingElse() throws IOException {
        write("mine.txt", "2");
        AutoCommit commit = begin();
        write("old.txt", "2");
        write("new/-d ä*.txt", "1");
        write("mine.txt", "3");
        Files.writeString(repository.resolve("above.txt"), "2");
        write(".gitignore", "*.log\n");
        write("x.log", "1");

        AutoCommit.Made made = commit.end("Do it\nand more", "coder", "t1").orElseThrow();

        assertThat(made.files()).containsExactly(".gitignore", "new/-d ä*.txt", "old.txt");
        assertThat(made.left()).containsExactly("mine.txt");
        assertThat(made.text())
                .isEqualTo(
                        "committed .gitignore, new/-d ä*.txt, old.txt as %s; left out, because they had changes before: mine.txt"
                                .formatted(made.id()));
        assertThat(git("log", "-1", "--format=%B"))
                .isEqualTo(
                        "culvert: Do it\n\nChanged by the agent coder of Culvert in turn t1.\n\n");
        assertThat(git("status", "--porcelain")).isEqualTo(" M above.txt\n M project/mine.txt\n");
    }

    @Test
    void aFileThatIsDeletedIsInItToo() throws IOException {
        AutoCommit commit = begin();
        Files.delete(root.resolve("old.txt"));

        assertThat(commit.end("", "coder", "t1").orElseThrow().files()).containsExactly("old.txt");
        assertThat(git("log", "-1", "--format=%s")).isEqualTo("culvert: work of an agent\n");
    }

    @Test
    void whatTheUserHasStagedStaysStaged() throws IOException {
        write("mine.txt", "2");
        git("add", "project/mine.txt");
        AutoCommit commit = begin();
        write("old.txt", "2");

        assertThat(commit.end("x", "coder", "t1").orElseThrow().files()).containsExactly("old.txt");
        assertThat(git("status", "--porcelain")).isEqualTo("M  project/mine.txt\n");
    }

    @Test
    void withoutAChangeThereIsNoCommit() throws IOException {
        String before = git("rev-parse", "HEAD");
        write("mine.txt", "2");

        assertThat(begin().end("x", "coder", "t1")).isEqualTo(Optional.empty());
        assertThat(git("rev-parse", "HEAD")).isEqualTo(before);
    }

    /** A tool may write what a hook of the repository runs. */
    @Test
    void noHookRuns() throws IOException {
        Path hooks = Files.createDirectory(root.resolve("hooks"));
        for (String hook : List.of("pre-commit", "post-commit", "prepare-commit-msg")) {
            Path file =
                    Files.writeString(
                            hooks.resolve(hook), "#!/bin/sh\ntouch %s/trap\n".formatted(temporary));
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        git("config", "core.hooksPath", hooks.toString());
        AutoCommit commit = begin();
        write("old.txt", "2");

        assertThat(commit.end("x", "coder", "t1")).isPresent();
        assertThat(temporary.resolve("trap")).doesNotExist();
    }

    private String trap() {
        return "touch " + temporary.resolve("trap") + "; cat";
    }

    private void assertRefused(ThrowingCallable what, String key) {
        assertThatThrownBy(what)
                .hasMessage(
                        "autoCommit makes no commit, because the repository's own configuration sets %s, which can start programs: move that to your ~/.gitconfig if it is yours, or set autoCommit to false"
                                .formatted(key));
        assertThat(temporary.resolve("trap")).doesNotExist();
    }

    @Test
    void aRepositoryThatNamesAProgramIsRefusedBeforeItRuns() throws IOException {
        Files.writeString(repository.resolve(".gitattributes"), "* filter=x\n");
        for (String key : List.of("filter.x.clean", "filter.x.smudge", "filter.x.process")) {
            git("config", key, trap());
            write("old.txt", "2");

            assertRefused(this::begin, key);

            git("config", "--unset", key);
        }
    }

    /** A confined program may write in the whole project, so also in its repository. */
    @Test
    void aProgramThatIsNamedDuringTheTurnDoesNotRunEither() throws IOException {
        String before = git("rev-parse", "HEAD");
        AutoCommit commit = begin();
        write("old.txt", "2");
        write(".gitattributes", "* filter=x\n");
        git("config", "filter.x.clean", trap());

        assertRefused(() -> commit.end("x", "coder", "t1"), "filter.x.clean");
        assertThat(git("rev-parse", "HEAD")).isEqualTo(before);
    }

    @Test
    void whatARepositoryIncludesOrWouldFetchIsRefusedToo() throws IOException {
        git("config", "extensions.worktreeConfig", "true");
        for (List<String> line :
                List.of(
                        List.of("include.path", "elsewhere"),
                        List.of("includeIf.gitdir:/.path", "elsewhere"),
                        List.of("extensions.partialClone", "origin"),
                        List.of("remote.origin.promisor", "true"),
                        List.of("hook.x.command", trap()),
                        List.of("--worktree", "filter.X y.clean", trap()))) {
            List<String> words = new ArrayList<>(line);
            words.addFirst("config");
            git(words.toArray(String[]::new));
            String key = line.get(line.size() - 2);

            assertThatThrownBy(this::begin)
                    .hasMessageContaining("the repository's own configuration sets")
                    .hasMessageContaining(
                            key.substring(key.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));

            words.remove(words.size() - 1);
            words.add(words.size() - 1, "--unset");
            git(words.toArray(String[]::new));
        }
        assertThat(begin().end("x", "coder", "t1")).isEmpty();
        assertThat(temporary.resolve("trap")).doesNotExist();
    }

    @Test
    void aFilterOfTheUsersOwnIsTheUsers() throws IOException {
        Files.writeString(temporary.resolve(".gitconfig"), "[filter \"x\"]\n\tclean = tr a b\n");
        Files.writeString(repository.resolve(".gitattributes"), "*.txt filter=x\n");
        AutoCommit commit = begin();
        write("old.txt", "aa");

        assertThat(commit.end("x", "coder", "t1")).isPresent();
        assertThat(git("show", "HEAD:project/old.txt")).isEqualTo("bb");
    }

    /** What the repository says of a single protocol would go before protocol.allow. */
    @Test
    void nothingIsFetched() throws IOException {
        git("config", "protocol.ext.allow", "always");

        Git.Said said =
                new Git(repository, environment)
                        .run("ls-remote", "ext::sh -c touch% " + temporary.resolve("trap"));

        assertThat(said.code()).isNotZero();
        assertThat(said.err()).contains("transport 'ext' not allowed");
        assertThat(temporary.resolve("trap")).doesNotExist();
    }

    @Test
    void outsideOfARepositoryItSaysSo() {
        assertThatThrownBy(() -> AutoCommit.begin(temporary, environment))
                .hasMessageContaining("autoCommit needs a repository, and " + temporary)
                .hasMessageContaining("git init");
    }

    @Test
    void whatGitRefusesIsTold() throws IOException {
        AutoCommit commit = begin();
        write("old.txt", "2");
        Files.createFile(repository.resolve(".git/index.lock"));

        assertThatThrownBy(() -> commit.end("x", "coder", "t1"))
                .hasMessageContaining("autoCommit made no commit, because git ended with 128")
                .hasMessageContaining("index.lock");
    }
}
