package dev.culvert.daemon.client.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogsTest {
    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "failed: request=r1 agent=web turn=web.x | true",
                "agent web is ready | true",
                "agent 'web' is away | true",
                "{\"agent\": \"web\", \"x\": 1} | true",
                "agent=\"web\" | true",
                "agent=web-2 is ready | false",
                "agent=web.2 is ready | false",
                "agent web. | true",
                "the web is large | false"
            })
    void aLineIsAboutAnAgentIfItNamesIt(String line, boolean isWanted) {
        LogFilter filter = new LogFilter(Optional.of("web"), Optional.empty());
        assertThat(filter.test(line)).isEqualTo(isWanted);
    }

    @Test
    void aLineIsOfAnOperationByTheIdOfRunOrRequest() {
        LogFilter filter = new LogFilter(Optional.of("a"), Optional.of("719e"));
        assertThat(filter.test("request=719e agent=a x")).isTrue();
        assertThat(filter.test("op=719e agent=a x")).isTrue();
        assertThat(filter.test("request=719ee agent=a x")).isFalse();
        assertThat(filter.test("request=719e agent=b x")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2026-11-30T12:00:00.5Z WARN Fleet - Agent Web is away | true",
                "2026-11-30T12:00:00.5Z ERROR Fleet - Agent Web is away | true",
                "2026-11-30T12:00:00.5Z INFO Fleet - Agent Web is away | false",
                "2026-11-30T11:00:00Z WARN Fleet - Agent Web is away | false",
                "2026-11-30T14:00:00Z WARN Fleet - Agent Web is away | false",
                "2026-11-30T12:00:00.5Z WARN Fleet - Agent b is away | false",
                "time=2026-11-30T12:00:00Z level=warn agent=web | true",
                "{\"time\":\"2026-11-30T12:00:00Z\",\"level\":\"warn\",\"agent\":\"web\"} | true",
                "{\"time\":\"2026-11-30T12:00:00Z\",\"level\":\"info\",\"agent\":\"web\"} | false",
                "WARN the web has no time | false"
            })
    void linesAreWantedByTimeLevelAndText(String line, boolean isWanted) {
        LogWindow window =
                new LogWindow(
                        Optional.of(Instant.parse("2026-11-30T11:30:00Z")),
                        Optional.of(Instant.parse("2026-11-30T13:00:00Z")),
                        Optional.of("warn"),
                        Optional.of("web"));
        assertThat(window.wants(line)).isEqualTo(isWanted);
    }

    @Test
    void aTimeIsADateOrHowLongAgo() throws Exception {
        Instant now = Instant.parse("2026-11-30T12:00:00Z");
        assertThat(Moment.of("--since", "30m", now)).isEqualTo("2026-11-30T11:30:00Z");
        assertThat(Moment.of("--since", "2d", now)).isEqualTo("2026-11-28T12:00:00Z");
        assertThat(Moment.of("--since", "2026-11-01T00:00:00Z", now))
                .isEqualTo("2026-11-01T00:00:00Z");
        assertThatThrownBy(() -> Moment.of("--since", "soon", now))
                .hasMessageContainingAll("--since", "soon", "30m");
    }

    @Test
    void theLogOfCommandsKeepsAnOlderFileAndForgetsHalfALine() throws Exception {
        Path file = folder.resolve("deep/commands.jsonl");
        CommandLog log = new CommandLog(file);
        log.add(Value.members("x", "a".repeat(1 << 20)));
        Files.writeString(file, "{\"x\": \"ha\n", StandardOpenOption.APPEND);
        log.add(Value.members("x", "b"));

        assertThat(log.read()).hasSize(2);
        assertThat(log.read().getLast().text("x")).isEqualTo("b");
        assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
        assertThat(folder.resolve("deep/commands.jsonl.1")).exists();
    }

    @Test
    void theJournalIsReadAsTheDaemonWouldWriteIt() throws Exception {
        Path script = folder.resolve("journalctl");
        Files.writeString(
                script,
                """
                echo '{"__REALTIME_TIMESTAMP":"1796040366526000","PRIORITY":"4","MESSAGE":"one"}'
                echo '{"__REALTIME_TIMESTAMP":"1796040366527000","MESSAGE":"'"$*"'"}'
                exit 3
                """);
        List<String> lines = new ArrayList<>();

        int code =
                new Journal(List.of("sh", script.toString()))
                        .read(50, true, line -> lines.add(line.text()));

        assertThat(code).isEqualTo(3);
        assertThat(lines)
                .containsExactly(
                        "2026-11-30T12:06:06.526Z WARN one",
                        "2026-11-30T12:06:06.527Z INFO --unit=culvertd --output=json --no-pager"
                                + " --lines=50 --follow");
        assertThatThrownBy(() -> new Journal(List.of("/no/such/program")).read(1, false, _ -> {}))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aFileIsReadAsItGrowsLineByLineAndAnewWhenItIsReplaced() throws Exception {
        Path file = folder.resolve("log");
        Files.writeString(file, "one\ntwo\nhal");
        LogFile log = new LogFile(file);
        assertThat(log.read()).containsExactly("one", "two");
        Files.writeString(file, "f\nthree\n", StandardOpenOption.APPEND);
        assertThat(log.read()).containsExactly("half", "three");
        assertThat(log.read()).isEmpty();
        Files.move(file, folder.resolve("log.1"));
        Files.writeString(file, "a new one\n");
        assertThat(log.read()).containsExactly("a new one");
    }
}
