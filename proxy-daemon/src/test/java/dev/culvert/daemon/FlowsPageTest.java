package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs the tutorial of proxy-daemon/docs/flows.md. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class FlowsPageTest {
    private static final Path PAGE = Path.of("docs/flows.md");

    @TempDir Path folder;

    private static List<String> blocks() throws IOException {
        return DocBlocks.of(PAGE).all().stream()
                .filter(it -> it.mark().endsWith("/FlowsPageTest.java"))
                .map(DocBlocks.Block::text)
                .map(String::strip)
                .toList();
    }

    @Test
    void theTutorialDoesWhatItSays() throws Exception {
        List<String> blocks = blocks();
        String page = Files.readString(PAGE);
        String flow = page.substring(page.indexOf("```json\n") + "```json\n".length());
        Path file =
                Files.writeString(
                        folder.resolve("report.jsonc"), flow.substring(0, flow.indexOf("```")));
        String settings =
                "{\"admin\": {\"listen\": [\"unix://%s\"]}}"
                        .formatted(folder.resolve("admin.sock"));
        List<String> outs = new ArrayList<>();
        try (TestDaemon _ = TestDaemon.start(settings)) {
            CommandRun.User user = new CommandRun.User(folder);
            String run = "";
            for (String line : String.join("\n", blocks).split("\n", -1)) {
                String command =
                        line.replaceFirst("^culvert ", "")
                                .replace("report.jsonc", file.toString())
                                .replace("RUN", run);
                CommandRun done = user.run(command.split(" ", -1));
                if (command.startsWith("flow cancel")) {
                    assertThat(done.code()).isEqualTo(1);
                    assertThat(done.err()).contains("has ended already: it is done");
                } else {
                    assertThat(done.code()).as(line + ": " + done.err()).isZero();
                }
                outs.add(done.out());
                if (command.startsWith("flow run")) {
                    run = done.err().replaceAll("(?s).*the run (fr_[0-9a-f]{16}).*", "$1");
                }
            }
        }

        assertThat(page).contains("```text\n" + outs.get(1));
        assertThat(outs.get(2)).contains("It waited 200 ms.", "done");
        assertThat(outs.get(3)).contains("report", "done");
        assertThat(outs.get(4)).contains("first", "second", "last");
    }
}
