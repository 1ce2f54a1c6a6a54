package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.client.output.Terminal;
import dev.culvert.testing.Eventually;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What all verbs of {@code culvert} have in common: formats, colours and exit codes. */
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
class EveryVerbTest {
    private static final List<String> FORMATS = List.of("table", "json", "jsonl", "yaml", "name");
    private static final String ESCAPE = "\u001b";

    /** What comes over time is a line, or a document, each. */
    private static final Set<String> EVENTS =
            Set.of(
                    "chat",
                    "stream",
                    "subscribe",
                    "turns watch",
                    "approvals watch",
                    "forward",
                    "reverse",
                    "logs");

    /** They go on until Ctrl-C. */
    private static final Set<String> ENDLESS =
            Set.of("subscribe", "turns watch", "approvals watch", "forward", "reverse");

    /** They need no daemon. */
    private static final Set<String> LOCAL =
            Set.of(
                    "logs",
                    "config-ssh",
                    "explain",
                    "flow schema",
                    "doctor",
                    "health",
                    "bugreport",
                    "report issue",
                    "config validate",
                    "init",
                    "create vm",
                    "create ct",
                    "validate",
                    "plan",
                    "apply",
                    "diff",
                    "destroy",
                    "context",
                    "context list",
                    "context show",
                    "context use",
                    "context add",
                    "mcp install",
                    "mcp mode",
                    "audit",
                    "audit verify",
                    "policy test",
                    "policy explain",
                    "policy trust",
                    "completion");

    /** What these print is for programs, in a form of its own. */
    private static final Set<String> WITHOUT_DATA = Set.of("completion", "flow schema", "mcp");

