package dev.culvert.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Watches the system calls of the tools with strace, where that is installed. */
@Timeout(120)
class TracedTest {
    private static final String MARK = "marked";

    @TempDir private Path directory;

    /** Uses each tool for files; all names that it uses contain the mark. */
    static final class Probe {
        private Probe() {}

        public static void main(String[] arguments) throws Exception {
            try (Workbench bench = new Workbench(Path.of(arguments[0]))) {
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
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/strace")), "no strace");
        Path work = Files.createDirectory(directory.resolve("work"));
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
                                Probe.class.getName(),
                                work.toString())
                        .inheritIO()
                        .start();
        assertThat(traced.waitFor(100, TimeUnit.SECONDS)).isTrue();
        assertThat(traced.exitValue()).isZero();

        List<String> calls =
                Files.readAllLines(trace).stream()
                        .filter(it -> it.contains("\"" + MARK) || it.contains("/" + MARK))
                        .filter(it -> !it.contains("execve("))
                        .toList();

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
}
