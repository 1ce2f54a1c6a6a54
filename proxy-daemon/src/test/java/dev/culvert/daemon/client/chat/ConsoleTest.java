package dev.culvert.daemon.client.chat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.client.chat.Console.Watch;
import dev.culvert.testing.Eventually;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jline.terminal.impl.LineDisciplineTerminal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ConsoleTest {
    private static final Question QUESTION =
            new Question("run rm", "a rule asks", List.of(), "always this command");

    @TempDir private Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final AtomicInteger stops = new AtomicInteger();
    private HangingUp terminal;
    private Console console;

    private static final class HangingUp extends LineDisciplineTerminal {
        HangingUp(OutputStream out) throws IOException {
            super("test", "xterm", out, UTF_8);
        }

        void hangUp() throws IOException {
            slaveInputPipe.close();
        }
    }

    @BeforeEach
    void open() throws IOException {
        terminal = new HangingUp(out);
        console = new Console(terminal, Optional.of(history()));
    }

    @AfterEach
    void close() throws IOException {
        console.close();
    }

    private Path history() {
        return folder.resolve("history");
    }

    private Typed typing(String keys) throws IOException {
        terminal.processInputBytes(keys.getBytes(UTF_8));
        return console.line("a> ");
    }

    private void type(String keys) {
        try {
            terminal.processInputBytes(keys.getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void enterSendsALine() throws IOException {
        assertThat(typing("hello \"wörld' !! $x\r"))
                .isEqualTo(new Typed.Text("hello \"wörld' !! $x"));
        assertThat(out.toString(UTF_8)).contains("a> ");
    }

    @Test
    void aPasteOfSeveralLinesIsOneMessage() throws IOException {
        assertThat(typing("\u001B[200~one\ntwo\n/quit\n\u001B[201~three\r"))
                .isEqualTo(new Typed.Text("one\ntwo\n/quit\nthree"));
    }

    @Test
    void aBackslashAtTheEndContinuesTheLine() throws IOException {
        assertThat(typing("one\\\rtwo\r")).isEqualTo(new Typed.Text("one\ntwo"));
    }

    @Test
    void whatWasTypedBeforeComesBack() throws IOException {
        typing("first\r");
        typing("second\r");
        typing(" not kept\r");

        assertThat(typing("\u001BOA\u001BOA\r")).isEqualTo(new Typed.Text("first"));
    }

    @Test
    void alsoInTheNextSession() throws IOException {
        typing("from before\r");
        console.close();
        open();

        assertThat(typing("\u001BOA\r")).isEqualTo(new Typed.Text("from before"));
    }

    @Test
    void controlKeysDropAndEnd() throws IOException {
        CompletableFuture<Typed> typed = CompletableFuture.supplyAsync(() -> console.line("a> "));
        Eventually.await(() -> {
            type("abc\u0003");
            assertThat(typed.isDone()).isTrue();
        });
        assertThat(typed.join()).isEqualTo(new Typed.Dropped());
        CompletableFuture<Typed> end =
                CompletableFuture.supplyAsync(() -> {
                    Typed last = console.line("a> ");
                    while (last instanceof Typed.Dropped) { // of a Ctrl-C that came too late above
                        last = console.line("a> ");
                    }
                    return last;
                });
        Eventually.await(() -> {
            type("\u0015\u0004"); // what is left of the keys before is removed
            assertThat(end.isDone()).isTrue();
        });
        assertThat(end.join()).isEqualTo(new Typed.End());
    }

    @Test
    void wordsAfterASlashAreForTheCommand() throws IOException {
        assertThat(typing("/new\r")).isEqualTo(new Typed.New());
        assertThat(typing("/sessions \r")).isEqualTo(new Typed.List());
        assertThat(typing("/help\r")).isEqualTo(new Typed.Help());
        assertThat(typing("/quit\r")).isEqualTo(new Typed.End());
        assertThat(typing("/qiut\r")).isEqualTo(new Typed.Unknown("/qiut"));
        assertThat(typing("/etc/hosts is what?\r"))
                .isEqualTo(new Typed.Text("/etc/hosts is what?"));
        assertThat(typing("\r")).isEqualTo(new Typed.Dropped());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u001B", "\u0003"})
    void escAndCtrlCStopAnAnswer(String key) {
        try (Watch _ = console.watch(stops::incrementAndGet)) {
            type(key);
            Eventually.await(() -> assertThat(stops).hasValue(1));
        }
    }

    @Test
    void otherKeysDoNotAlsoThoseThatBeginWithEsc() throws Exception {
        try (Watch _ = console.watch(stops::incrementAndGet)) {
            type("abc\u001B[A\u001BOP\u001B[200~\r\u001B[201~");
            CompletableFuture<Consent> consent = asked();
            type("n");
            assertThat(consent.join()).isEqualTo(Consent.NO);
            assertThat(stops).hasValue(0);
        }
    }

    @Test
    void whatWasTypedBeforeAQuestionDoesNotAnswerIt() throws Exception {
        try (Watch _ = console.watch(stops::incrementAndGet)) {
            type("yyy\u001B");
            Eventually.await(() -> assertThat(stops).hasValue(1)); // so they have been read
            CompletableFuture<Consent> consent = asked();
            type("n");
            assertThat(consent.join()).isEqualTo(Consent.NO);
        }
    }

    /* As with --message, where nobody reads keys before the question. */
    @Test
    void whatTheTerminalStillHoldsDoesNotAnswerAQuestion() {
        type("y");
        try (Watch _ = console.watch(stops::incrementAndGet)) {
            CompletableFuture<Consent> consent = asked();
            type("n");
            assertThat(consent.join()).isEqualTo(Consent.NO);
        }
    }

    /** Asks; returns when the question is shown. */
    private CompletableFuture<Consent> asked() {
        CompletableFuture<Consent> consent =
                CompletableFuture.supplyAsync(() -> console.ask(QUESTION, () -> false));
        sees("Allow it? y: yes, n: no, a: always this command in this session > ");
        return consent;
    }

    private void sees(String words) {
        Eventually.await(() -> assertThat(out.toString(UTF_8)).contains(words));
    }

    @ParameterizedTest
    @CsvSource({"y, YES", "Y, YES", "n, NO"})
    void aKeyAnswersAQuestion(String key, Consent expected) {
        try (Watch _ = console.watch(stops::incrementAndGet)) {
            CompletableFuture<Consent> consent = asked();
            type(key);
            assertThat(consent.join()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({"a, ALWAYS", "y, YES", "n, NO"})
    void alwaysTakesTheKeyOnceMore(String key, Consent expected) {
        try (Watch _ = console.watch(stops::incrementAndGet)) {
            CompletableFuture<Consent> consent = asked();
            type("a");
            sees("Press a once more for: always this command in this session");
            type(key);
            assertThat(consent.join()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes\r", "aa", "y\u001B[A", "\u001B[200~y\u001B[201~", "?"})
    void severalKeysAndPastesDecideNothing(String keys) {
        try (Watch _ = console.watch(stops::incrementAndGet)) {
            CompletableFuture<Consent> consent = asked();
            type(keys);
            sees("Press one key alone, y, n or a > ");
            type("n");
            assertThat(consent.join()).isEqualTo(Consent.NO);
            assertThat(stops).hasValue(0);
        }
    }

    @Test
    void aPasteWhileAnAnswerComesIsAtTheNextPrompt() throws IOException {
        try (Watch _ = console.watch(stops::incrementAndGet)) {
            type("\u001B[200~one\ntwo\u001B[201~\u001B");
            Eventually.await(() -> assertThat(stops).hasValue(1)); // so all of it has been read
        }

        assertThat(typing("!\r")).isEqualTo(new Typed.Text("one\ntwo!"));
    }

    @Test
    void whereTheTerminalIsGoneTheAnswerIsNo() throws IOException {
        try (Watch _ = console.watch(stops::incrementAndGet)) {
            terminal.hangUp();
            assertThat(console.ask(QUESTION, () -> false)).isEqualTo(Consent.NO);
            assertThat(console.ask(QUESTION, () -> false)).isEqualTo(Consent.NO);
        }
    }

    @Test
    void escIsNoAndStopsTheAnswer() {
        try (Watch _ = console.watch(stops::incrementAndGet)) {
            CompletableFuture<Consent> consent =
                    CompletableFuture.supplyAsync(
                            () -> console.ask(QUESTION, () -> stops.get() > 0));
            type("\u001B");

            assertThat(consent.join()).isEqualTo(Consent.NO);
        }
        assertThat(stops).hasValue(1);
    }

    @Test
    void whatWasTypedWhileAnAnswerCameIsAtTheNextPrompt() throws IOException {
        try (Watch _ = console.watch(stops::incrementAndGet)) {
            type("agg\u007Fain\u001B[A, and\rmore\u001B");
            Eventually.await(() -> assertThat(stops).hasValue(1)); // so all of it has been read
        }

        assertThat(typing("!\r")).isEqualTo(new Typed.Text("again, and\nmore!"));
        assertThat(typing("empty\r")).isEqualTo(new Typed.Text("empty"));
    }
}