    private EveryVerb every;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        every = new EveryVerb(folder);
    }

    @AfterEach
    void restore() throws Exception {
        every.restore();
    }

    @AfterAll
    void stop() throws IOException {
        every.close();
    }

    static Stream<String> verbs() throws IOException {
        return EveryVerb.all().stream()
                .filter(verb ->
                        !Set.of("config", "create", "policy", "reach", "task").contains(verb));
    }

    static Stream<String> verbsThatAskTheDaemon() throws IOException {
        return verbs().filter(verb -> !LOCAL.contains(verb));
    }

    static Stream<String> verbsWithData() throws IOException {
        return verbs().filter(verb -> !WITHOUT_DATA.contains(verb));
    }

    @ParameterizedTest
    @MethodSource("verbsWithData")
    void printsDataAloneInEachFormat(String verb) throws Exception {
        for (String format : FORMATS) {
            CommandRun run = succeed(every.operator(), verb, "--output", format);

            String as = verb + " as " + format + ": " + run.out() + run.err();
            assertThat(run.out() + run.err()).as(as).doesNotContain(ESCAPE);
            assertThat(run.err().lines()).as(as).allMatch(line -> line.startsWith("culvert: "));
            check(verb, format, run.out(), as);
        }
    }

    private static void check(String verb, String format, String out, String as) throws Exception {
        switch (format) {
            case "json" -> {
                for (String document :
                        EVENTS.contains(verb) ? out.lines().toList() : List.of(out)) {
                    assertThat(isData(Value.parse(document))).as(as).isTrue();
                }
            }
            case "jsonl" -> {
                for (String line : out.lines().toList()) {
                    assertThat(Value.parse(line).map()).as(as).isNotEmpty();
                }
            }
            case "yaml" ->
                    assertThat(out)
                            .as(as)
                            .isNotBlank()
                            .matches("(?s)(---\n)?(- \"?\\w|\"?\\w+\"?:|\\[]).*")
                            .doesNotContain("\t");
            case "name" -> assertThat(out.lines()).as(as).noneMatch(String::isBlank);
            default -> {}
        }
    }

    private static boolean isData(Value value) {
        return value instanceof Value.Members || value instanceof Value.Items;
    }

    @ParameterizedTest
    @MethodSource("verbs")
    void hasColoursOnlyOnATerminalOfAUserWhoWantsThem(String verb) throws Exception {
        Terminal terminal = new Terminal(true, true, 80);
        CommandRun never = succeed(every.operator().at(terminal), verb, "--color", "never");
        CommandRun noColour = succeed(every.operator().at(terminal).with("NO_COLOR", "1"), verb);
        CommandRun dumb = succeed(every.operator().at(terminal).with("TERM", "dumb"), verb);

        assertThat(never.out() + never.err() + noColour.out() + noColour.err())
                .doesNotContain(ESCAPE);
        assertThat(dumb.out() + dumb.err()).doesNotContain(ESCAPE);
    }

    @ParameterizedTest
    @MethodSource("verbs")
    void aFlagThatThereIsNotIsTwo(String verb) {
        List<String> line = new ArrayList<>(List.of(verb.split(" ", -1)));
        line.add("--nonsense");

        CommandRun run = every.operator().run(line.toArray(String[]::new));

        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).hasLineCount(1).contains("culvert " + verb + " --help");
    }

    @ParameterizedTest
    @MethodSource("verbsThatAskTheDaemon")
    void aDaemonThatIsNotThereIsThreeAndOneThatWantsATokenIsFour(String verb) throws Exception {
        CommandRun nobody = run(every.operator().with("CULVERT_URL", "http://127.0.0.1:1"), verb);
        assertThat(nobody.code()).as(nobody.err()).isEqualTo(3);
        assertThat(nobody.out()).isEmpty();

        List<String> line = every.line(verb);
        every.line("token rotate"); // from here on there is a token
        CommandRun refused = User.of(every.daemon()).run(line.toArray(String[]::new));
        assertThat(refused.code()).as(refused.err()).isEqualTo(4);
        assertThat(refused.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        // 1: it failed
        "1, message a fail",
        "1, stream a fail",
        "1, chat a --no-tools --message fail",
        "1, reload",
        "1, logs --file /nonexistent/log",
        "1, bugreport --file /nonexistent/report.zip",
        "1, doctor --url http://127.0.0.1:1",
        // 2: used wrongly, also where the daemon finds it
        "2, agents add b --address nonsense",
        "2, log-level nowhere warn",
        "2, token create --name x --role nonsense",
        "2, token create --name x --scope agents:reed",
        "2, agents add b",
        "2, agents list --state asleep",
        "2, message a -",
        "2, chat a --no-tools --message -",
        "2, chat --no-tools --message hi",
        "2, chat a --continue --resume abcdef --message hi",
        "2, chat a --message hi",
        "2, chat --sessions",
        "2, chat a --commands maybe --message hi",
        "2, publish",
        "2, enroll connect",
        "2, enroll a/b",
        "2, enroll x --ttl 99d",
        "2, agents add connect --address unix:///nowhere/x",
        "2, agents add a/b --address unix:///nowhere/x",
        "2, fleet import /nonexistent/fleet.json",
        "2, fleet import -",
        "2, agents add b --cid 3 --config /nonexistent/b.json",
        "2, subscribe a --tenant a/b",
        "2, request a a..b",
        "2, drain --wait soon",
        "2, token rotate a --ttl soon",
        "2, publish a..b 1",
        "2, subscribe",
        "2, forward a",
        "2, forward a 80:x",
        "2, forward --stdio a 80 81",
        "2, reverse a",
        "2, reverse a 80:9",
        "2, reverse a 0:127.0.0.1:9",
        "2, config-ssh --port 0",
        "2, config-ssh --user a/b",
        "2, subscribe a..b",
        "2, top --interval soon",
        "2, log-level loud",
        "2, token create",
        "2, context use nowhere",
        "2, context add x",
        "2, status --context nowhere",
        "2, status --color sometimes",
        "2, status --token-file /nonexistent",
        "2, status --url nonsense",
        "2, config",
        "2, create",
        "2, create vm --name a",
        "2, create vm --name a --disk a:1GiB",
        "2, plan",
        "2, apply 123456",
        "2, destroy --yes",
        "2, completion",
        // 5: not found
        "5, agents show z",
        "5, agents remove z",
        "5, ping z",
        "5, request z test.echo",
        "5, publish inbox.nobody 1",
        "5, message z hi",
        "5, stream z hi",
        "5, chat z --no-tools --message hi",
        "5, turns list --agent z",
        "5, turns watch --agent z",
        "5, approvals watch --agent z",
        "4, reverse a 80:127.0.0.1:10",
        "5, forward z 80",
        "5, reverse z 80:127.0.0.1:9",
        "5, top --once --agent z",
        "5, turns show a.AAAAAAAAAAAAAAAAAAAAAAAA",
        "5, turns cancel a.AAAAAAAAAAAAAAAAAAAAAAAA",
        "5, token rotate 000000000000",
        "5, token revoke 000000000000",
        "5, explain no.such.key"
    })
    void theExitCodeSaysWhatKindOfFailureItWas(int code, String line) throws Exception {
        every.fail();

        CommandRun run = every.operator().typing("").run(line.split(" ", -1));

        assertThat(run.code()).as(run.err()).isEqualTo(code);
        if (!line.startsWith("doctor")) {
            assertThat(run.out()).isEmpty();
            assertThat(run.err()).isNotBlank();
        }
    }

    @Test
    void aMisspeltAreaOfTheLogHasANearOne() throws Exception {
        CommandRun run = every.operator().run("log-level", "htp", "debug");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("'htp' of the log (did you mean http?): the areas are");
    }

    @Test
    void progressIsForTerminals() throws Exception {
        every.line("turns watch");
        Terminal terminal = new Terminal(false, true, 80);
        String[] drain = {"drain", "--wait", "1ms"};

        assertThat(every.operator().at(terminal).run(drain).err())
                .startsWith("\rculvert: turns under way: 1\r" + " ".repeat(27) + "\r")
                .containsPattern(
                        "culvert: the daemon takes no new work; turns under way: 1 [(]culvert op [0-9a-f]{8}[)]\n$");
        assertThat(every.operator().run(drain).err())
                .isEqualTo("culvert: the daemon takes no new work; turns under way: 1\n");
        assertThat(every.operator().at(terminal).run("doctor").err())
                .startsWith("\rculvert: looking at settings\rculvert: looking at unit    \r");
    }

    @Test
    void drainThatTurnsOutlastIsOne() throws Exception {
        every.line("turns watch");

        assertThat(every.operator().run("drain", "--wait", "1ms").code()).isEqualTo(1);
    }

    private CommandRun succeed(User user, String verb, String... more) throws Exception {
        CommandRun run = run(user, verb, more);
        assertThat(run.code())
                .as(verb + ": " + run.err())
                .isIn(
                        switch (verb) {
                            case "doctor", "health" ->
                                    List.of(0, 1); // of the machine, or other agents
                            case "subscribe",
                                    "turns watch",
                                    "approvals watch",
                                    "forward",
                                    "reverse" ->
                                    List.of(130);
                            default -> List.of(0);
                        });
        return run;
    }

    /** One that goes on until Ctrl-C is interrupted when it has printed something. */
    private CommandRun run(User user, String verb, String... more) throws Exception {
        List<String> words = every.line(verb);
        words.addAll(List.of(more));
        String[] line = words.toArray(String[]::new);
        if (!ENDLESS.contains(verb)) {
            return user.run(line);
        }
        CompletableFuture<CommandRun> run = new CompletableFuture<>();
        Thread thread = Thread.ofVirtual().start(() -> run.complete(user.run(line)));
        Eventually.await(() -> {
            if (verb.equals("subscribe")) {
                every.publish();
            }
            assertThat(run.isDone() || !user.printed().isEmpty()).isTrue();
        });
        thread.interrupt();
        return run.get();
    }
}
