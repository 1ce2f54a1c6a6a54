package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import dev.culvert.testing.Eventually;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs the commands of proxy-daemon/docs/subjects.md that work together. */
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class SubjectsPageTest {
    private static final String SOCKET = "/run/culvert-agent/agent.sock";

    @TempDir Path folder;

    private final List<Process> running = new ArrayList<>();
    private List<String> blocks;
    private Guest guest;
    private TestDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        DocPrograms.write(Files.createDirectories(folder.resolve("bin")));
        blocks =
                DocBlocks.of(Path.of("docs/subjects.md")).all().stream()
                        .filter(it -> it.mark().endsWith("/SubjectsPageTest.java"))
                        .map(DocBlocks.Block::text)
                        .map(String::strip)
                        .toList();
        String text =
                """
                {"listen": "tcp://127.0.0.1:0", "runtime": "echo", "drain": "0s", "local_socket": "%s"}
                """
                        .formatted(socket("agent.sock"));
        guest =
                Guest.start(
                        Settings.read(List.of(Layer.text("guest", text)), GuestSettings::read)
                                .value(),
                        Systemd.ABSENT);
        daemon =
                TestDaemon.start(
                        "{\"agents\": [{\"id\": \"web-1\", \"address\": \"%s\"}]}"
                                .formatted(guest.address()));
        daemon.awaitState("web-1", "ready");
    }

    @AfterEach
    void stop() {
        running.forEach(it -> it.descendants().forEach(ProcessHandle::destroyForcibly));
        running.forEach(Process::destroyForcibly);
        daemon.close();
        guest.close();
    }

    private Path socket(String name) {
        return folder.resolve(name);
    }

    /** The command of the page that begins so. */
    private String command(String start) {
        return blocks.stream()
                .filter(it -> it.startsWith(start))
                .findAny()
                .orElseThrow(() -> new AssertionError("no command begins with " + start));
    }

    /** Begins a command, whose output goes to a file of that name. */
    private Process begin(String command, String out) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder("bash", "-c", command)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve(out).toFile());
        Map<String, String> environment = builder.environment();
        environment.put(
                "PATH", folder.resolve("bin") + File.pathSeparator + environment.get("PATH"));
        environment.put("CULVERT_URL", "http://127.0.0.1:" + daemon.port());
        environment.put("CULVERT_AGENT_LOCAL_SOCKET", socket("agent.sock").toString());
        Process process = builder.start();
        running.add(process);
        return process;
    }

    private String run(String command) throws Exception {
        String out = "out" + running.size();
        Process process = begin(command, out);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(command).isTrue();
        assertThat(process.exitValue()).as(command + "\n" + printed(out)).isZero();
        return printed(out);
    }

    private String printed(String out) {
        try {
            return Files.readString(folder.resolve(out), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aProgramPublishesAndAClientFollows() throws Exception {
        begin(command("culvert subscribe"), "followed");
        daemon.awaitMetric("culvert_subjects_subscribers", 1);

        assertThat(run(command("culvert-agent publish")))
                .isEqualTo("{\"receivers\":1,\"missed\":0}\n");

        Eventually.await(() ->
                assertThat(printed("followed")).isEqualTo("web-1  build.done  -  {\"ok\":true}\n"));
    }

    @Test
    void aProgramFollowsAndAClientPublishes() throws Exception {
        begin(command("culvert-agent subscribe"), "heard");
        daemon.awaitMetric("culvert_subjects_subscribers", 1);

        run(here(command("curl -s --json '{\"data\": {\"ok\": true}}'")));

        Eventually.await(() ->
                assertThat(printed("heard"))
                        .matches(
                                "\\{\"subject\":\"build.done\",\"data\":\\{\"ok\": true},\"timestamp\":\"20.*Z\"}\n"));
    }

    @Test
    void aClientOfHttpAsksAndPublishes() throws Exception {
        begin(command("culvert subscribe"), "followed");
        daemon.awaitMetric("culvert_subjects_subscribers", 1);

        assertThat(run(here(command("curl -s --json '{\"data\": \"hello\"}'"))))
                .contains("\"data\":\"hello\"");
        assertThat(run(here(command("curl -s --json '{\"data\": {\"ok\": true}}'"))))
                .isEqualTo("{\"receivers\":1,\"missed\":0}");
    }

    private String here(String command) {
        return command.replace("127.0.0.1:8470", "127.0.0.1:" + daemon.port());
    }

    @Test
    void aProgramAsksAndAClientReplies() throws Exception {
        try (EventReader events = daemon.stream("GET", "/api/v1/subjects?match=deploy.*", "")) {
            Process asks = begin(command("culvert-agent request"), "reply");
            String message = events.next().data();
            assertThat(message).contains("\"data\":\"web-1\"");
            String inbox = message.replaceAll(".*\"reply\":\"(.*?)\".*", "$1");
            String reply = command("culvert publish");

            run(reply.replaceAll("inbox\\.\\S+", inbox));

            assertThat(asks.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(printed("reply")).isEqualTo("\"yes\"\n");
        }
    }

    @Test
    void aCommandAnswersWhatAClientAsks() throws Exception {
        begin(command("culvert-agent answer"), "answers");
        Eventually.await(() -> assertThat(printed("answers")).isEqualTo("answering disk.*\n"));

        assertThat(run("culvert request web-1 disk.free")).matches(" *\\d+%\n");
    }

    @Test
    void anAgentTakesTheFlagThatNamesTheSocket() throws Exception {
        String agent = command("culvert-agent --runtime");
        assertThat(agent).contains(SOCKET);

        run(agent.replace(SOCKET, socket("other.sock").toString()));
    }

    @Test
    void runsEveryCommandOfThePageThatSaysSo() {
        assertThat(blocks).hasSize(9);
    }
}
