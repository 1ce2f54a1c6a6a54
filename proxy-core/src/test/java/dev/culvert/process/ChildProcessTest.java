package dev.culvert.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ChildProcessTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir private Path folder;

    private static Launch shell(String script) {
        return Launch.here(List.of("/bin/sh", "-c", script));
    }

    @Test
    void tellsTheStatusAndBothOutputs() throws IOException {
        Ended ended = ChildProcess.run(shell("echo out; echo err >&2; exit 3"), LONG);

        assertThat(ended).isEqualTo(new Ended(3, "out\n", "err\n"));
        assertThat(ended.isGood()).isFalse();
        assertThat(ended.lastLine()).isEqualTo("err");
    }

    @Test
    void keepsTheLastBytesOfALongOutput() throws IOException {
        Launch launch =
                new Launch(
                        List.of(
                                "/bin/sh",
                                "-c",
                                "i=0; while [ $i -lt 2000 ]; do echo $i; i=$((i+1)); done"),
                        Map.of("PATH", "/usr/bin:/bin"),
                        Optional.empty(),
                        List.of(),
                        16);

        assertThat(ChildProcess.run(launch, LONG).output()).isEqualTo("\n1997\n1998\n1999\n");
    }

    @Test
    void aProgramThatIsNotThereHasAStatusOfItsOwn() throws IOException {
        Ended ended = ChildProcess.run(Launch.here(List.of("no-such-program-of-culvert")), LONG);

        assertThat(ended.status()).isEqualTo(Ended.NO_PROGRAM);
    }

    @Test
    void readsNothingAndInheritsNothing() throws IOException {
        Launch launch = Launch.of(List.of("/bin/sh", "-c", "cat; env"), Map.of("A", "b"));

        assertThat(ChildProcess.run(launch, LONG).output()).contains("A=b").doesNotContain("HOME=");
    }

    @Test
    void whatTakesTooLongIsStoppedAsAWhole() {
        Path pids = folder.resolve("pids");

        assertThatThrownBy(() ->
                        ChildProcess.run(
                                shell("sleep 60 & echo $! $$ > " + pids + "; wait"),
                                Duration.ofMillis(300)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("did not end within");

        Eventually.await(() -> assertThat(alive(pids)).isEmpty());
    }

    @Test
    void closingEndsTheGroupAndRemovesWhatItLeaves() throws Exception {
        Path pids = folder.resolve("pids");
        Path socket = Files.createFile(folder.resolve("a socket"));
        Path other = Files.createFile(folder.resolve("other"));
        CompletableFuture<Ended> end = new CompletableFuture<>();
        ChildProcess child =
                ChildProcess.start(
                        shell(
                                        "trap '' TERM; sleep 60 & echo $! $$ > "
                                                + pids
                                                + "; while :; do sleep 60; done")
                                .leaving(List.of(socket, folder.resolve("not there"))),
                        end::complete);
        Eventually.await(() -> assertThat(pids).isNotEmptyFile());

        child.close();

        end.get(20, TimeUnit.SECONDS);
        Eventually.await(() -> assertThat(alive(pids)).isEmpty());
        Eventually.await(() -> assertThat(socket).doesNotExist());
        assertThat(other).exists();
    }

    /** A tunnel that is started again has the same files. */
    @Test
    void removesNothingAnyMoreOnceTheEndIsTold() throws Exception {
        Path left = folder.resolve("left");
        Launch launch =
                new Launch(
                        List.of("sleep", "60"),
                        Map.of("PATH", "/usr/bin:/bin"),
                        Optional.empty(),
                        List.of(left),
                        16);
        CompletableFuture<Ended> end = new CompletableFuture<>();
        ChildProcess.start(launch, end::complete).close();
        end.get(30, TimeUnit.SECONDS);

        Files.createFile(left);

        Thread.sleep(500);
        assertThat(left).exists();
    }

    @Test
    void whatAProgramHasStartedEndsWithIt() throws Exception {
        Path pids = folder.resolve("pids");
        CompletableFuture<Ended> end = new CompletableFuture<>();

        ChildProcess.start(shell("sleep 60 & echo $! > " + pids), end::complete);

        assertThat(end.get(20, TimeUnit.SECONDS).status()).isZero();
        Eventually.await(() -> assertThat(alive(pids)).isEmpty());
    }

    @Test
    void endsWhenTheProcessThatStartedItIsKilled() throws Exception {
        Path pids = folder.resolve("pids");
        Path socket = Files.createFile(folder.resolve("socket"));
        Process parent =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Parent.class.getName(),
                                pids.toString(),
                                socket.toString())
                        .inheritIO()
                        .start();
        Eventually.await(() -> assertThat(pids).isNotEmptyFile());

        parent.destroyForcibly().waitFor();

        Eventually.await(() -> assertThat(alive(pids)).isEmpty());
        Eventually.await(() -> assertThat(socket).doesNotExist());
    }

    /** A process that starts one, and is killed. */
    static final class Parent {
        public static void main(String[] arguments) throws Exception {
            ChildProcess.start(
                    shell("sleep 60 & echo $! $$ > " + arguments[0] + "; wait")
                            .leaving(List.of(Path.of(arguments[1]))),
                    _ -> {});
            Thread.sleep(60_000);
        }
    }

    @Test
    void refusesWhatCannotBeStarted() {
        assertThatThrownBy(() -> Launch.here(List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> shell("true").leaving(List.of(Path.of("a\nb"))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static List<Long> alive(Path pids) {
        try {
            return Files.readString(pids)
                    .lines()
                    .flatMap(line -> List.of(line.strip().split(" ")).stream())
                    .map(Long::valueOf)
                    .filter(pid -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent())
                    .filter(ChildProcessTest::isNoZombie)
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isNoZombie(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException _) {
            return false;
        }
    }
}
