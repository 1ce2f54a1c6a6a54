package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client with a tool of its own, a whole guest with tools, and a model that calls both. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ClientToolsOfAgentsTest {
    private static final String ASK =
            "{\"role\":\"user\",\"content\":\"what time is it?\",\"max_tokens\":99,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"now\",\"description\":\"the time\",\"parameters\":{\"type\":\"object\",\"properties\":{}}}}]}";
    private static final String PAGE = "proxy-daemon/docs/how-to-client-tools.md";
    private static final Pattern CONTINUATION = Pattern.compile("\"continuation\":\"([^\"]+)\"");

    @TempDir private Path work;
    private ToolCallingRuntime runtime;

    @BeforeEach
    void start() throws IOException {
        Files.writeString(work.resolve("notes.txt"), "one line");
        runtime = ToolCallingRuntime.start();
    }

    @AfterEach
    void stop() {
        runtime.close();
    }

    private Guest guest(String more) throws Exception {
        String settings =
                "{\"listen\": \"tcp://127.0.0.1:0\", \"drain\": \"0s\", \"runtime\": \"http://127.0.0.1:%d\", %s}"
                        .formatted(runtime.port(), more);
        return Guest.start(
                Settings.read(List.of(Layer.text("guest", settings)), GuestSettings::read).value(),
                Systemd.ABSENT);
    }

    private static TestDaemon daemon(Guest guest) throws Exception {
        TestDaemon daemon =
                TestDaemon.start(
                        "{\"agents\": [{\"id\": \"web-1\", \"address\": \"%s\"}]}"
                                .formatted(guest.address()));
        daemon.awaitState("web-1", "ready");
        return daemon;
    }

    private static String found(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic"})
    void bothUseTheirToolsAndTheModelIsToldWhatTheyBrought(String kind) throws Exception {
        String settings = "\"tools_dir\": \"%s\", \"runtime_kind\": \"%s\"".formatted(work, kind);
        try (Guest guest = guest(settings);
                TestDaemon daemon = daemon(guest)) {
            HttpResponse<String> first = daemon.send("POST", "/api/v1/agents/web-1/stream", ASK);
            String turn = first.headers().firstValue("x-culvert-turn").orElseThrow();
            assertThat(first.body())
                    .containsSubsequence(
                            "event: tool_call\n",
                            "data: {\"call_id\":\"id_read_file\",\"tool_name\":\"read_file\"",
                            "event: tool_result\n",
                            "event: tool_call\n",
                            "data: {\"call_id\":\"id_now\",\"tool_name\":\"now\",\"arguments\":{\"zone\":\"UTC\"}}",
                            "event: done\n",
                            "\"finish_reason\":\"tool_calls\"");

            HttpResponse<String> second =
                    daemon.send(
                            "POST",
                            "/api/v1/turns/" + turn + "/continue",
                            "{\"tool_results\":[{\"id\":\"id_now\",\"success\":true,\"result\":\"noon\"}]}",
                            "culvert-continuation",
                            found(CONTINUATION, first.body()),
                            "accept",
                            "application/json");

            assertThat(second.statusCode()).as(second.body()).isEqualTo(200);
            assertThat(second.body()).contains("\"content\":\"It is noon.\"");
            String last = runtime.asked().getLast();
            assertThat(runtime.asked()).hasSize(3);
            assertThat(last)
                    .containsSubsequence(
                            "what time is it?", "id_read_file", "one line", "id_now", "noon");
        }
    }

    @Test
    void theAgentMayBeStartedAgainBeforeTheResultsCome() throws Exception {
        String settings = "\"runtime_kind\": \"openai\"";
        Guest first = guest(settings);
        try (TestDaemon daemon = daemon(first)) {
            HttpResponse<String> called = daemon.send("POST", "/api/v1/agents/web-1/message", ASK);
            String turn = called.headers().firstValue("x-culvert-turn").orElseThrow();
            first.close();
            try (Guest second = guest(settings)) {
                daemon.awaitState("web-1", "unreachable");
                String body =
                        "{\"continuation\":\"%s\",\"tool_results\":[{\"id\":\"id_now\",\"success\":true,\"result\":\"noon\"}]}"
                                .formatted(found(CONTINUATION, called.body()));
                String path = "/api/v1/turns/" + turn + "/continue";
                assertThat(daemon.post(path, body).statusCode()).isEqualTo(502);
                daemon.put(
                        "/api/v1/agents/web-1",
                        "{\"address\": \"%s\"}".formatted(second.address()));
                daemon.awaitState("web-1", "ready");

                assertThat(daemon.post(path, body).body()).contains("It is noon.");
            }
        }
    }

    @Test
    void theCommandsOfThePageWork() throws Exception {
        String blocks =
                DocBlocks.of(DocBlocks.ROOT.resolve(PAGE)).all().stream()
                        .filter(block -> block.language().equals("sh"))
                        .map(DocBlocks.Block::text)
                        .collect(Collectors.joining("\n"));
        try (Guest guest = guest("\"runtime_kind\": \"openai\"");
                TestDaemon daemon = daemon(guest)) {
            Path script = work.resolve("page.sh");
            Files.writeString(
                    script,
                    "set -e\n" + blocks.replace("127.0.0.1:8470", "127.0.0.1:" + daemon.port()));
            Path out = work.resolve("out");
            Process process =
                    new ProcessBuilder("bash", script.toString())
                            .directory(work.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(out.toFile())
                            .start();
            boolean ended = process.waitFor(50, TimeUnit.SECONDS);
            process.destroyForcibly().waitFor();

            String printed = Files.readString(out, UTF_8);
            assertThat(ended && process.exitValue() == 0).as(printed).isTrue();
            assertThat(printed).contains("event: tool_call", "It is noon.", "continuation_used");
        }
    }
}
