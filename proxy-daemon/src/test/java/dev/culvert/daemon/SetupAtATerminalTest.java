package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.culvert.daemon.CommandRun.User;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert setup} as a process at a terminal, which {@code script} makes. */
@Timeout(60)
class SetupAtATerminalTest {
    @Test
    void aTokenThatIsTypedIsNotShown(@TempDir Path folder) throws Exception {
        Path script = Path.of("/usr/bin/script");
        assumeTrue(Files.isExecutable(script), "there is no program script");
        Path state = Files.createDirectory(folder.resolve("state"));
        try (TestDaemon daemon = TestDaemon.start("{\"state_dir\": \"%s\"}".formatted(state))) {
            String url = "http://127.0.0.1:" + daemon.port();
            String token =
                    User.of(daemon)
                            .run("token", "create", "--name", "root", "--role", "admin")
                            .out()
                            .strip();
            String command =
                    "'%s' -XX:TieredStopAtLevel=1 -cp '%s' dev.culvert.daemon.client.command.Main setup"
                            .formatted(
                                    Path.of(System.getProperty("java.home"), "bin", "java"),
                                    System.getProperty("java.class.path"));
            ProcessBuilder builder =
                    new ProcessBuilder(script.toString(), "-qefc", command, "/dev/null")
                            .redirectErrorStream(true);
            builder.environment().keySet().removeIf(name -> name.startsWith("CULVERT_"));
            builder.environment().put("XDG_CONFIG_HOME", folder.toString());
            builder.environment().put("HOME", folder.toString());
            builder.environment().put("SHELL", "/bin/sh");
            builder.environment().put("PATH", "/usr/bin:/bin");
            builder.environment().remove("XDG_RUNTIME_DIR");
            Process process = builder.start();
            try (OutputStream typed = process.getOutputStream()) {
                StringBuilder shown = new StringBuilder();
                awaitText(process.getInputStream(), "URL of the daemon", shown);
                typed.write((url + "\n").getBytes(UTF_8));
                typed.flush();
                awaitText(process.getInputStream(), "Token (it is not shown): ", shown);
                typed.write((token + "\n").getBytes(UTF_8));
                typed.flush();
                awaitText(process.getInputStream(), "answers; the other commands use it", shown);
                assertThat(process.waitFor()).as(shown.toString()).isZero();

                assertThat(shown).contains(url).doesNotContain(token);
            } finally {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
            assertThat(folder.resolve("culvert/local.token")).hasContent(token + "\n");
        }
    }

    private static void awaitText(InputStream in, String text, StringBuilder shown)
            throws IOException {
        int from = shown.length();
        while (shown.indexOf(text, from) < 0) {
            int b = in.read();
            assertThat(b).as("%s after: %s", text, shown).isNotNegative();
            shown.append((char) b);
        }
    }
}
