package dev.culvert.guest.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code culvert-agent publish}, {@code request} and {@code answer}; the test is the agent. */
@Timeout(60)
class LocalCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private ServerSocketChannel agent;
    private Path socket;

    @BeforeEach
    void listen(@TempDir Path folder) throws IOException {
        socket = folder.resolve("agent.sock");
        agent = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        agent.bind(UnixDomainSocketAddress.of(socket));
    }

    @AfterEach
    void close() throws IOException {
        agent.close();
    }

    private int run(String typed, String... arguments) throws IOException {
        return new LocalCommand(
                        Map.of("CULVERT_AGENT_LOCAL_SOCKET", socket.toString()),
                        new ByteArrayInputStream(typed.getBytes(UTF_8)),
                        new PrintStream(out, true, UTF_8),
                        new PrintStream(err, true, UTF_8))
                .run(arguments);
    }

    private String out() {
        return out.toString(UTF_8);
    }

    /** Says these lines to whoever connects, each after it has read one; returns what it read. */
    private CompletableFuture<List<String>> agentSays(String... lines) {
        FutureTask<List<String>> heard = new FutureTask<>(play(lines));
        Thread.ofVirtual().start(heard);
        return CompletableFuture.supplyAsync(() -> {
            try {
                return heard.get();
            } catch (InterruptedException | ExecutionException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private Callable<List<String>> play(String... lines) {
        return () -> {
            List<String> heard = new ArrayList<>();
            try (SocketChannel program = agent.accept()) {
                BufferedReader reader = new BufferedReader(Channels.newReader(program, UTF_8));
                for (String line : lines) {
                    heard.add(String.valueOf(reader.readLine()));
                    program.write(ByteBuffer.wrap((line + "\n").getBytes(UTF_8)));
                }
                if (lines.length > 1) { // of "answer", which goes on
                    heard.add(String.valueOf(reader.readLine()));
                }
            }
            return heard;
        };
    }

    @Test
    void publishPrintsWhomItReached() throws Exception {
        CompletableFuture<List<String>> heard =
                agentSays("{\"type\":\"reply\",\"id\":\"\",\"data\":{\"receivers\":2}}");

        assertThat(run("", "publish", "build.done", "{\"ok\":\n true}")).isZero();

        assertThat(out()).isEqualTo("{\"receivers\":2}\n");
        assertThat(heard.get())
                .containsExactly(
                        "{\"type\":\"publish\",\"id\":\"\",\"subject\":\"build.done\",\"data\":{\"ok\":"
                                + "  true}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "1.10        | 1.10",
                "\"a\"       | \"a\"",
                "null        | null",
                "hello you   | \"hello you\"",
                "{\"a\":     | \"{\\\"a\\\":\"",
                "1 2         | \"1 2\"",
                "1,\"x\":2   | \"1,\\\"x\\\":2\"",
                "nul         | \"nul\""
            })
    void dataIsJsonOrAText(String argument, String sent) throws Exception {
        CompletableFuture<List<String>> heard =
                agentSays("{\"type\":\"reply\",\"id\":\"\",\"data\":\"yes\"}");

        assertThat(run("", "request", "--socket", socket.toString(), "a", argument)).isZero();

        assertThat(out()).isEqualTo("\"yes\"\n");
        assertThat(heard.get().getFirst()).endsWith(",\"data\":" + sent + "}");
    }

    @Test
    void dataMayComeFromStandardInputOrBeAbsent() throws Exception {
        CompletableFuture<List<String>> first =
                agentSays("{\"type\":\"reply\",\"id\":\"\",\"data\":1}");
        run("[1,\n2]\n", "request", "a", "-");
        assertThat(first.get().getFirst()).endsWith(",\"data\":[1, 2]}");

        CompletableFuture<List<String>> second =
                agentSays("{\"type\":\"reply\",\"id\":\"\",\"data\":1}");
        run("", "request", "a");
        assertThat(second.get().getFirst()).endsWith(",\"data\":null}");
    }

    @Test
    void anErrorIsOneSentenceAndExit1() throws Exception {
        var _ =
                agentSays(
                        "{\"type\":\"error\",\"id\":\"\",\"code\":\"no_host\",\"message\":\"no host"
                                + " is connected\"}");

        assertThat(run("", "request", "a")).isEqualTo(1);

        assertThat(err.toString(UTF_8))
                .isEqualTo("culvert-agent: no host is connected (no_host)\n");
        assertThat(out()).isEmpty();
    }

    @Test
    void withoutAnAgentItSaysWhatToDo() {
        assertThatIOException()
                .isThrownBy(() -> run("", "publish", "--socket=/no/such/agent.sock", "a"))
                .withMessageContaining("no agent can be reached at /no/such/agent.sock")
                .withMessageContaining("does culvert-agent run with --local-socket");
    }

    @ParameterizedTest
    @CsvSource({
        "publish, give SUBJECT",
        "request a b c, give SUBJECT",
        "answer a, give MATCH and COMMAND",
        "subscribe, give MATCH",
        "subscribe a b, give MATCH",
        "publish --sock=x a, there is no flag --sock=x",
        "publish --socket, there is no flag --socket"
    })
    void wrongArgumentsAreTold(String line, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run("", line.split(" ", -1)))
                .withMessageContaining(why)
                .withMessageContaining("--help");
    }

    @Test
    void helpDescribesThemAll() throws Exception {
        assertThat(run("", "answer", "--help")).isZero();

        assertThat(out())
                .contains("Usage: culvert-agent publish", "CULVERT_SUBJECT", "subscribe 'build.*'");
        assertThat(out().lines()).allMatch(line -> line.length() <= 90);
    }

    @Test
    void subscribePrintsMessagesAndSaysOnStandardErrorWhatIsMissing() throws Exception {
        CompletableFuture<List<String>> heard =
                agentSays(
                        """
                        {"type":"reply","id":"","data":{}}
                        {"type":"message","id":"","subject":"a.b","agent":"web","data":{"type":"message"},"timestamp":"x"}
                        {"type":"missed","id":"","missed":12}
                        {"type":"message","id":"","subject":"a.c","data":1}
                        {"type":"gap","id":"","message":"the link was lost"}
                        {"type":"error","id":"","code":"overloaded","message":"the subscription was ended"}\
                        """);

        assertThat(run("", "subscribe", "a.*")).isEqualTo(1);

        assertThat(heard.get())
                .containsExactly("{\"type\":\"subscribe\",\"id\":\"\",\"match\":\"a.*\"}");
        assertThat(out().lines())
                .containsExactly(
                        "{\"subject\":\"a.b\",\"agent\":\"web\",\"data\":{\"type\":\"message\"},\"timestamp\":\"x\"}",
                        "{\"subject\":\"a.c\",\"data\":1}");
        assertThat(err.toString(UTF_8).lines())
                .containsExactly(
                        "culvert-agent: 12 messages are missing here: this program, or what reads it, was"
                                + " too slow",
                        "culvert-agent: the link was lost",
                        "culvert-agent: the subscription was ended (overloaded)");
    }

    private static String asked(String id, String data) {
        return "{\"type\":\"request\",\"id\":\"%s\",\"subject\":\"disk.free\",\"data\":%s}"
                .formatted(id, data);
    }

    @Test
    void answerRunsTheCommandForEachRequestUntilTheAgentGoes() throws Exception {
        CompletableFuture<List<String>> heard =
                agentSays(
                        "{\"type\":\"reply\",\"id\":\"\",\"data\":{}}\n"
                                + asked("s-1", "{\"n\":1}"),
                        asked("s-2", "\"fail\""),
                        asked("s-3", "0"));

        assertThatIOException()
                .isThrownBy(() ->
                        run(
                                "",
                                "answer",
                                "disk.*",
                                "sh",
                                "-c",
                                "read x; test \"$x\" = '\"fail\"' && exit 3; echo"
                                        + " \"{\\\"of\\\":\\\"$CULVERT_SUBJECT\\\",\\\"got\\\":$x}\""))
                .withMessageContaining("the agent has closed the connection");

        assertThat(out()).isEqualTo("answering disk.*\n");
        assertThat(heard.get())
                .containsExactly(
                        "{\"type\":\"answer\",\"id\":\"\",\"match\":\"disk.*\"}",
                        "{\"type\":\"reply\",\"id\":\"s-1\",\"subject\":\"disk.free\",\"data\":{\"of\":\"disk.free\",\"got\":{\"n\":1}}}",
                        "{\"type\":\"error\",\"id\":\"s-2\",\"message\":\"the command ended with exit code 3\"}",
                        "{\"type\":\"reply\",\"id\":\"s-3\",\"subject\":\"disk.free\",\"data\":{\"of\":\"disk.free\",\"got\":0}}");
    }

    @Test
    void aCommandThatReadsNothingAnswersAndOneThatThereIsNotFails() {
        AnswerCommand deaf = new AnswerCommand(List.of("echo", "hello"));
        LocalClient.Line asked =
                new LocalClient.Line(
                        "request", "s-1", "a", "\"" + "x".repeat(300_000) + "\"", "", 0, "");

        assertThat(deaf.answer(asked)).contains("\"data\":\"hello\"");
        assertThat(new AnswerCommand(List.of("/no/such/command")).answer(asked))
                .contains("\"type\":\"error\"", "the command cannot be run");
    }
}
