package dev.culvert.daemon;

import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import dev.culvert.transport.AgentAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/** A guest that listens, and a daemon that dials it. */
record DialledPair(TestDaemon daemon, Guest guest, AtomicBoolean stopped)
        implements TunnelContract.Pair {
    /**
     * @param road how the daemon reaches the guest that listens there
     */
    static DialledPair start(String ofDaemon, String ofGuest, UnaryOperator<AgentAddress> road)
            throws Exception {
        String text =
                """
                {"listen": "tcp://127.0.0.1:0", "runtime": "echo", %s "drain": "0s"}
                """
                        .formatted(ofGuest);
        Guest guest =
                Guest.start(
                        Settings.read(List.of(Layer.text("guest", text)), GuestSettings::read)
                                .value(),
                        Systemd.ABSENT);
        TestDaemon daemon =
                TestDaemon.start(
                        "{%s\"agents\": [{\"id\": \"a\", \"address\": \"%s\"}]}"
                                .formatted(ofDaemon, road.apply(guest.address())));
        daemon.awaitState("a", "ready");
        return new DialledPair(daemon, guest, new AtomicBoolean());
    }

    @Override
    public void stopGuest() {
        if (stopped.compareAndSet(false, true)) {
            guest.close();
        }
    }

    @Override
    public void close() {
        daemon.close();
        stopGuest();
    }
}
