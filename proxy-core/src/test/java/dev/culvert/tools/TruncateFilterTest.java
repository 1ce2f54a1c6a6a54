package dev.culvert.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** As on Linux 5.19 to 6.1, where Landlock does not see that a file is truncated. */
@Timeout(60)
class TruncateFilterTest {
    private static final int OLD = 2;

    @TempDir private Path directory;
    private Path work;
    private Path outside;

    @BeforeEach
    void make() throws Exception {
        Assumptions.assumeTrue(Confinement.VERSION >= OLD);
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/perl")));
        work = Files.createDirectory(directory.resolve("work"));
        outside = Files.writeString(directory.resolve("outside.txt"), "outside");
    }

    /** Runs a script of Perl under that version of Landlock; returns its exit status. */
    private int perl(String script, Path file) throws Exception {
        Processes.load();
        Confinement.load();
        int shared = Kernel.openDirectory(work.toString());
        int nothing = Kernel.open(shared, "out", Kernel.WRITE_ONLY | 0x40, 0600);
        AtomicInteger pid = new AtomicInteger();
        AtomicReference<Throwable> trouble = new AtomicReference<>();
        List<String> argv = List.of("perl", "-MFcntl", "-e", script, file.toString());
        Processes.Open files = new Processes.Open(shared, Processes.NOTHING, nothing);
        List<Integer> writable = List.of(shared);
        Thread thread =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                Confinement.dropPrivileges();
                                Confinement.confineFiles(writable, true, OLD);
                                pid.set(Processes.spawn("/usr/bin/perl", argv, List.of(), files));
                            } catch (Throwable e) {
                                trouble.set(e);
                            }
                        });
        thread.join();
        Kernel.close(nothing);
        Kernel.close(shared);
        assertThat(trouble.get()).isNull();
        AtomicInteger status = new AtomicInteger();
        Eventually.await(() -> {
            status.set(statusOf(pid.get()));
            assertThat(status.get()).isNotNegative();
        });
        return status.get();
    }

    private static int statusOf(int pid) {
        try {
            return Processes.status(pid);
        } catch (KernelException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "truncate($ARGV[0], 0)",
                "truncate($ARGV[0], 100)",
                "sysopen(F, $ARGV[0], O_RDONLY | O_TRUNC)",
                "sysopen(F, $ARGV[0], 3 | O_TRUNC)",
                "sysopen(F, $ARGV[0], O_WRONLY | O_TRUNC)",
                "sysopen(F, $ARGV[0], O_RDWR) && truncate(F, 0)",
                "open(F, '>', $ARGV[0])",
            })
    void nothingOutsideIsTruncated(String attempt) throws Exception {
        assertThat(perl("exit((" + attempt + ") ? 0 : 1)", outside)).isEqualTo(1);
        assertThat(outside).hasContent("outside");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "open(F, '>', $ARGV[0])",
                "sysopen(F, $ARGV[0], O_RDWR | O_TRUNC)",
                "sysopen(F, $ARGV[0], O_RDWR) && truncate(F, 0)",
            })
    void programsWriteAsBeforeInTheirDirectory(String way) throws Exception {
        Path inside = Files.writeString(work.resolve("a.txt"), "inside");

        assertThat(perl("exit((" + way + ") ? 0 : 1)", inside)).isZero();
        assertThat(inside).isEmptyFile();
    }

    @Test
    void programsReadAsBefore() throws Exception {
        Path inside = Files.writeString(work.resolve("a.txt"), "inside");

        assertThat(perl("open(F, '<', $ARGV[0]); exit(<F> eq 'inside' ? 0 : 1)", inside)).isZero();
    }
}
