package dev.culvert.daemon.triggers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.TriggerSettings;
import dev.culvert.daemon.config.TriggerSettings.Cause;
import dev.culvert.daemon.webhooks.WebhookSignature;
import dev.culvert.settings.SecretSource;
import dev.culvert.testing.CapturedLog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TriggerSecretsTest {
    private static final String FIRST = "first-secret-of-the-test";
    private static final String SECOND = "second-secret-of-the-test";

    @TempDir Path folder;

    private long nanos;
    private final TriggerSecrets secrets = new TriggerSecrets(Map.of(), () -> nanos);

    private SecretSource write(String secret) throws Exception {
        Path file = Files.writeString(folder.resolve("secret"), secret);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return new SecretSource.FromFile(file);
    }

    private static TriggerSettings trigger(SecretSource source) {
        return new TriggerSettings(
                "ci",
                "deploy",
                "acme",
                Set.of(),
                new Cause.Signed(source),
                "{}",
                Optional.empty(),
                false);
    }

    private boolean isSignedWith(SecretSource source, String secret) {
        Instant now = Instant.now();
        String signature = new WebhookSignature(secret).sign("m", now, "{}");
        WebhookSignature checks = secrets.of(trigger(source), source);
        return Objects.requireNonNull(checks)
                        .refusal(
                                new WebhookSignature.Headers(
                                        "m", Long.toString(now.getEpochSecond()), signature),
                                new byte[] {'{', '}'},
                                now)
                == null;
    }

    @Test
    void aSecretIsReadAgainAfterSomeSeconds() throws Exception {
        SecretSource source = write(FIRST);
        assertThat(isSignedWith(source, FIRST)).isTrue();

        write(SECOND);
        nanos += Duration.ofSeconds(4).toNanos();
        assertThat(isSignedWith(source, FIRST)).isTrue();
        nanos += Duration.ofSeconds(2).toNanos();
        assertThat(isSignedWith(source, SECOND)).isTrue();
    }

    @Test
    void oneThatCannotBeReadIsSaidOnceAMinute() throws Exception {
        SecretSource source = new SecretSource.FromFile(folder.resolve("secret"));
        try (CapturedLog log = new CapturedLog()) {
            for (int i = 0; i < 6; i++) {
                assertThat(secrets.of(trigger(source), source)).isNull();
                nanos += Duration.ofSeconds(9).toNanos();
            }
            assertThat(log.text()).containsOnlyOnce("the secret of the trigger ci cannot be used");
        }
        write(FIRST);
        assertThat(isSignedWith(source, FIRST)).isTrue();
    }
}
