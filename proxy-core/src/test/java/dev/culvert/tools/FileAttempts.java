package dev.culvert.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.policy.Level;
import dev.culvert.policy.PolicyFile;
import dev.culvert.policy.Verdict;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Attempts with the tools for files. */
final class FileAttempts {
    static final List<Attempt> ALL =
            List.of(
                    new Attempt(
                            "magic link: /proc/self/root",
                            it -> link(it, "/proc/self/root", "etc/passwd")),
                    new Attempt(
                            "magic link: /proc/self/cwd",
                            it -> link(it, "/proc/self/cwd", "pom.xml")),
                    new Attempt(
                            "magic link: /proc/thread-self/root",
                            it -> link(it, "/proc/thread-self/root", "etc/passwd")),
                    new Attempt(
                            "magic link: an open descriptor", it -> link(it, "/proc/self/fd", "0")),
                    new Attempt("magic link: /dev/fd", it -> link(it, "/dev/fd", "0")),
                    new Attempt(
                            "magic link: the program itself",
                            it -> {
                                it.link("link", Path.of("/proc/self/exe"));
                                it.refusesAllOf("link");
                            }),
                    new Attempt(
                            "magic link: the tools' own directory in /proc",
                            it -> {
                                it.link(
                                        "link",
                                        Path.of("/proc/self/root")
                                                .resolve(it.work.toString().substring(1)));
                                it.refusesAllOf("link/dir/inside.txt");
                            }),
                    new Attempt(
                            "symbolic link to a file outside",
                            it -> {
                                it.link("link", it.outside);
                                it.refusesAllOf("link");
                            }),
                    new Attempt(
                            "symbolic link to the directory above",
                            it -> {
                                it.link("link", it.directory);
                                it.refusesAllOf("link/outside.txt");
                            }),
                    new Attempt(
                            "chain of symbolic links",
                            it -> {
                                it.link("one", Path.of("two"));
                                it.link("two", Path.of("three"));
                                it.link("three", it.directory);
                                it.refusesAllOf("one/outside.txt");
                            }),
                    new Attempt(
                            "symbolic link in the middle of a path",
                            it -> {
                                it.link("dir/up", Path.of("../.."));
                                it.refusesAllOf("dir/up/work/dir/inside.txt");
                            }),
                    new Attempt(
                            "symbolic link that leads nowhere yet",
                            it -> {
                                it.link("link", Path.of("../fresh.txt"));
                                it.refusesAllOf("link");
                            }),
                    new Attempt(
                            "symbolic link to itself",
                            it -> {
                                it.link("link", Path.of("link"));
                                it.refusesAllOf("link/x");
                            }),
                    new Attempt(
                            "symbolic link with a slash at its end",
                            it -> {
                                it.link("link", it.directory);
                                it.refuses("list_dir", "{\"path\":\"link/\"}");
                                it.refuses(
                                        "search_files",
                                        "{\"path\":\"link/\",\"pattern\":\"outside\"}");
                            }),
                    new Attempt(
                            "hard link to a file outside: written",
                            it -> {
                                Files.createLink(it.work.resolve("hard"), it.outside);
                                it.run("write_file", "{\"path\":\"hard\",\"content\":\"x\"}");
                                it.run(
                                        "edit_file",
                                        "{\"path\":\"hard\",\"old_text\":\"x\",\"new_text\":\"y\"}");
                                assertThat(it.work.resolve("hard")).hasContent("y");
                            }),
                    new Attempt(
                            "named pipe",
                            it -> {
                                new ProcessBuilder("mkfifo", it.work.resolve("pipe").toString())
                                        .start()
                                        .waitFor();
                                it.refusesAllOf("pipe");
                                assertThat(
                                                it.run(
                                                        "search_files",
                                                        "{\"pattern\":\".\",\"glob\":\"pipe\"}"))
                                        .isEqualTo("[nothing was found]");
                            }),
                    new Attempt(
                            "socket",
                            it -> {
                                try (ServerSocketChannel server =
                                        ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                                    server.bind(
                                            UnixDomainSocketAddress.of(it.work.resolve("socket")));
                                    it.refusesAllOf("socket");
                                }
                            }),
                    new Attempt(
                            "symbolic link to a device",
                            it -> {
                                it.link("zero", Path.of("/dev/zero"));
                                it.link("full", Path.of("/dev/full"));
                                it.refusesAllOf("zero");
                                it.refusesAllOf("full");
                            }),
                    new Attempt(
                            "sparse file of a terabyte",
                            it -> {
                                try (RandomAccessFile sparse =
                                        new RandomAccessFile(
                                                it.work.resolve("sparse").toFile(), "rw")) {
                                    sparse.setLength(1L << 40);
                                }
                                it.refuses("read_file", "{\"path\":\"sparse\"}");
                                it.refuses(
                                        "edit_file",
                                        "{\"path\":\"sparse\",\"old_text\":\"a\",\"new_text\":\"b\"}");
                                it.run("search_files", "{\"pattern\":\"a\"}");
                            }),
                    new Attempt(
                            "large file: only a piece is told",
                            it -> {
                                Files.writeString(
                                        it.work.resolve("large"), "line\n".repeat(100_000));
                                assertThat(it.run("read_file", "{\"path\":\"large\"}"))
                                        .hasSizeLessThan(4_300);
                            }),
                    new Attempt(
                            "file without line ends",
                            it -> {
                                Files.writeString(it.work.resolve("line"), "x".repeat(3 << 20));
                                assertThat(it.run("read_file", "{\"path\":\"line\"}"))
                                        .hasSizeLessThan(4_300);
                                assertThat(it.run("search_files", "{\"pattern\":\"x\"}"))
                                        .hasSizeLessThan(4_300);
                            }),
                    new Attempt(
                            "directory with many names",
                            it -> {
                                Path many = Files.createDirectory(it.work.resolve("many"));
                                for (int i = 0; i < 2_500; i++) {
                                    Files.createFile(many.resolve("name-" + i));
                                }
                                assertThat(it.run("list_dir", "{\"path\":\"many\"}"))
                                        .hasSizeLessThan(4_300);
                            }),
                    new Attempt(
                            "content that is too large to write",
                            it ->
                                    it.refuses(
                                            "write_file",
                                            "{\"path\":\"new\",\"content\":\""
                                                    + "x".repeat((1 << 20) + 1)
                                                    + "\"}")),
                    new Attempt(
                            "replacement that grows without bound",
                            it -> {
                                Files.writeString(it.work.resolve("a"), "a".repeat(100_000));
                                it.refuses(
                                        "edit_file",
                                        "{\"path\":\"a\",\"old_text\":\"a\",\"new_text\":\""
                                                + "b".repeat(1_000)
                                                + "\",\"replace_all\":true}");
                            }),
                    new Attempt(
                            "pattern that backtracks for ever",
                            it -> {
                                Files.writeString(it.work.resolve("aaa"), "a".repeat(3_000) + "\n");
                                it.refuses("search_files", "{\"pattern\":\"a*a*a*a*a*b\"}");
                            }),
                    new Attempt(
                            "pattern that needs too much stack",
                            it -> {
                                Files.writeString(
                                        it.work.resolve("long"), "ab".repeat(8_000) + "\n");
                                it.refuses("search_files", "{\"pattern\":\"(a|b|c)*d\"}");
                            }),
                    new Attempt(
                            "glob that climbs",
                            it -> {
                                it.run("search_files", "{\"glob\":\"../**\"}");
                                it.run("search_files", "{\"glob\":\"**/../../*\"}");
                                it.run(
                                        "search_files",
                                        "{\"glob\":\"/etc/*\",\"pattern\":\"root\"}");
                            }),
                    new Attempt(
                            "the directory itself as a file",
                            it -> {
                                for (String path :
                                        List.of(".", "", "/", "dir/..", it.work.toString())) {
                                    it.refuses(
                                            "write_file",
                                            "{\"path\":\"" + path + "\",\"content\":\"x\"}");
                                    it.refuses("read_file", "{\"path\":\"" + path + "\"}");
                                }
                            }),
                    new Attempt(
                            "file in the place of a directory",
                            it -> {
                                it.refuses("write_file", "{\"path\":\"dir\",\"content\":\"x\"}");
                                it.refuses(
                                        "write_file",
                                        "{\"path\":\"dir/inside.txt/x\",\"content\":\"x\"}");
                            }),
                    new Attempt(
                            "file that lends its owner's rights (setuid)",
                            it -> {
                                Path tool =
                                        Files.writeString(it.work.resolve("tool"), "#!/bin/sh\n");
                                new ProcessBuilder("chmod", "4755", tool.toString())
                                        .start()
                                        .waitFor();
                                it.run(
                                        "write_file",
                                        "{\"path\":\"tool\",\"content\":\"#!/bin/sh\\nid\\n\"}");
                                assertThat((int) Files.getAttribute(tool, "unix:mode") & 07000)
                                        .isZero();
                            }),
                    new Attempt(
                            "file that only others may read stays so",
                            it -> {
                                Path secret = Files.writeString(it.work.resolve("s"), "x");
                                Files.setPosixFilePermissions(
                                        secret, PosixFilePermissions.fromString("rw-------"));
                                it.run("write_file", "{\"path\":\"s\",\"content\":\"y\"}");
                                assertThat(Files.getPosixFilePermissions(secret))
                                        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
                            }),
                    new Attempt(
                            "arguments with the same member twice",
                            it ->
                                    it.refuses(
                                            "read_file",
                                            "{\"path\":\"dir/inside.txt\",\"path\":\"../outside.txt\"}")),
                    new Attempt(
                            "arguments with a member that nobody checks",
                            it ->
                                    it.refuses(
                                            "read_file",
                                            "{\"path\":\"dir/inside.txt\",\"root\":\"/\"}")),
                    new Attempt(
                            "arguments of other kinds",
                            it -> {
                                for (String path :
                                        List.of(
                                                "7",
                                                "null",
                                                "[\"../outside.txt\"]",
                                                "{\"path\":\"x\"}",
                                                "true")) {
                                    it.refuses("read_file", "{\"path\":" + path + "}");
                                }
                                it.refuses("read_file", "[\"../outside.txt\"]");
                                it.refuses(
                                        "read_file",
                                        "{\"path\":\"dir/inside.txt\"} {\"path\":\"../outside.txt\"}");
                            }),
                    new Attempt(
                            "arguments nested without end",
                            it -> it.refuses("read_file", "{\"path\":" + "[".repeat(100_000))),
                    new Attempt(
                            "numbers that overflow",
                            it -> {
                                for (String number :
                                        List.of("-1", "0", "9223372036854775808", "1e400", "1.5")) {
                                    it.run(
                                            "read_file",
                                            "{\"path\":\"dir/inside.txt\",\"offset\":"
                                                    + number
                                                    + ",\"limit\":"
                                                    + number
                                                    + "}");
                                    it.run(
                                            "search_files",
                                            "{\"pattern\":\"i\",\"max_results\":" + number + "}");
                                }
                            }),
                    new Attempt(
                            "look-alike: a blocked name in another script",
                            it -> {
                                it.refuses(
                                        "read_file",
                                        "{\"path\":\"\\u0455ecrets/key\"}"); // Cyrillic
                                it.refuses(
                                        "read_file",
                                        "{\"path\":\"\\uff53ecrets/key\"}"); // full width
                                it.refuses("read_file", "{\"path\":\"secrets\\u200b/key\"}");
                            }),
                    new Attempt(
                            "look-alike: dots and slashes of Unicode",
                            it -> {
                                for (String path :
                                        List.of(
                                                "\\u2024\\u2024/outside.txt",
                                                "\\uff0e\\uff0e/outside.txt",
                                                "..\\u2044outside.txt",
                                                "..\\u29f8outside.txt",
                                                "..\\uff0foutside.txt",
                                                "\\u202e../outside.txt")) {
                                    it.refuses("read_file", "{\"path\":\"" + path + "\"}");
                                }
                            }),
                    new Attempt(
                            "blocked path, spelled otherwise",
                            it -> {
                                for (String path :
                                        List.of(
                                                "secrets/key",
                                                "./secrets/key",
                                                "secrets//key",
                                                "secrets/./key",
                                                "dir/../secrets/key",
                                                "secrets/../secrets/key",
                                                it.work + "/secrets/key",
                                                it.work + "//dir/..//secrets/key",
                                                "a/b/../../secrets/key",
                                                "x/.env",
                                                ".env")) {
                                    assertThat(
                                                    it.decides(
                                                            "read_file",
                                                            "{\"path\":\"" + path + "\"}"))
                                            .as(path)
                                            .isEqualTo(Verdict.DENY);
                                }
                            }),
                    new Attempt(
                            "policy file that is a symbolic link",
                            it -> {
                                Path real = Files.writeString(it.work.resolve("real.jsonc"), "{}");
                                Path link = it.link("policy.jsonc", real);
                                assertThatThrownBy(() -> PolicyFile.read(Level.HOST, link))
                                        .isInstanceOf(IOException.class)
                                        .hasMessageContaining("is a symbolic link");
                            }),
                    new Attempt(
                            "policy file that is a pipe, or endless",
                            it -> {
                                Path pipe = it.work.resolve("pipe");
                                new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
                                for (Path file : List.of(pipe, Path.of("/dev/zero"), it.work)) {
                                    assertThatThrownBy(() -> PolicyFile.read(Level.HOST, file))
                                            .isInstanceOf(IOException.class)
                                            .hasMessageContaining("is no regular file");
                                }
                            }),
                    new Attempt(
                            "race: a file and a hard link to one outside",
                            it -> {
                                Path hard = Files.createLink(it.work.resolve("hard"), it.outside);
                                Path name = Files.writeString(it.work.resolve("name"), "inside");
                                racing(
                                        name,
                                        hard,
                                        () -> {
                                            for (int i = 0; i < 200; i++) {
                                                it.run(
                                                        "write_file",
                                                        "{\"path\":\"name\",\"content\":\"inside\"}");
                                            }
                                        });
                            }),
                    new Attempt(
                            "race: the new file of a write is replaced by a link",
                            FileAttempts::replaceNewFiles));

