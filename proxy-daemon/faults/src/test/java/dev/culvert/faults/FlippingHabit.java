package dev.culvert.faults;

import java.io.IOException;

/** Says "ready" and "draining" in turn, as fast as the daemon reads; at the end "ready". */
final class FlippingHabit implements Habit {
    private static final byte[] BLOCK = Habits.block(heartbeat("draining"), heartbeat("ready"));

    private volatile boolean stopped;

    private static String heartbeat(String status) {
        return "{\"type\":\"heartbeat\",\"id\":\"\",\"payload\":{\"status\":\"%s\",\"uptime_secs\":1}}"
                .formatted(status);
    }

    @Override
    public void onLink(GuestLink link) throws IOException {
        while (link.isOpen() && !stopped) {
            link.write(BLOCK);
        }
        link.write(GuestLink.frame(heartbeat("ready")));
    }

    /** Says "ready" and stops flipping. */
    void stop() {
        stopped = true;
    }
}
