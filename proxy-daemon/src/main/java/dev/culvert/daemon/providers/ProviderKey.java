package dev.culvert.daemon.providers;

import dev.culvert.io.Workers;
import dev.culvert.settings.LiveSecret;
import dev.culvert.settings.SecretSource;
import dev.culvert.settings.SecretText;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The key of one provider. It is read again when it is some seconds old, so that a key that is
 * replaced is used without a reload. Safe for all event loops.
 */
final class ProviderKey {
    private static final long FRESH_NANOS = Duration.ofSeconds(5).toNanos();

    /** Gets the key, or a sentence that says why there is none. */
    interface Listener {
        void onKey(SecretText key);

        void onNoKey(String why);
    }

    private record Read(SecretText text, long nanos) {}

    private final LiveSecret secret;
    private final Workers workers;
    private volatile @Nullable Read last;

    /**
     * @param workers read files
     */
    ProviderKey(SecretSource source, Map<String, String> environment, Workers workers) {
        secret = new LiveSecret(source, environment);
        this.workers = workers;
    }

    /** Tells the listener now, or later on {@code loop}, which calls this. */
    void take(EventLoop loop, Listener listener) {
        Read known = last;
        if (known != null && System.nanoTime() - known.nanos() < FRESH_NANOS) {
            listener.onKey(known.text());
            return;
        }
        try {
            workers.execute(loop, () -> read(loop, listener));
        } catch (RejectedExecutionException _) {
            listener.onNoKey("too much waits for the daemon's disk, which may hang");
        }
    }

    private void read(EventLoop loop, Listener listener) {
        Runnable told;
        try {
            SecretText text = secret.text();
            last = new Read(text, System.nanoTime());
            told = () -> listener.onKey(text);
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            told = () -> listener.onNoKey(why);
        }
        if (!loop.isShuttingDown()) {
            loop.execute(told);
        }
    }
}
