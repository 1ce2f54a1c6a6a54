package dev.culvert.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Attempts to reach what is outside of the tools' directory, or to hang or exhaust the agent. */
/* Each runs in every way in which tools open files. The file outside contains OUTSIDE, and must stay as it is. */
class EscapeTest {
    private static final String OUTSIDE = "outside of the directory";

    @TempDir private Path directory;
    private Path work;
    private Path outside;

    @BeforeEach
    void make() throws Exception {
        work = Files.createDirectory(directory.resolve("work"));
        outside = Files.writeString(directory.resolve("outside.txt"), OUTSIDE);
        Files.createDirectory(work.resolve("dir"));
        Files.writeString(work.resolve("dir/inside.txt"), "inside");
        Files.createSymbolicLink(work.resolve("to-file"), outside);
        Files.createSymbolicLink(work.resolve("to-parent"), directory);
        Files.createSymbolicLink(work.resolve("to-relative"), Path.of("../outside.txt"));
        Files.createSymbolicLink(work.resolve("to-inside"), Path.of("dir/inside.txt"));
        Files.createSymbolicLink(work.resolve("dir/up"), Path.of("../.."));
        Files.createSymbolicLink(work.resolve("to-proc-root"), Path.of("/proc/self/root"));
        Files.createSymbolicLink(work.resolve("to-proc-cwd"), Path.of("/proc/self/cwd"));
        Files.createSymbolicLink(work.resolve("to-fd"), Path.of("/proc/self/fd"));
        Files.createSymbolicLink(work.resolve("to-null"), Path.of("/dev/null"));
        Files.createSymbolicLink(work.resolve("dangling"), Path.of("../fresh.txt"));
        Files.createSymbolicLink(work.resolve("loop"), Path.of("loop"));
        Files.createSymbolicLink(work.resolve("chain"), Path.of("to-parent"));
    }

    static Stream<String> paths() {
        return Stream.of(
                "../outside.txt",
                "./../outside.txt",
                "dir/../../outside.txt",
                "dir/./.././../outside.txt",
                "..//outside.txt",
                "//../outside.txt",
                "dir/../dir/../../outside.txt",
                "../work/../outside.txt",
                "/etc/passwd",
                "//etc/passwd",
                "/proc/self/root/etc/passwd",
                "/proc/self/cwd/pom.xml",
                "/proc/self/environ",
                "/dev/zero",
                "WORK/../outside.txt",
                "WORK-other/x",
                "WORK2",
                "/WORK/../outside.txt",
                "to-file",
                "to-file/",
                "./to-file",
                "to-parent/outside.txt",
                "to-relative",
                "to-inside",
                "dir/up/outside.txt",
                "dir/up/work/dir/inside.txt",
                "to-proc-root/etc/passwd",
                "to-proc-cwd/pom.xml",
                "to-fd/0",
                "to-null",
                "loop",
                "loop/x",
                "chain/outside.txt",
                "dangling",
                "dir/inside.txt/../../../outside.txt",
                "\\u002e\\u002e/outside.txt",
                "%2e%2e/outside.txt",
                "..%2foutside.txt",
                "%2e%2e%2foutside.txt",
                "..\\\\outside.txt",
                "..\\u2215outside.txt",
                "\\uff0e\\uff0e/outside.txt",
                "..\\uff0foutside.txt",
                "\\u2025/outside.txt",
                "..\\u200b/outside.txt",
                ".. /outside.txt",
                " ../outside.txt",
                "..\\u0000/outside.txt",
                "dir/inside.txt\\u0000.png",
                "..\\n/outside.txt",
                "\\ud800/outside.txt",
                "~/outside.txt",
                "~root/.profile",
                "$HOME/outside.txt",
                "${HOME}/x",
                "file:///etc/passwd",
                "\\\\\\\\?\\\\C:\\\\x",
                "C:\\\\Windows\\\\win.ini",
                "-rf",
                "$(cat ../outside.txt)",
                "`cat ../outside.txt`",
                "a/".repeat(200) + "x",
                "x".repeat(300),
                "x/".repeat(3_000));
    }

