package dev.culvert.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.culvert.settings.SecretSource.FromCommand;
import dev.culvert.settings.SecretSource.FromCredential;
import dev.culvert.settings.SecretSource.FromFile;
import dev.culvert.settings.SecretSource.FromVariable;
import dev.culvert.settings.SecretSource.Plain;
import dev.culvert.testing.CapturedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretTest {
    private static final String SECRET = "s3cret-hunter2";

    @TempDir private Path directory;

    private static Settings<Optional<SecretSource>> read(Layer layer) throws BadSettingsException {
        return Settings.read(List.of(layer), in -> in.find("key", Kind.SECRET));
    }

    private static SecretSource source(String json) throws BadSettingsException {
        return read(Layer.text("test", "{\"key\": " + json + "}")).value().orElseThrow();
    }

    private Path file(String name, String text, String permissions) throws IOException {
        Path file = Files.writeString(directory.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        return file;
    }

    private static FromCommand shell(String script) {
        return new FromCommand(List.of("/bin/sh", "-c", script), Duration.ofMinutes(5));
    }

    private static String reveal(SecretSource source) throws IOException {
        return new SecretReader(Map.of()).read(source).reveal();
    }

    @Test
    void eachSourceIsReadAndPrintedAsItWasWritten() throws Exception {
        List<String> written =
                List.of(
                        "{\"file\": \"/run/key\"}",
                        "{\"credential\": \"otlp.key\"}",
                        "{\"env\": \"OTLP_KEY\"}",
                        "{\"exec\": [\"/usr/bin/vault\", \"kv\", \"get\"], \"ttl\": \"10m\"}",
                        "{\"exec\": [\"/usr/bin/vault\"]}");
        List<SecretSource> sources = new ArrayList<>();
        for (String json : written) {
            sources.add(source(json));
        }

        assertThat(sources)
                .containsExactly(
                        new FromFile(Path.of("/run/key")),
                        new FromCredential("otlp.key"),
                        new FromVariable("OTLP_KEY"),
                        new FromCommand(
                                List.of("/usr/bin/vault", "kv", "get"), Duration.ofMinutes(10)),
                        new FromCommand(List.of("/usr/bin/vault"), Duration.ofMinutes(5)));
        assertThat(sources.subList(0, 4).stream().map(SecretSource::json))
                .containsExactlyElementsOf(written.subList(0, 4));
    }

    @Test
    void aValueCountsInAFileThatOtherUsersCannotRead() throws Exception {
        Path settings = file("settings", "{\"key\": \"" + SECRET + "\"}", "rw-r-----");

        Settings<Optional<SecretSource>> read = read(Layer.file(settings));

        assertThat(read.value()).contains(new Plain(new SecretText(SECRET)));
        assertThat(read.print()).contains("\"key\": null").doesNotContain(SECRET);
        assertThat(read.value().toString()).doesNotContain(SECRET);
    }

    @Test
    void aValueInAFileThatEveryUserCanReadIsRefused() throws Exception {
        Path settings = file("settings", "{\"key\": \"" + SECRET + "\"}", "rw-r--r--");

        assertThatThrownBy(() -> read(Layer.file(settings)))
                .hasMessageContaining(":1:2: key: this secret is in a file that every user can")
                .hasMessageContaining("run 'chmod o-r " + settings + "'")
                .hasMessageContaining("{\"credential\": NAME}")
                .hasMessageNotContaining(SECRET);
    }

    @Test
    void aValueInAnEnvironmentVariableCounts() throws Exception {
        Layer environment = Layer.environment("CULVERT_", Map.of("CULVERT_KEY", SECRET));

        assertThat(read(environment).value()).contains(new Plain(new SecretText(SECRET)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "7654321",
                "true",
                "[\"7654321\"]",
                "{\"7654321\": \"a\"}",
                "{\"value\": \"7654321\"}",
                "{\"file\": 7654321}",
                "{\"credential\": \"../7654321\"}",
                "{\"env\": \"7654321=\"}",
                "{\"exec\": \"7654321\"}",
                "{\"exec\": []}",
                "{\"exec\": [\"7654321\"]}",
                "{\"exec\": [\"/a\"], \"ttl\": \"7654321x\"}",
                "{\"exec\": [\"/a\"], \"ttl\": \"0s\"}",
                "{\"ttl\": \"5m\"}",
                "{\"file\": \"/a\", \"ttl\": \"5m\"}",
                "{\"file\": \"/7654321\", \"env\": \"A\"}",
                "{}"
            })
    void whatIsNoSourceIsRefusedWithoutBeingShown(String json) {
        assertThatThrownBy(() -> source(json))
                .isInstanceOf(BadSettingsException.class)
                .hasMessageContaining("key: ")
                .hasMessageNotContaining("7654321");
    }

    @Test
    void eachMemberOfAnObjectIsASecret() throws Exception {
        Settings<Optional<Map<String, SecretSource>>> read =
                Settings.read(
                        List.of(
                                Layer.text(
                                        "test",
                                        "{\"headers\": {\"a\": {\"env\": \"A\"}, \"b\": {\"file\":"
                                                + " \"/b\"}}}")),
                        in -> in.find("headers", Kind.SECRETS));

        assertThat(read.value().orElseThrow())
                .containsExactly(
                        Map.entry("a", new FromVariable("A")),
                        Map.entry("b", new FromFile(Path.of("/b"))));
        assertThat(read.print())
                .contains("\"headers\": {\"a\": {\"env\": \"A\"}, \"b\": {\"file\": \"/b\"}}");
    }

    @ParameterizedTest
    @CsvSource({"rw-------", "rw-r-----"})
    void takesAFileWithoutTheLineBreakAtItsEnd(String permissions) throws Exception {
        assertThat(reveal(new FromFile(file("key", SECRET + "\n", permissions)))).isEqualTo(SECRET);
        assertThat(reveal(new FromFile(file("dos", SECRET + "\r\n", permissions))))
                .isEqualTo(SECRET);
    }

    @Test
    void refusesAFileThatEveryUserCanRead() throws Exception {
        Path key = file("key", SECRET, "rw-r--r--");

        assertThatThrownBy(() -> reveal(new FromFile(key)))
                .hasMessage(
                        "the file %1$s can be read by every user: run 'chmod o-r %1$s'"
                                .formatted(key));
    }

    @Test
    void takesACredentialOfSystemd() throws Exception {
        file("otlp.key", SECRET, "r--------");
        SecretReader reader =
                new SecretReader(Map.of("CREDENTIALS_DIRECTORY", directory.toString()));

        assertThat(reader.read(new FromCredential("otlp.key")).reveal()).isEqualTo(SECRET);
        assertThatThrownBy(() -> reader.read(new FromCredential("other")))
                .hasMessage("the credential other cannot be read: there is no such file");
        assertThatThrownBy(() -> reveal(new FromCredential("otlp.key")))
                .hasMessageContaining("add LoadCredential=otlp.key:PATH to the unit");
    }

    @Test
    void takesAnEnvironmentVariable() throws Exception {
        SecretReader reader = new SecretReader(Map.of("KEY", SECRET, "EMPTY", ""));

        assertThat(reader.read(new FromVariable("KEY")).reveal()).isEqualTo(SECRET);
        assertThatThrownBy(() -> reader.read(new FromVariable("EMPTY")))
                .hasMessage("the environment variable EMPTY is empty: put the secret there");
        assertThatThrownBy(() -> reader.read(new FromVariable("NONE")))
                .hasMessage("the environment variable NONE is not set: set it for the daemon");
    }

    @Test
    void takesWhatACommandPrintsWithoutAShellAndWithTheEnvironmentOfTheDaemon() throws Exception {
        SecretReader reader = new SecretReader(Map.of("KEY", SECRET));

        assertThat(reader.read(shell("echo $KEY; echo noise >&2")).reveal()).isEqualTo(SECRET);
        assertThat(
                        reveal(
                                new FromCommand(
                                        List.of("/bin/echo", "$KEY; `id`"), Duration.ofMinutes(1))))
                .isEqualTo("$KEY; `id`");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "echo s3cret-hunter2; echo s3cret-hunter2 >&2; exit 3 | ended with 3: run it as the"
                        + " user of the daemon",
                "exit 0                                               | is empty: put the secret"
                        + " there",
                "head -c 70000 /dev/zero                              | has more than 64KiB",
                "echo s3cret-hunter2; printf '\\377'                  | gives bytes that are not"
                        + " UTF-8",
                "echo s3cret-hunter2; sleep 30 & sleep 30             | took longer than 200ms and"
                        + " was stopped"
            })
    void aCommandThatFailsIsNamedAndNothingThatItPrinted(String script, String why) {
        SecretReader reader =
                new SecretReader(Map.of("PATH", "/usr/bin:/bin"), Duration.ofMillis(200));
        long start = System.nanoTime();

        Throwable failure = catchThrowable(() -> reader.read(shell(script)));

        assertThat(failure)
                .isInstanceOf(IOException.class)
                .hasNoCause()
                .hasMessageStartingWith("the command /bin/sh " + why.strip())
                .hasMessageNotContaining(SECRET);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void aCommandThatDoesNotExistIsNamed() {
        assertThatThrownBy(() ->
                        reveal(
                                new FromCommand(
                                        List.of("/nowhere/vault", SECRET), Duration.ofMinutes(1))))
                .hasMessage(
                        "the command /nowhere/vault cannot be started: check that it exists and is"
                                + " executable");
    }

    @Test
    void aCommandRunsAgainOnlyWhenItsOutputIsTooOldAndAFailureChangesNothing() throws Exception {
        Path answer = file("answer", "first", "rw-------");
        AtomicLong now = new AtomicLong();
        LiveSecret secret =
                new LiveSecret(
                        new FromCommand(
                                List.of("/bin/cat", answer.toString()), Duration.ofMinutes(5)),
                        new SecretReader(Map.of()),
                        now::get);

        assertThat(secret.text().reveal()).isEqualTo("first");
        Files.writeString(answer, "second");
        now.addAndGet(TimeUnit.MINUTES.toNanos(5) - 1);
        assertThat(secret.text().reveal()).isEqualTo("first");
        now.addAndGet(1);
        assertThat(secret.text().reveal()).isEqualTo("second");

        Files.delete(answer);
        now.addAndGet(TimeUnit.MINUTES.toNanos(5));
        try (CapturedLog log = new CapturedLog()) {
            assertThat(secret.text().reveal()).isEqualTo("second");
            assertThat(secret.text().reveal()).isEqualTo("second");
            assertThat(log.lines()).hasSize(1);
            assertThat(log.text())
                    .contains("the command /bin/cat ended with 1")
                    .contains("remains in force")
                    .doesNotContain("second");
        }
        Files.writeString(answer, "third");
        now.addAndGet(TimeUnit.MINUTES.toNanos(1));
        assertThat(secret.text().reveal()).isEqualTo("third");
    }

    @Test
    void aFileThatChangesCountsAtOnce() throws Exception {
        Path key = file("key", "first", "rw-------");
        LiveSecret secret = new LiveSecret(new FromFile(key), Map.of());

        assertThat(secret.text().reveal()).isEqualTo("first");
        Files.writeString(key, "second");
        assertThat(secret.text()).isEqualTo(new SecretText("second")).hasToString("(secret)");
        assertThat(secret).hasToString("the file " + key);
    }
}
