package dev.culvert.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Watches the system calls of the tools with strace, where that is installed. */
@Timeout(120)
class TracedTest {
    private static final String MARK = "marked";
    private static final String OUTSIDE = "outside-of-it";

    private static final Pattern ABSOLUTE = Pattern.compile("[(, ]\"(/[^\"]*)\"");

    /** The descriptor of a directory and a name in it, or of a file alone. */
    private static final Pattern ONE_NAME =
            Pattern.compile(
                    " (openat|statx|newfstatat|mkdirat|unlinkat)\\([0-9]+,"
                            + " \"(?!\\.\\.\")[^\"/]*\"");

    @TempDir private Path directory;

    /** Uses each tool for files; all names that it uses contain the mark. */
    static final class Probe {
        private Probe() {}

        public static void main(String[] arguments) throws Exception {
            Path work = Path.of(arguments[0]);
            Opener opener = Opener.valueOf(arguments[1]);
            try (Workbench bench = Workbench.by(opener, work)) {
                bench.run("write_file", "{\"path\":\"marked-dir/marked.txt\",\"content\":\"one\"}");
                bench.run("read_file", "{\"path\":\"marked-dir/marked.txt\"}");
                bench.run(
                        "edit_file",
                        "{\"path\":\"marked-dir/marked.txt\",\"old_text\":\"one\",\"new_text\":\"two\"}");
                bench.run("list_dir", "{\"path\":\"marked-dir\"}");
                bench.run("search_files", "{\"path\":\"marked-dir\",\"pattern\":\"two\"}");
            }
        }
    }

    @Test
    void noPathIsOpenedButByDescriptor() throws Exception {
        List<String> calls = calls(Opener.AT_ONCE);

        assertThat(calls)
                .hasSizeGreaterThan(10)
                .allMatch(it ->
                        it.matches(
                                "[0-9]+ +(openat2|statx|newfstatat|mkdirat|renameat)\\([0-9]+, \""
                                        + MARK
                                        + ".*|[0-9]+ +renameat\\([0-9]+, \"\\.culvert-.*"))
                .noneMatch(it -> it.contains("AT_FDCWD"));
        assertThat(calls)
                .filteredOn(it -> it.contains("openat2("))
                .allMatch(it ->
                        it.contains("RESOLVE_BENEATH")
                                && it.contains("RESOLVE_NO_MAGICLINKS")
                                && it.contains("RESOLVE_NO_SYMLINKS"));
    }

    @Test
    void withoutOpenat2EachNameIsOpenedByTheDescriptorOfItsDirectory() throws Exception {
        List<String> calls = calls(Opener.STEP_BY_STEP);

        assertThat(calls)
                .hasSizeGreaterThan(10)
                .allMatch(it ->
                        it.matches(
                                "[0-9]+ +(openat|statx|newfstatat|mkdirat|renameat)\\([0-9]+, \""
                                        + MARK
                                        + "[^/]*|[0-9]+ +renameat\\([0-9]+, \"\\.culvert-.*"))
                .noneMatch(it -> it.contains("AT_FDCWD"));
        assertThat(calls)
                .filteredOn(it -> it.contains("openat("))
                .isNotEmpty()
                .allMatch(it -> it.contains("O_NOFOLLOW"));
    }

    /** A directory is made by its path, under a name that nobody knows, and moved by descriptor. */
    @Test
    void directoryStreamsOpenEachNameByTheDescriptorOfItsDirectory() throws Exception {
        List<String> calls = calls(Opener.BY_STREAMS);

        assertThat(calls)
                .hasSizeGreaterThan(10)
                .allMatch(it ->
                        it.matches(
                                "[0-9]+ +(openat|statx|newfstatat|renameat)\\([0-9]+, \""
                                        + MARK
                                        + "[^/]*|[0-9]+ +renameat\\([0-9]+, \"\\.culvert-.*"))
                .noneMatch(it -> it.contains("AT_FDCWD"));
        assertThat(calls)
                .filteredOn(it -> it.contains("openat("))
                .isNotEmpty()
                .allMatch(it -> it.contains("O_NOFOLLOW"));
    }

    /** Tries to get out, after a mark in the trace; then opens what is outside, after another. */
    static final class Escapes {
        static final String BEGIN = "/culvert-test-begins";
        static final String END = "/culvert-test-ends";

        private Escapes() {}

        public static void main(String[] arguments) throws Exception {
            Path work = Path.of(arguments[0]);
            Opener opener = Opener.valueOf(arguments[1]);
            Path outside = work.resolveSibling(OUTSIDE);
            try (Workbench bench = Workbench.by(opener, work)) {
                bench.run("write_file", "{\"path\":\"dir/inside\",\"content\":\"one\"}");
                tryAll(bench, "dir/none");
                boolean _ = Files.exists(Path.of(BEGIN));
                for (String path :
                        List.of(
                                "link",
                                "hop",
                                "up/" + OUTSIDE,
                                "dir/up/" + OUTSIDE,
                                "root" + outside,
                                "../" + OUTSIDE,
                                "dir/../../" + OUTSIDE,
                                "dir/inside/../../../" + OUTSIDE,
                                outside.toString(),
                                "/proc/self/root" + outside,
                                work + "/../" + OUTSIDE)) {
                    tryAll(bench, path);
                }
                boolean _ = Files.exists(Path.of(END));
            }
            Files.readString(outside);
        }

