package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What processes of these tests leave where all programs put their temporary files. */
@Timeout(60)
class DaemonProcessTest {
    @TempDir Path folder;

    @Test
    void leavesNothingForOthersWhenItIsKilled() throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        Path settings = folder.resolve("culvertd.jsonc");
        Files.writeString(settings, "{\"state_dir\": \"%s\"}".formatted(folder.resolve("state")));
        List<String> command =
                DaemonProcess.command(
                        List.of("-Djava.io.tmpdir=" + temporary),
                        "serve",
                        "--config",
                        settings.toString(),
                        "--http",
                        "tcp://127.0.0.1:0");
        try (DaemonProcess daemon = DaemonProcess.start(Map.of(), command)) {
            daemon.after("listening on ");
            assertThat(folder.resolve("state/culvert.db")).exists();

            daemon.signal("KILL");
            daemon.exitCode();
        }

        assertThat(temporary).isEmptyDirectory();
    }
}
