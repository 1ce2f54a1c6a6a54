package dev.culvert.daemon.client.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.chat.Console;
import dev.culvert.daemon.client.output.OutputListener;
import dev.culvert.daemon.client.output.Terminal;
import dev.culvert.testing.Eventually;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.terminal.Size;
import org.jline.terminal.impl.LineDisciplineTerminal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class InteractiveTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final List<List<String>> ran = new CopyOnWriteArrayList<>();
    private final AtomicBoolean interrupted = new AtomicBoolean();
    private final CountDownLatch never = new CountDownLatch(1);

    @SuppressWarnings("NullAway.Init") // set by open, with which most tests begin
    private LineDisciplineTerminal terminal;

    @SuppressWarnings("NullAway.Init") // likewise
    private Interactive console;

    @SuppressWarnings("NullAway.Init") // likewise
    private CompletableFuture<Integer> end;

    @TempDir private Path folder;

    private final class Recorded implements Commands {
        @Override
        public Catalogue catalogue() {
            return Catalogues.ALL;
        }

        @Override
        public int run(Surroundings around, OutputListener listener, List<String> words) {
            ran.add(words);
            if (words.contains("slow")) {
                try {
                    never.await();
                } catch (InterruptedException _) {
                    interrupted.set(true);
                    return ExitCode.FAILED;
                }
            }
            if (words.contains("add")) {
                listener.ranAs("7f3a11aa");
            }
            around.out().println("ran " + String.join(" ", words));
            return ExitCode.OK;
        }
    }

    private void open(String type) throws IOException {
        Path history = folder.resolve("history");
        Console.makeOwnerOnly(Optional.of(history));
        terminal = new LineDisciplineTerminal("test", type, out, UTF_8);
        terminal.setSize(Size.of(100, 30));
        console =
                new Interactive(
                        terminal,
                        Optional.of(history),
                        new Surroundings(
                                Map.of(),
                                new ByteArrayInputStream(new byte[0]),
                                new PrintWriter(Writer.nullWriter()),
                                new PrintWriter(Writer.nullWriter()),
                                new Surroundings.Place(
                                        folder, List.of(), new Terminal(true, true, 100), _ -> {})),
                        false,
                        new Options(List.of(), "", Mode.PLAN, false, false, false),
                        new Interactive.With(
                                new Recorded(),
                                label -> label.equals("AGENT") ? List.of("web-1") : List.of(),
                                () -> new Pulse.Beat("unix:///a", 1, 1, 0),
                                (_, _, agent, _, _) -> {
                                    throw new IOException("asked for " + agent);
                                }));
        end = CompletableFuture.supplyAsync(console::run);
        sees("culvert plan> ");
    }

    @AfterEach
    void close() throws IOException {
        if (console != null) { // where the test opened it
            never.countDown();
            console.close();
        }
    }

    private void type(String keys) {
        try {
            terminal.processInputBytes(keys.getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void sees(String text) {
        Eventually.await(() -> assertThat(shown()).contains(text));
    }

    private String shown() {
        return out.toString(UTF_8);
    }

    /** Waits for a prompt after what was seen last, when keys are read by it. */
    private void prompted(String prompt) {
        Eventually.await(
                () -> assertThat(shown()).containsPattern("(?s)[✓✗■:][^\n]*\n[^\n]*" + prompt));
        forget();
    }

    private void forget() {
        out.reset();
    }

    @Test
    void aCommandRunsAndSaysHowItWent() throws IOException {
        open("xterm");
        type("agents show web-1\r");
        sees("ran agents show web-1");
        prompted("culvert plan> ");
        type("\u001B[Zagents add b --address x\r");
        sees("· op 7f3a");
        sees("culvert apply> ");
    }

    @Test
    void theMenuAppearsOnASlashAndEnterTakesWhatFits() throws IOException {
        open("xterm");
        sees("1 of 1 agent ready");
        type("/");
        sees("help          Lists the commands, or describes one");
        sees("1 to 8 of ");
        type("st\r");
        sees("ran status");
    }

    @Test
    void aWrongLineIsNotRunAndStays() throws IOException {
        open("xterm");
        sees("1 of 1 agent ready"); // so the commands are known, or will be before the next key
        Eventually.await(() -> {
            type("\u0015agents show\r");
            assertThat(shown()).contains("AGENT is missing: agents show AGENT");
        });
        type(" web-1\r");
        sees("ran agents show web-1");
    }

    @Test
    void shiftTabGoesRoundTheModesAndTheyDecide() throws IOException {
        open("xterm");
        type("agents add b --address x\r");
        sees("the mode plan allows only reading");
        assertThat(ran).isEmpty();
        prompted("culvert plan> ");
        type("\u001B[Zstatus\r");
        prompted("culvert apply> ");
        type("\u001B[Zstatus\r");
        prompted("culvert read> ");
        type("context use a\r");
        sees("the mode read allows only reading");
        prompted("culvert read> ");
        type("\u001B[Zcontext use a\r");
        sees("ran context use a");
    }

    @Test
    void whatIsTakenAwayIsAskedAbout() throws IOException {
        open("xterm");
        type("/mode apply\r");
        sees("the mode is apply");
        type("agents remove web-1\r");
        sees("takes something away that does not come back. Do it?");
        type("n");
        sees("nothing was done");
        assertThat(ran).isEmpty();
    }

    @Test
    void escStopsACommandAndProvesIt() throws IOException {
        open("xterm");
        type("agents show slow\r");
        Eventually.await(() -> assertThat(ran).hasSize(1));
        Eventually.await(() -> {
            type("\u001B");
            assertThat(shown()).contains("stopped within ");
        });
        assertThat(interrupted).isTrue();
    }

    @Test
    void aLineBelowSaysWhatRunsAndGoesAwayAfterIt() throws IOException {
        open("xterm");
        sees("1 of 1 agent ready");
        forget();
        type("agents show slow\r");
        sees("Esc stops · ● unix:///a · 1 of 1 agent ready · mode plan");
        assertThat(shown()).containsPattern("agents show slow · [0-9]+[0-9.]* m?s · Esc stops");
        never.countDown();
        sees("\r\u001B[Jran agents show slow");
        prompted("culvert plan> ");
    }

    @Test
    void aDumbTerminalHasNoSuchLine() throws IOException {
        open("dumb");
        type("agents show slow\r");
        Eventually.await(() -> assertThat(ran).hasSize(1));
        never.countDown();
        prompted("culvert plan> ");
        assertThat(shown()).doesNotContain("Esc stops");
    }

    @Test
    void aWatchedCommandIsDrawnOverItself() throws IOException {
        open("xterm");
        sees("1 of 1 agent ready");
        type("/watch 0.1 status\r");
        Eventually.await(() ->
                assertThat(shown().split("\u001B\\[Hevery 0.1 s: status", -1))
                        .hasSizeGreaterThan(3));
        assertThat(shown())
                .contains("ran status\u001B[K\r\n")
                .contains("· mode plan (Shift+Tab)\u001B[K\u001B[J")
                .doesNotContain("\u001B[2J");
        forget();
        Eventually.await(() -> {
            type("\u001B");
            assertThat(shown()).contains("culvert plan> ");
        });
    }

    @Test
    void aPasteOfSeveralLinesIsOneEntryForTheAgent() throws IOException {
        open("xterm");
        type("/use web-1\r");
        sees("web-1 plan> ");
        type("\u001B[200~look at\nagents\n/quit\u001B[201~\r");
        sees("asked for web-1");
        assertThat(ran).isEmpty();
    }

    @Test
    void theHistoryHasNoSecretsAndIsFound() throws IOException {
        open("xterm");
        type("agents show first\r");
        sees("ran agents show first");
        prompted("culvert plan> ");
        type("!echo sk-abcdefgh12345678\r");
        Eventually.await(() -> assertThat(shown()).containsPattern("sk-abcdefgh12345678\\s+✓ "));
        prompted("culvert plan> ");
        type("\u0012show f\r");
        Eventually.await(() -> assertThat(ran).hasSize(2));
        prompted("culvert plan> ");
        type("\u0004");
        assertThat(end.join()).isEqualTo(ExitCode.OK);
        assertThat(Files.readString(folder.resolve("history")))
                .contains("agents show first")
                .doesNotContain("sk-abc");
    }

    @Test
    void aQuestionMarkShowsTheKeys() throws IOException {
        open("xterm");
        type("?");
        sees("Shift+Tab     changes the mode");
    }

    @Test
    void aDumbTerminalHasNoMenuAndWorks() throws IOException {
        open("dumb");
        type("agents show web-1\r");
        sees("ran agents show web-1");
        prompted("culvert plan> ");
        type("agents shwo\r");
        sees("did you mean show?");
        assertThat(shown()).doesNotContain("\u001B[");
        type("/quit\r");
        assertThat(end.join()).isEqualTo(ExitCode.OK);
    }

    @Test
    void aNarrowWindowShowsWhatFits() throws IOException {
        open("xterm");
        terminal.setSize(Size.of(24, 8));
        terminal.raise(org.jline.terminal.Terminal.Signal.WINCH);
        forget();
        type("/sta");
        sees("status");
        type("\r");
        sees("ran status");
    }

    @Test
    void filesAreCompletedWithTheirFolders() throws IOException {
        Files.createDirectory(folder.resolve("src"));
        Files.writeString(folder.resolve("read.me"), "");
        Files.writeString(folder.resolve(".hidden"), "");

        List<String> found = new ArrayList<>(FileNames.of(folder + "/"));

        assertThat(found).containsExactly(folder + "/read.me", folder + "/src/");
        assertThat(FileNames.of("/nowhere/at/all/")).isEmpty();
        assertThat(FileNames.of("a\0")).isEmpty();
    }
}