    static Stream<Arguments> attempts() {
        return paths().flatMap(
                        path -> Stream.of(Opener.values()).map(it -> Arguments.of(path, it)));
    }

    @ParameterizedTest
    @MethodSource("attempts")
    void aPathThatLeadsAwayIsNotRead(String path, Opener opener) throws Exception {
        try (Workbench bench = bench(opener)) {
            assertThatThrownBy(() -> bench.run("read_file", json(path)))
                    .isInstanceOf(ToolException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("attempts")
    void aPathThatLeadsAwayIsNotWrittenTo(String path, Opener opener) throws Exception {
        try (Workbench bench = bench(opener)) {
            try {
                bench.run("write_file", json(path).replace("}", ",\"content\":\"escaped\"}"));
            } catch (ToolException _) {
                // refused; the names that are merely strange are written inside
            }
        }
        assertThat(outside).hasContent(OUTSIDE);
        try (Stream<Path> names = Files.list(directory)) {
            assertThat(names).containsExactlyInAnyOrder(work, outside);
        }
    }

    @ParameterizedTest
    @MethodSource("attempts")
    void aPathThatLeadsAwayIsNotListed(String path, Opener opener) throws Exception {
        try (Workbench bench = bench(opener)) {
            assertThatThrownBy(() -> bench.run("list_dir", json(path)))
                    .isInstanceOf(ToolException.class);
            assertThatThrownBy(() ->
                            bench.run(
                                    "search_files", json(path).replace("}", ",\"pattern\":\"o\"}")))
                    .isInstanceOf(ToolException.class);
        }
    }

    private Workbench bench(Opener opener) throws IOException {
        return Workbench.by(opener, work);
    }

    private String json(String path) {
        return "{\"path\":\"" + path.replace("WORK", work.toString()) + "\"}";
    }

    @Test
    void thisKernelChecksPathsItself() throws Exception {
        try (Workbench bench = new Workbench(work)) {
            assertThat(bench.files.opener()).isEqualTo(Opener.AT_ONCE);
        }
    }

    @Test
    void aSearchFollowsNoLink() throws Exception {
        try (Workbench bench = new Workbench(work)) {
            assertThat(bench.run("search_files", "{\"pattern\":\"outside|root:\"}"))
                    .isEqualTo("[nothing was found]");
            assertThat(bench.run("search_files", "{\"glob\":\"*\"}")).isEqualTo("dir/inside.txt\n");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWriteReplacesALinkNowhere(Opener opener) throws Exception {
        try (Workbench bench = bench(opener)) {
            for (String link : List.of("to-file", "dangling", "to-inside")) {
                assertThatThrownBy(() ->
                                bench.run(
                                        "write_file",
                                        "{\"path\":\"" + link + "\",\"content\":\"x\"}"))
                        .hasMessageContaining("is a symbolic link");
                assertThat(work.resolve(link)).isSymbolicLink();
            }
        }
    }

    @Test
    void whatAnotherNameOfAFileShowsStaysAsItWas() throws Exception {
        Files.createLink(work.resolve("hard"), outside);
        try (Workbench bench = new Workbench(work)) {
            bench.run("write_file", "{\"path\":\"hard\",\"content\":\"x\"}");
            bench.run("edit_file", "{\"path\":\"hard\",\"old_text\":\"x\",\"new_text\":\"y\"}");
        }
        assertThat(work.resolve("hard")).hasContent("y");
        assertThat(outside).hasContent(OUTSIDE);
    }

    @ParameterizedTest
    @EnumSource
    void aPipeNeverHangsTheAgent(Opener opener) throws Exception {
        new ProcessBuilder("mkfifo", work.resolve("pipe").toString()).start().waitFor();
        try (Workbench bench = bench(opener)) {
            refusesAllOf(bench, "pipe", "pipe");
            assertThat(bench.run("search_files", "{\"pattern\":\".\",\"glob\":\"pipe\"}"))
                    .isEqualTo("[nothing was found]");
        }
    }

    @Test
    void aSocketIsNoFile() throws Exception {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                Workbench bench = new Workbench(work)) {
            server.bind(UnixDomainSocketAddress.of(work.resolve("socket")));
            refusesAllOf(bench, "socket", "is a socket");
        }
    }

    @Test
    void aDeviceIsNoFile() throws Exception {
        try (Workbench bench = new Workbench(Path.of("/dev"))) {
            refusesAllOf(bench, "zero", "is a device");
            refusesAllOf(bench, "full", "is a device");
        }
    }

    private static void refusesAllOf(Workbench bench, String name, String why) {
        for (String call :
                List.of(
                        "read_file {\"path\":\"NAME\"}",
                        "write_file {\"path\":\"NAME\",\"content\":\"x\"}",
                        "edit_file {\"path\":\"NAME\",\"old_text\":\"x\",\"new_text\":\"y\"}")) {
            String[] parts = call.replace("NAME", name).split(" ", 2);
            assertThatThrownBy(() -> bench.run(parts[0], parts[1])).hasMessageContaining(why);
        }
    }

    @Test
    void aHugeSparseFileCostsNothing() throws Exception {
        try (RandomAccessFile sparse =
                new RandomAccessFile(work.resolve("sparse").toFile(), "rw")) {
            sparse.setLength(1L << 40);
        }
        try (Workbench bench = new Workbench(work)) {
            assertThatThrownBy(() -> bench.run("read_file", "{\"path\":\"sparse\"}"))
                    .hasMessageContaining("is not a text file");
            assertThatThrownBy(() ->
                            bench.run(
                                    "edit_file",
                                    "{\"path\":\"sparse\",\"old_text\":\"a\",\"new_text\":\"b\"}"))
                    .hasMessageContaining("has more than");
            assertThat(bench.run("search_files", "{\"pattern\":\"a\",\"glob\":\"sparse\"}"))
                    .isEqualTo("[nothing was found]");
        }
    }

    @Test
    void aLargeFileIsReadInPieces() throws Exception {
        Files.writeString(work.resolve("large"), "line\n".repeat(100_000));
        try (Workbench bench = new Workbench(work)) {
            assertThat(bench.run("read_file", "{\"path\":\"large\",\"offset\":99999}"))
                    .isEqualTo("line\nline\n");
            assertThat(bench.run("read_file", "{\"path\":\"large\"}", 4_096))
                    .hasSizeLessThan(4_200)
                    .contains("[cut in line");
        }
    }

    @Test
    void aPatternThatBacktracksForEverIsStopped() throws Exception {
        Files.writeString(work.resolve("aaa"), "a".repeat(3_000) + "\n");
        try (Workbench bench = new Workbench(work)) {
            for (String pattern : List.of("a*a*a*a*a*b", ".*.*.*.*=x")) {
                assertThatThrownBy(() ->
                                bench.run("search_files", "{\"pattern\":\"" + pattern + "\"}"))
                        .hasMessageContaining("backtracks too much");
            }
        }
    }

    @Test
    void aPatternThatNeedsTooMuchStackIsRefused() throws Exception {
        Files.writeString(work.resolve("long"), "ab".repeat(8_000) + "\n");
        try (Workbench bench = new Workbench(work)) {
            assertThatThrownBy(() -> bench.run("search_files", "{\"pattern\":\"(a|b|c)*d\"}"))
                    .isInstanceOf(ToolException.class);
        }
        assertThatThrownBy(
                        () -> {
                            try (Workbench bench = new Workbench(work)) {
                                bench.run(
                                        "search_files",
                                        "{\"pattern\":\"" + "x".repeat(1_001) + "\"}");
                            }
                        })
                .hasMessageContaining("up to 1000 characters");
    }

    @Test
    void aFileThatIsTooLargeIsNotWritten() throws Exception {
        String content = "x".repeat((1 << 20) + 1);
        try (Workbench bench = new Workbench(work)) {
            assertThatThrownBy(() ->
                            bench.run(
                                    "write_file",
                                    "{\"path\":\"new\",\"content\":\"" + content + "\"}"))
                    .hasMessageContaining("writes up to");
        }
        assertThat(work.resolve("new")).doesNotExist();
    }

    @Test
    void aWriteThatFailsLeavesNothingBehind() throws Exception {
        try (Workbench bench = new Workbench(work)) {
            assertThatThrownBy(
                            () -> bench.run("write_file", "{\"path\":\"dir\",\"content\":\"x\"}"))
                    .hasMessageContaining("is a directory");
            assertThatThrownBy(() ->
                            bench.run(
                                    "write_file",
                                    "{\"path\":\"dir/inside.txt/x\",\"content\":\"x\"}"))
                    .hasMessageContaining("not a directory");
        }
        try (Stream<Path> left = Files.list(work)) {
            assertThat(left.map(it -> it.getFileName().toString()))
                    .noneMatch(it -> it.endsWith(".tmp"));
        }
    }

    /**
     * One thread swaps a directory and a file for links that lead out, as fast as it can and in an
     * order that its seed gives; the other reads and writes. The build makes a twentieth of the
     * long form, which is {@code -Dculvert.racer=1000000}; {@code -Dculvert.seed} takes a seed that
     * was printed.
     */
    @ParameterizedTest
    @EnumSource
    void nobodyWhoSwapsNamesMeanwhileLeadsAToolOut(Opener opener) throws Exception {
        int tries = Integer.getInteger("culvert.racer", 50_000) / Opener.values().length;
        long seed = Long.getLong("culvert.seed", System.nanoTime());
        System.out.println("racer: seed " + seed + ", " + tries + " tries, " + opener);
        Path real = Files.createDirectory(work.resolve("real"));
        Files.writeString(real.resolve("outside.txt"), "inside");
        Pair directories = pair("swapped", real, directory);
        Pair files = pair("file", Files.writeString(work.resolve("plain"), "inside"), outside);
        AtomicBoolean over = new AtomicBoolean();
        Thread racer =
                Thread.ofPlatform().start(() -> swap(new Random(seed), directories, files, over));
        int read = 0;
        try (Workbench bench = bench(opener)) {
            for (int i = 0; i < tries; i++) {
                String path = i % 4 == 3 ? "file" : "swapped/outside.txt";
                try {
                    assertThat(bench.run("read_file", json(path)))
                            .as("seed %d", seed)
                            .isEqualTo("inside");
                    read++;
                    if (i % 50 == 0) {
                        bench.run(
                                "write_file", json(path).replace("}", ",\"content\":\"inside\"}"));
                    }
                } catch (ToolException _) {
                    // the link was there
                }
            }
        } finally {
            over.set(true);
            racer.join();
        }
        assertThat(read).isPositive();
        assertThat(outside).hasContent(OUTSIDE);
    }

    /** A name, and a link with which it is swapped. */
    private record Pair(Path place, Path link) {}

    private Pair pair(String name, Path real, Path to) throws IOException {
        Path place = work.resolve(name);
        Files.move(real, place);
        return new Pair(place, Files.createSymbolicLink(work.resolve(name + "-spare"), to));
    }

    /** Moves what is at a place aside, and the link there, and back. */
    private static void swap(Random random, Pair one, Pair other, AtomicBoolean over) {
        while (!over.get()) {
            Pair pair = random.nextInt(4) > 0 ? one : other;
            Path aside = pair.place.resolveSibling("aside");
            move(pair.place, aside);
            move(pair.link, pair.place);
            for (int spins = random.nextInt(200); spins > 0; spins--) {
                Thread.onSpinWait();
            }
            move(pair.place, pair.link);
            move(aside, pair.place);
        }
    }

    /* A write makes a directory that is missing: where one is in the way, it goes. */
    private static void move(Path from, Path to) {
        for (int tries = 0; tries < 1_000; tries++) {
            try {
                Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
                return;
            } catch (IOException e) {
                empty(to);
            }
        }
        throw new AssertionError("cannot move " + from + " to " + to);
    }

    private static void empty(Path made) {
        try (Stream<Path> files = Files.list(made)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(made);
        } catch (IOException _) {
            // the next try says so
        }
    }
}
