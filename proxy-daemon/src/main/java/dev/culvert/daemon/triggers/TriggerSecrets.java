package dev.culvert.daemon.triggers;

import dev.culvert.daemon.config.TriggerSettings;
import dev.culvert.daemon.webhooks.WebhookSignature;
import dev.culvert.settings.LiveSecret;
import dev.culvert.settings.SecretSource;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The secrets of triggers. Each is read again when it is some seconds old, so that strangers who
 * send requests without end do not make the daemon read without end. Blocks; for worker threads.
 */
final class TriggerSecrets {
    private static final Logger LOG = LoggerFactory.getLogger(TriggerRoute.class);
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Of one trigger, by its name: those of triggers that are gone are few. */
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    private final Map<String, String> environment;
    private final LongSupplier nanos;

    TriggerSecrets(Map<String, String> environment, LongSupplier nanos) {
        this.environment = environment;
        this.nanos = nanos;
    }

    /** What checks signatures; null if its secret cannot be read, which the log says. */
    @Nullable WebhookSignature of(TriggerSettings trigger, SecretSource source) {
        return known.compute(
                        trigger.name(),
                        (_, before) ->
                                before != null && before.source.equals(source)
                                        ? before
                                        : new Known(source))
                .signature(trigger.name());
    }

    private final class Known {
        private final SecretSource source;
        private final LiveSecret secret;
        private final Seldom seldom = new Seldom(nanos);
        private @Nullable WebhookSignature last;
        private long read;
        private boolean isRead;

        Known(SecretSource source) {
            this.source = source;
            secret = new LiveSecret(source, environment);
        }

        synchronized @Nullable WebhookSignature signature(String trigger) {
            if (isRead && nanos.getAsLong() - read < FRESH_NANOS) {
                return last;
            }
            last = null;
            try {
                last = new WebhookSignature(secret.text().reveal());
            } catch (IOException | IllegalArgumentException e) {
                if (seldom.take() >= 0) {
                    LOG.warn(
                            "the secret of the trigger {} cannot be used: {}",
                            trigger,
                            e.getMessage());
                }
            }
            isRead = true;
            read = nanos.getAsLong();
            return last;
        }
    }
}