    /**
     * Those in which a directory stream may be held up, though not led out ({@link StreamFolder}).
     */
    static final List<Attempt> ON_LINUX =
            List.of(
                    new Attempt(
                            "race: a file and a pipe under one name",
                            it -> {
                                Path pipe = it.work.resolve("pipe");
                                new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
                                Path name = Files.writeString(it.work.resolve("name"), "inside");
                                racing(
                                        name,
                                        pipe,
                                        () -> {
                                            for (int i = 0; i < 500; i++) {
                                                it.run("read_file", "{\"path\":\"name\"}");
                                                it.run(
                                                        "edit_file",
                                                        "{\"path\":\"name\",\"old_text\":\"inside\",\"new_text\":\"inside\"}");
                                            }
                                        });
                            }));

    private FileAttempts() {}

    private static void link(Scene scene, String to, String below) throws IOException {
        scene.link("link", Path.of(to));
        scene.refusesAllOf("link/" + below);
        scene.refuses("list_dir", "{\"path\":\"link\"}");
    }

    private interface Work {
        void run() throws Exception;
    }

    /** Swaps the two names all the time while the work is done. */
    private static void racing(Path one, Path other, Work work) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Path aside = one.resolveSibling("aside");
        Thread racer =
                Thread.ofPlatform()
                        .start(() -> {
                            while (!over.get()) {
                                move(one, aside);
                                move(other, one);
                                move(one, other);
                                move(aside, one);
                            }
                        });
        try {
            work.run();
        } finally {
            over.set(true);
            racer.join();
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException _) {
            // a write was in between
        }
    }

    private static void replaceNewFiles(Scene scene) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread racer =
                Thread.ofPlatform()
                        .start(() -> {
                            while (!over.get()) {
                                replaceNewFile(scene);
                            }
                        });
        try {
            for (int i = 0; i < 300; i++) {
                scene.run("write_file", "{\"path\":\"name\",\"content\":\"escaped\"}");
                Files.deleteIfExists(scene.work.resolve("name"));
            }
        } finally {
            over.set(true);
            racer.join();
        }
        try (var names = Files.newDirectoryStream(scene.work, ".culvert-*")) {
            for (Path left : names) {
                Files.delete(left); // the racer's
            }
        }
    }

    private static void replaceNewFile(Scene scene) {
        try (var names = Files.newDirectoryStream(scene.work, ".culvert-*")) {
            for (Path fresh : names) {
                Files.delete(fresh);
                Files.createSymbolicLink(fresh, scene.outside);
            }
        } catch (IOException _) {
            // it was renamed meanwhile
        }
    }
}
