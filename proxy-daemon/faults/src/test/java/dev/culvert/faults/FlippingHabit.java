package dev.culvert.faults;

import java.io.IOException;

/** Says in turn that it is ready and that it drains, as fast as that is taken; ready at last. */
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

    /** From now on it is ready. */
    void stop() {
        stopped = true;
    }
}
