package dev.culvert.daemon;

import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** A daemon with two event loops, and a guest that dials it. */
record JoinedPair(TestDaemon daemon, Guest guest, AtomicBoolean stopped)
        implements TunnelContract.Pair {
    /**
     * @param url where the guest dials the daemon
     */
    static JoinedPair start(
            String ofDaemon, String ofGuest, Path folder, Function<TestDaemon, String> url)
            throws Exception {
        TestDaemon daemon = TestDaemon.start("{%s \"event_loops\": 2}".formatted(ofDaemon));
        String text =
                """
                {"join": "%s", "join_token": "%s", "state_dir": "%s", "runtime": "echo", %s "drain": "0s"}
                """
                        .formatted(
                                url.apply(daemon), JoinedGuest.token(daemon, "a"), folder, ofGuest);
        Guest guest =
                Guest.start(
                        Settings.read(List.of(Layer.text("guest", text)), GuestSettings::read)
                                .value(),
                        Systemd.ABSENT);
        daemon.awaitState("a", "ready");
        return new JoinedPair(daemon, guest, new AtomicBoolean());
    }

    @Override
    public void stopGuest() {
        if (stopped.compareAndSet(false, true)) {
            guest.close();
        }
    }

    @Override
    public void close() {
        stopGuest();
        daemon.close();
    }
}
