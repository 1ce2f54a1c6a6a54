package dev.culvert.settings;

import dev.culvert.settings.SecretSource.FromCommand;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A secret in use, which may change while it is: a file or a credential is read each time, and a
 * command runs again when its output is too old. Blocks, so it is not for event loops; safe for all
 * other threads.
 */
public final class LiveSecret {
    private static final Logger LOG = LoggerFactory.getLogger(LiveSecret.class);

    /** After this, a command that failed is tried again, if its ttl is not shorter. */
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final SecretSource source;
    private final SecretReader reader;
    private final LongSupplier nanos;
    private @Nullable SecretText last;
    private long until;

    /**
     * @param environment of the daemon
     */
    public LiveSecret(SecretSource source, Map<String, String> environment) {
        this(source, new SecretReader(environment), System::nanoTime);
    }

    LiveSecret(SecretSource source, SecretReader reader, LongSupplier nanos) {
        this.source = source;
        this.reader = reader;
        this.nanos = nanos;
    }

    /**
     * What the source says now. A command that fails leaves what it said before in force.
     *
     * @throws IOException one sentence without the secret, when there is none
     */
    public synchronized SecretText text() throws IOException {
        if (!(source instanceof FromCommand command)) {
            return reader.read(source);
        }
        if (last != null && nanos.getAsLong() - until < 0) {
            return last;
        }
        Duration age = command.ttl();
        try {
            last = reader.read(source);
        } catch (IOException e) {
            if (last == null) {
                throw e;
            }
            LOG.warn("{}; the secret that it gave before remains in force", e.getMessage());
            age = age.compareTo(PAUSE) < 0 ? age : PAUSE;
        }
        until = nanos.getAsLong() + age.toNanos();
        return last;
    }

    @Override
    public String toString() {
        return source.toString();
    }
}
