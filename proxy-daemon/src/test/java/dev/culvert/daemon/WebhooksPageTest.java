package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.webhooks.WebhookSignature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs the blocks of proxy-daemon/docs/webhooks.md. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class WebhooksPageTest {
    @TempDir Path folder;

    private static List<DocBlocks.Block> blocks() throws IOException {
        return DocBlocks.of(Path.of("docs/webhooks.md")).all().stream()
                .filter(it -> it.mark().endsWith("/WebhooksPageTest.java"))
                .toList();
    }

    private static String block(String containing) throws IOException {
        return blocks().stream()
                .map(DocBlocks.Block::text)
                .filter(it -> it.contains(containing))
                .findFirst()
                .orElseThrow();
    }

    private String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).directory(folder.toFile()).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(err).isZero();
        return out.strip();
    }

    @Test
    void theSecretThatThePageMakesIsOneAndOnlyItsOwnerCanReadIt() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")));
        run("sh", "-c", block("openssl"));

        Path secret = folder.resolve("hook.secret");
        new WebhookSignature(Files.readString(secret).strip());
        assertThat(Files.getPosixFilePermissions(secret)).hasSize(2);
    }

    @Test
    void thePageShowsHowToCheckASignature() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")));
        String secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        Instant now = Instant.now();
        String signed = new WebhookSignature(secret).sign("msg_1", now, "{\"type\":\"x\"}");
        Files.writeString(
                folder.resolve("check.py"),
                block("def is_from_culvert")
                        + """

                        headers = {"webhook-id": "msg_1", "webhook-timestamp": "%d", "webhook-signature": "v1,AAAA %s"}
                        old = dict(headers, **{"webhook-timestamp": "1614265330"})
                        print(is_from_culvert("%s", headers, b'{"type":"x"}'),
                              is_from_culvert("%s", headers, b'{"type":"y"}'),
                              is_from_culvert("%s", old, b'{"type":"x"}'))
                        """
                                .formatted(now.getEpochSecond(), signed, secret, secret, secret));

        assertThat(run("python3", "check.py")).isEqualTo("True False False");
    }

    @Test
    void theVerbsOfThePageDoWhatItSays() throws Exception {
        try (EveryVerb verbs = new EveryVerb(folder)) {
            for (String text : List.of(block("webhooks test"), block("deliveries"))) {
                for (String line : text.strip().lines().toList()) {
                    CommandRun run =
                            verbs.operator().run(line.replaceFirst("^culvert ", "").split(" ", -1));
                    assertThat(run.code()).as(line + ": " + run.err()).isZero();
                }
            }
        }
    }
}
