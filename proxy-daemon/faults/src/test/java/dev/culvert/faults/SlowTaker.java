package dev.culvert.faults;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Takes large messages in parts: a little at a time, or a first piece and nothing more. */
final class SlowTaker implements Habit {
    private static final int PIECE_BYTES = 64 * 1024;
    private static final int PAUSE_MILLIS = 20;

    private final boolean takesAll;
    private final AtomicLong taken = new AtomicLong();

    /** How much of each message is still to come. */
    private final Map<String, AtomicLong> missing = new ConcurrentHashMap<>();

    SlowTaker(boolean takesAll) {
        this.takesAll = takesAll;
    }

    /** The bytes of all parts so far. */
    long takenBytes() {
        return taken.get();
    }

    @Override
    public void onLink(GuestLink link) throws IOException {
        link.send(
                "heartbeat",
                "",
                "{\"status\":\"ready\",\"uptime_secs\":1,\"protocol\":\"1.1\",\"features\":[\"credit\",\"cancel\",\"parts\"],\"instance\":\"slow\"}");
    }

    @Override
    public void onParts(GuestLink link, String id, long bytes) {
        missing.put(id, new AtomicLong(bytes));
        Thread.ofVirtual().name("credit").start(() -> grant(link, id, bytes));
    }

    private void grant(GuestLink link, String id, long bytes) {
        try {
            long granted = 0;
            while (granted < bytes && (takesAll || granted == 0) && link.isOpen()) {
                link.send("credit", id, "{\"bytes\":" + PIECE_BYTES + "}");
                granted += PIECE_BYTES;
                Pause.ofMillis(PAUSE_MILLIS);
            }
        } catch (IOException _) {
            // The link is closed.
        }
    }

    @Override
    public void onPart(GuestLink link, String id, int bytes) throws IOException {
        taken.addAndGet(bytes);
        AtomicLong left = missing.get(id);
        if (left != null && left.addAndGet(-bytes) == 0) {
            missing.remove(id);
            onMessage(link, id);
        }
    }

    @Override
    public void onCancel(GuestLink link, String id) throws IOException {
        if (missing.remove(id) != null) {
            link.send("error", id, "{\"code\":\"cancelled\",\"message\":\"as you wish\"}");
        }
    }
}