        private static void tryAll(Workbench bench, String path) {
            String start = "{\"path\":\"" + path + "\"";
            refuses(bench, "read_file", start + "}");
            refuses(bench, "edit_file", start + ",\"old_text\":\"o\",\"new_text\":\"x\"}");
            refuses(bench, "list_dir", start + "}");
            refuses(bench, "search_files", start + ",\"pattern\":\".\"}");
        }

        private static void refuses(Workbench bench, String tool, String arguments) {
            try {
                throw new AssertionError(tool + arguments + " gave " + bench.run(tool, arguments));
            } catch (ToolException _) {
                // as it must be
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoTriesToGetOutOpensNothingButByDescriptorAndStepByStep(Opener opener) throws Exception {
        Path work = Files.createDirectory(directory.resolve("work"));
        Path outside = Files.writeString(directory.resolve(OUTSIDE), "outside");
        Files.createDirectory(work.resolve("dir"));
        Files.createSymbolicLink(work.resolve("link"), outside);
        Files.createSymbolicLink(work.resolve("hop"), Path.of("link"));
        Files.createSymbolicLink(work.resolve("up"), directory);
        Files.createSymbolicLink(work.resolve("dir/up"), Path.of("../.."));
        Files.createSymbolicLink(work.resolve("root"), Path.of("/proc/self/root"));

        List<String> all = trace(Escapes.class, work, opener);

        int begin = indexOf(all, Escapes.BEGIN);
        int end = indexOf(all, Escapes.END);
        List<String> tries =
                all.subList(begin + 1, end).stream().filter(it -> !isOfTheJvm(it)).toList();
        assertThat(tries).hasSizeGreaterThan(20).allMatch(TracedTest::staysBeneath);
        assertThat(tries)
                .filteredOn(it -> it.contains(OUTSIDE) && !it.contains("<unfinished"))
                .allMatch(it -> it.contains(") = -1 E"));
        assertThat(all.subList(end + 1, all.size()))
                .as("an open of what is outside would be seen")
                .anyMatch(it -> it.contains(OUTSIDE) && !isOfTheJvm(it) && !staysBeneath(it));
    }

    private static int indexOf(List<String> calls, String mark) {
        for (int i = 0; i < calls.size(); i++) {
            if (calls.get(i).contains('"' + mark + '"')) {
                return i;
            }
        }
        throw new AssertionError("the trace has no " + mark);
    }

    /** Loads a class, or looks at this process: nothing of a tool. */
    private static boolean isOfTheJvm(String call) {
        Matcher path = ABSOLUTE.matcher(call);
        if (!path.find()) {
            return call.contains("<... ") || call.contains("+++ ") || call.contains("--- ");
        }
        String place = path.group(1);
        if (place.startsWith("/proc/self/")) {
            return Stream.of("root", "cwd", "fd/")
                    .noneMatch(it -> place.startsWith("/proc/self/" + it));
        }
        return place.startsWith("/sys/fs/cgroup/")
                || place.startsWith(System.getProperty("java.home"))
                || Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                        .anyMatch(it -> !it.isEmpty() && place.startsWith(it));
    }

    /**
     * Names something by the descriptor of a directory, and either the kernel refuses each step
     * that leads out, or it is one name, and no link of that name is followed.
     */
    private static boolean staysBeneath(String call) {
        if (call.contains("AT_FDCWD") || ABSOLUTE.matcher(call).find()) {
            return false;
        }
        if (call.contains(" openat2(")) {
            return call.contains("RESOLVE_BENEATH")
                    && call.contains("RESOLVE_NO_MAGICLINKS")
                    && call.contains("RESOLVE_NO_SYMLINKS");
        }
        return ONE_NAME.matcher(call).find()
                && (!call.contains(" openat(")
                        || call.contains("O_NOFOLLOW")
                        || call.contains(", \".\", "))
                && (!call.matches("[0-9]+ +(statx|newfstatat)\\(.*")
                        || call.contains("AT_SYMLINK_NOFOLLOW")
                        || call.contains("AT_EMPTY_PATH")
                        || call.contains("<unfinished"));
    }

    private List<String> calls(Opener opener) throws Exception {
        Path work = Files.createDirectory(directory.resolve("work"));
        return trace(Probe.class, work, opener).stream()
                .filter(it -> it.contains("\"" + MARK) || it.contains("/" + MARK))
                .filter(it -> !it.contains("execve("))
                .toList();
    }

    /** Every call of a process that has a path, in order. */
    private List<String> trace(Class<?> probe, Path work, Opener opener) throws Exception {
        if (!Files.isExecutable(Path.of("/usr/bin/strace"))) {
            assertThat(System.getProperty("culvert.strace"))
                    .as("strace is not installed, and -Dculvert.strace=demanded demands it")
                    .isNull();
            System.out.println("TracedTest is skipped: strace is not installed");
            Assumptions.abort("strace is not installed");
        }
        Path trace = directory.resolve("trace");
        Process traced =
                new ProcessBuilder(
                                "strace",
                                "-f",
                                "-qq",
                                "-e",
                                "trace=%file",
                                "-o",
                                trace.toString(),
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:-UsePerfData",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                probe.getName(),
                                work.toString(),
                                opener.name())
                        .inheritIO()
                        .start();
        assertThat(traced.waitFor(100, TimeUnit.SECONDS)).isTrue();
        assertThat(traced.exitValue()).isZero();

        return Files.readAllLines(trace);
    }
}
