package dev.culvert.frame;

import dev.culvert.json.JsonScanner;
import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.Nullable;

/**
 * The ids that one thread has read or written last: a turn has thousands of frames with the same
 * id, and each gets the same string. Belongs to that thread.
 */
/* Reading a frame of a 40-byte chunk so allocates 128 bytes instead of 200 and takes 0.98 of the time
 * (FrameBenchmark's scan, with -prof gc). */
final class KnownIds {
    private static final int SLOTS = 1024;

    private static final FastThreadLocal<KnownIds> HERE =
            new FastThreadLocal<>() {
                @Override
                protected KnownIds initialValue() {
                    return new KnownIds();
                }
            };

    private final @Nullable String[] slots = new @Nullable String[SLOTS];

    static KnownIds here() {
        return HERE.get();
    }

    /** The string that {@code text} has skipped, if it is known and plain ASCII; else null. */
    @Nullable String find(JsonScanner text) {
        String id = slots[text.textHash() & (SLOTS - 1)];
        return id != null && !text.isTextEscaped() && text.isText(id) ? id : null;
    }

    /** Remembers an id. One that is not plain ASCII is never found. */
    void add(String id) {
        slots[id.hashCode() & (SLOTS - 1)] = id;
    }
}
