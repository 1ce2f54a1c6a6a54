package dev.culvert.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.policy.Limits;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RunCommandTest {
    private static final Duration SOON = Duration.ofMillis(400);

    @TempDir private Path directory;
    private Path work;
    private Path outside;
    private Workbench bench;

    @BeforeEach
    void open() throws IOException {
        work = Files.createDirectory(directory.resolve("work"));
        outside = Files.writeString(directory.resolve("outside.txt"), "outside");
        bench = new Workbench(work);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private String run(String... argv) throws ToolException {
        return bench.command(Limits.DEFAULT, () -> false, argv);
    }

    private static Limits limits(Duration timeout, int output, boolean network) {
        return new Limits(
                timeout,
                output,
                Limits.DEFAULT.environment(),
                network,
                Limits.DEFAULT.maxFileBytes());
    }

    @Test
    void tellsWhatAProgramPutsOutAndHowItEnds() throws Exception {
        assertThat(run("echo", "hello")).isEqualTo("hello\n[exit status 0]");
        assertThat(run("false")).isEqualTo("[exit status 1]");
        assertThat(run("sh", "-c", "echo out; echo err >&2; exit 7"))
                .isEqualTo("out\nerr\n[exit status 7]");
        assertThat(run("sh", "-c", "kill -9 $$")).isEqualTo("[exit status 137]");
        assertThatThrownBy(() -> run("no-such-program"))
                .hasMessage("there is no program 'no-such-program'");
    }

    @Test
    void theThreadThatStartsACommandHasNoCapabilityLeft() throws Exception {
        AtomicBoolean hasNone = new AtomicBoolean();
        Thread thread =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                Confinement.dropPrivileges();
                                hasNone.set(Confinement.hasNoCapability());
                            } catch (KernelException e) {
                                throw new AssertionError(e);
                            }
                        });
        thread.join();

        assertThat(hasNone).isTrue();
    }

    @Test
    void aCommandInheritsNothingThatThisProcessHasOpen() throws Exception {
        int root = Kernel.openDirectory("/");
        int inherited = Kernel.open(root, "dev/null", Kernel.WRITE_ONLY, 0);
        try {
            assertThat(run("ls", "/proc/self/fd")).isEqualTo("0\n1\n2\n3\n[exit status 0]");

            Kernel.closeOnExecFrom(inherited); // what an older C library is given instead
        } finally {
            Kernel.close(inherited);
            Kernel.close(root);
        }
    }

    @Test
    void noShellIsBetween() throws Exception {
        assertThat(run("echo", "$HOME", ";", "id", "`id`", "*", "a b", ""))
                .isEqualTo("$HOME ; id `id` * a b \n[exit status 0]");
    }

    @Test
    void runsInTheDirectoryOfTheToolsAndWritesThere() throws Exception {
        assertThat(run("pwd")).isEqualTo(work + "\n[exit status 0]");
        assertThat(run("sh", "-c", "echo new > made.txt; echo tmp > $TMPDIR/x; cat $TMPDIR/x"))
                .isEqualTo("tmp\n[exit status 0]");
        assertThat(work.resolve("made.txt")).hasContent("new\n");
    }

    @Test
    void getsOnlyThePartOfTheEnvironmentThatIsHarmless() throws Exception {
        List<String> variables = run("env").lines().toList();

        assertThat(variables)
                .contains("PATH=/usr/bin:/bin", "LANG=C.UTF-8", "TERM=dumb", "HOME=" + work)
                .noneMatch(it -> it.matches("(LD_|BASH_ENV|JAVA_TOOL|CULVERT_).*"));
    }

    @Test
    void noRuleLetsThroughWhatLoadsCode() throws Exception {
        Limits everything =
                new Limits(Duration.ofSeconds(9), 1 << 16, List.of("*"), false, 1 << 20);

        assertThat(bench.command(everything, () -> false, "env").lines())
                .contains("TERM=dumb")
                .noneMatch(it -> it.matches("(LD_|BASH_ENV|JAVA_TOOL|CULVERT_).*"));
    }

    @Test
    void aProgramInTheWorkingDirectoryIsNotTakenForAnotherByItsName() throws Exception {
        Path own = Files.createDirectory(work.resolve("bin")).resolve("id");
        Files.writeString(own, "#!/bin/sh\necho trap\n");
        Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThat(run("id", "-u")).doesNotContain("trap");
        assertThat(run("bin/id")).isEqualTo("trap\n[exit status 0]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cat ../outside.txt",
                "cat OUTSIDE",
                "cat /proc/self/root/OUTSIDE",
                "cat /proc/self/cwd/../outside.txt",
                "cat /proc/PID/root/OUTSIDE",
                "cat /proc/PID/cwd/pom.xml",
                "cat /proc/PID/environ | tr '\\\\0' '\\\\n' | grep =",
                "cat /etc/shadow",
                "cat /root/.bashrc",
                "cat /sys/kernel/security/lsm",
                "ls DIR",
                "ln -s OUTSIDE link; cat link",
                "ln OUTSIDE hard && cat hard",
                "cp OUTSIDE copy && cat copy",
                "mv OUTSIDE moved && cat moved",
                "cd .. && cat outside.txt",
                "cd /; ls tmp",
                "dd if=OUTSIDE",
                "head -c 1 /dev/mem",
                "head -c 1 /dev/vda",
                "mount -t tmpfs none .",
                "chroot / cat OUTSIDE",
                "mknod device c 1 1 && head -c 1 device",
                "nsenter -t PID -m cat OUTSIDE",
                "unshare -Ur cat OUTSIDE",
                "setsid cat OUTSIDE",
                "(setsid sh -c 'cat OUTSIDE' )",
                "kill -0 PID",
                "kill -STOP PID",
                "kill -0 1",
                "echo x > OUTSIDE",
                "echo x >> OUTSIDE",
                "rm OUTSIDE",
                "truncate -s 0 OUTSIDE",
                "mkdir DIR/new",
                "echo x > /etc/culvert-test",
                "echo x > /tmp/culvert-test-escape",
                "echo x > /dev/shm/culvert-test-escape",
                "touch /usr/bin/culvert-test",
            })
    void aCommandReachesNothingOutside(String script) throws Exception {
        String text =
                script.replace("OUTSIDE", outside.toString())
                        .replace("DIR", directory.toString())
                        .replace("PID", String.valueOf(ProcessHandle.current().pid()));

        String result = run("sh", "-c", text);

        assertThat(result).doesNotContain("[exit status 0]").doesNotContain("outside\n");
        assertThat(outside).hasContent("outside");
        assertThat(directory).isDirectoryNotContaining("glob:**/new");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "udp"})
    void withoutTheNetworkNoSocketIsMade(String protocol) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String path = "/dev/" + protocol + "/127.0.0.1/" + server.getLocalPort();

            assertThat(run("bash", "-c", "echo x > " + path)).contains("[exit status 1]");
        }
    }

    @Test
    void withTheNetworkSocketsAreMade() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String path = "/dev/tcp/127.0.0.1/" + server.getLocalPort();

            assertThat(
                            bench.command(
                                    limits(Duration.ofSeconds(9), 1 << 16, true),
                                    () -> false,
                                    true,
                                    "bash",
                                    "-c",
                                    "echo x > " + path))
                    .isEqualTo("[exit status 0]");
            assertThatThrownBy(() ->
                            bench.command(Limits.DEFAULT, () -> false, true, "bash", "-c", "true"))
                    .hasMessageContaining("no network");
        }
    }

    @Test
    void whatTakesTooLongIsStoppedWithAllThatItStarted() throws Exception {
        String mark = "98761." + System.nanoTime() % 1_000_000;
        String script =
                "sleep MARK & (setsid sleep MARK &) ; setsid sh -c 'setsid sleep MARK & sleep MARK' & trap '' TERM; sleep MARK"
                        .replace("MARK", mark);

        assertThat(bench.command(limits(SOON, 1 << 16, false), () -> false, "sh", "-c", script))
                .isEqualTo("[it was stopped after 0.4 s]");

        assertThat(running(mark)).isEmpty();
    }

    @Test
    void whatACommandLeavesBehindEndsWithIt() throws Exception {
        String mark = "98762." + System.nanoTime() % 1_000_000;
        String script =
                "for i in 1 2 3 4 5 6 7 8 9 10; do setsid sleep MARK & done; (sleep MARK &); echo done"
                        .replace("MARK", mark);

        assertThat(run("sh", "-c", script)).isEqualTo("done\n[exit status 0]");

        assertThat(running(mark)).isEmpty();
    }

    @Test
    void whatMakesProcessesForEverIsStopped() throws Exception {
        String mark = "98763." + System.nanoTime() % 1_000_000;
        String script = "while :; do sleep MARK & sleep 0.01; done".replace("MARK", mark);

        bench.command(limits(SOON, 1 << 16, false), () -> false, "sh", "-c", script);

        assertThat(running(mark)).isEmpty();
    }

    @Test
    void aCancelledCallEndsItsCommand() throws Exception {
        String mark = "98764." + System.nanoTime() % 1_000_000;
        AtomicBoolean cancelled = new AtomicBoolean();
        Thread later =
                Thread.ofPlatform()
                        .start(() -> {
                            Eventually.await(() -> assertThat(running(mark)).isNotEmpty());
                            cancelled.set(true);
                        });

        bench.command(Limits.DEFAULT, cancelled::get, "sleep", mark);

        later.join();
        assertThat(running(mark)).isEmpty();
    }

    @Test
    void aCallThatWasCancelledBeforeDoesNotBegin() {
        assertThatThrownBy(() -> bench.command(Limits.DEFAULT, () -> true, "touch", "made.txt"))
                .hasMessage("the command was not begun, because its call was cancelled");
        assertThat(work.resolve("made.txt")).doesNotExist();
    }

    @Test
    void aCallThatIsCancelledWhileAnotherRunsDoesNotBegin() throws Exception {
        String mark = "98765." + System.nanoTime() % 1_000_000;
        AtomicBoolean over = new AtomicBoolean();
        Thread other =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                bench.command(Limits.DEFAULT, over::get, "sleep", mark);
                            } catch (ToolException e) {
                                throw new AssertionError(e);
                            }
                        });
        Eventually.await(() -> assertThat(running(mark)).isNotEmpty());
        AtomicInteger looks = new AtomicInteger();

        assertThatThrownBy(() ->
                        bench.command(
                                Limits.DEFAULT,
                                () -> looks.incrementAndGet() > 2,
                                "touch",
                                "made.txt"))
                .hasMessageContaining("was not begun");

        assertThat(running(mark)).isNotEmpty();
        over.set(true);
        other.join();
        assertThat(work.resolve("made.txt")).doesNotExist();
    }

    @Test
    void outputWithoutEndCostsOnlyItsLimit() throws Exception {
        String result =
                bench.command(limits(SOON, 5_000, false), () -> false, "yes", "a line of words");

        assertThat(result).hasSizeLessThan(5_200).contains("[it put out ").endsWith("0.4 s]");
    }

    @Test
    void aProgramThatClosesItsOutputRunsOnToItsEnd() throws Exception {
        assertThat(run("sh", "-c", "exec >&- 2>&-; sleep 0.2; exit 3"))
                .isEqualTo("[exit status 3]");
    }

    @Test
    void thisThreadStaysAsFreeAsItWas() throws Exception {
        Assumptions.assumeTrue(Confinement.VERSION > 0);
        run("true");

        assertThat(Files.readString(outside)).isEqualTo("outside");
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(server.getLocalPort()).isPositive();
        }
    }

    private static List<String> running(String mark) {
        return ProcessHandle.allProcesses()
                .map(it -> it.info().commandLine().orElse(""))
                .filter(it -> it.contains(mark))
                .toList();
    }
}
