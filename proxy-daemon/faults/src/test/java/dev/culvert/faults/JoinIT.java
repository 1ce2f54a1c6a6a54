package dev.culvert.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.faults.EventStream.Event;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A guest that dials in, and a daemon that is killed. */
class JoinIT {
    private static final int RECEIVE_BYTES = 64 * 1024;
    private static final Pattern TOKEN = Pattern.compile("\"token\":\"([^\"]+)\"");
    private static final List<String> WORDS = words();

    @TempDir Path directory;

    private static List<String> words() {
        List<String> words = new ArrayList<>();
        for (int i = 100; i < 150; i++) {
            words.add("w" + i);
        }
        return words;
    }

    @Test
    void aTurnOutlivesTheDaemonAndTheAgentComesBackByItself() throws IOException {
        try (DaemonProgram daemon =
                        new DaemonProgram(config(), directory.resolve("culvertd.log"), _ -> {});
                Program _ = guest(token(daemon))) {
            awaitReady(daemon);
            List<String> data = new ArrayList<>();
            String last;
            try (HttpCall call = call(daemon)) {
                call.ask(
                        "POST",
                        "/api/v1/agents/a/stream",
                        Map.of(),
                        "{\"role\":\"user\",\"content\":\"" + String.join(" ", WORDS) + "\"}");
                last = read(call, data, 5);
            }

            daemon.kill();
            awaitReady(daemon);
            try (HttpCall call = call(daemon)) {
                String turn = last.substring(0, last.lastIndexOf(':'));
                call.ask(
                        "GET",
                        "/api/v1/turns/" + turn + "/stream",
                        Map.of("last-event-id", last),
                        "");
                read(call, data, Integer.MAX_VALUE);
            }

            String all = String.join("", data);
            assertThat(WORDS).allSatisfy(word -> assertThat(all).containsOnlyOnce(word));
            assertThat(all).contains("\"done\":true");
            assertThat(directory.resolve("guest").toFile().list()).isNotEmpty();
        }
    }

    @Test
    void aRevokedAgentSaysWhyAndDoesNotComeBackSoon() throws IOException {
        try (DaemonProgram daemon =
                        new DaemonProgram(config(), directory.resolve("culvertd.log"), _ -> {});
                Program _ = guest(token(daemon))) {
            awaitReady(daemon);
            List<String> data = new ArrayList<>();
            try (HttpCall call = call(daemon)) {
                call.ask(
                        "POST",
                        "/api/v1/agents/a/stream",
                        Map.of(),
                        "{\"role\":\"user\",\"content\":\"" + String.join(" ", WORDS) + "\"}");
                EventStream events = new EventStream(call.content());
                read(events, data, 5);

                ask(daemon, "DELETE", "/api/v1/agents/a/identity", "");
                read(events, data, Integer.MAX_VALUE);
            }

            assertThat(data.getLast())
                    .contains("\"code\":\"link_lost\"", "the identity of the agent was revoked");
            Eventually.await(() ->
                    assertThat(guestLog())
                            .containsPattern(
                                    "lost the link to .*: The identity of the agent was revoked\\."
                                            + " \\(revoked\\); trying again in ([6-9]\\d|1[012]\\d)\\."));
        }
    }

    private String guestLog() {
        try {
            return Files.readString(directory.resolve("guest.log"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Reads so many events, or all, and returns the id of the last one. */
    private static String read(HttpCall call, List<String> data, int most) throws IOException {
        return read(new EventStream(call.content()), data, most);
    }

    private static String read(EventStream events, List<String> data, int most) throws IOException {
        String last = "";
        for (int count = 0; count < most; count++) {
            Event event = events.next();
            if (event == null) {
                break;
            }
            data.add(event.data());
            last = event.id();
        }
        return last;
    }

    private static void awaitReady(DaemonProgram daemon) {
        Eventually.await(
                Duration.ofSeconds(90),
                () ->
                        assertThat(ask(daemon, "GET", "/api/v1/agents/a", ""))
                                .contains("\"state\":\"ready\""));
    }

    private static String token(DaemonProgram daemon) {
        Matcher token =
                TOKEN.matcher(ask(daemon, "POST", "/api/v1/enrollments", "{\"name\":\"a\"}"));
        assertThat(token.find()).isTrue();
        return token.group(1);
    }

    private Path config() throws IOException {
        return Files.writeString(
                directory.resolve("culvertd.jsonc"),
                """
                {
                  "http": {"listen": ["tcp://127.0.0.1:0"]},
                  "admin": {"listen": []},
                  "event_loops": 2,
                  "state_dir": "%s",
                  "turns": {"resume_grace": "60s"},
                  "join": {"listen": ["unix://%s"]}
                }
                """
                        .formatted(directory.resolve("state"), socket()));
    }

    private Path socket() {
        return directory.resolve("join.sock");
    }

    private Program guest(String token) throws IOException {
        Path file = Files.writeString(directory.resolve("token"), token);
        List<String> command = new ArrayList<>(Launch.chosen().guest());
        command.addAll(List.of("--join", "unix://" + socket()));
        command.addAll(List.of("--join-token-file", file.toString()));
        command.addAll(
                List.of(
                        "--state-dir",
                        Files.createDirectory(directory.resolve("guest")).toString()));
        command.addAll(List.of("--runtime", "echo", "--echo-delay", "100ms"));
        command.addAll(List.of("--orphan-grace", "60s"));
        return new Program(command, directory.resolve("guest.log"));
    }

    private static HttpCall call(DaemonProgram daemon) throws IOException {
        return new HttpCall(daemon.endpoint(), Stage.SETTLING, RECEIVE_BYTES);
    }

    private static String ask(DaemonProgram daemon, String method, String path, String body) {
        try (HttpCall call = call(daemon)) {
            call.ask(method, path, Map.of(), body);
            return call.body();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
