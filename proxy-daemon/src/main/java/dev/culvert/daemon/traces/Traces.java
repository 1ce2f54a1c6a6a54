package dev.culvert.daemon.traces;

import dev.culvert.daemon.config.TraceSettings;
import dev.culvert.daemon.http.RequestRecord;
import dev.culvert.daemon.http.TraceContext;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Decides which requests are traced, and hands them on. Called on every event loop. */
public final class Traces implements AutoCloseable {
    private static final HexFormat HEX = HexFormat.of();
    private static final int WHOLE = 100;

    /* W3C's traceparent: 00-TRACE-PARENT-FLAGS. */
    private static final int TRACE = 3;
    private static final int PARENT = 36;
    private static final int FLAGS = 53;

    private final Export export;
    private volatile TraceSettings settings;

    public Traces(TraceSettings settings) {
        this.settings = settings;
        export = new Export(settings);
    }

    /** Takes other settings. */
    public void use(TraceSettings next) {
        settings = next;
        export.use(next);
    }

    public boolean isOn() {
        return settings.endpoint().isPresent();
    }

    /**
     * Gives a request its place in a trace; null if it is not traced. A client that has a trace
     * decides for itself.
     *
     * @param traceParent what the client sent; null if nothing that is valid
     */
    public @Nullable TraceContext begin(@Nullable String traceParent) {
        TraceSettings now = settings;
        if (now.endpoint().isEmpty()) {
            return null;
        }
        if (traceParent == null) {
            boolean isPicked =
                    now.sample() == WHOLE
                            || ThreadLocalRandom.current().nextInt(WHOLE) < now.sample();
            return isPicked ? place(id() + id(), "") : null;
        }
        boolean isSampled = (HexFormat.fromHexDigit(traceParent.charAt(FLAGS + 1)) & 1) == 1;
        return isSampled
                ? place(
                        traceParent.substring(TRACE, PARENT - 1),
                        traceParent.substring(PARENT, FLAGS - 1))
                : null;
    }

    private static TraceContext place(String traceId, String parentId) {
        return new TraceContext(traceId, parentId, id(), id());
    }

    /** Not 0, which W3C forbids. */
    private static String id() {
        return HEX.toHexDigits(ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE));
    }

    /** A request has ended. */
    public void onEnded(RequestRecord request) {
        if (request.trace() != null) {
            export.add(request);
        }
    }

    /** How many requests a collector has taken. */
    public long sent() {
        return export.sent();
    }

    /** How many requests were traced in vain. */
    public long dropped() {
        return export.dropped();
    }

    /** Sends what still waits, for at most two seconds. */
    @Override
    public void close() {
        export.close();
    }
}
