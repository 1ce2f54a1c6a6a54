package dev.culvert.faults;

import dev.culvert.testing.VmMonitor;
import dev.culvert.testing.VmMonitor.HostSees;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * A guest, and its address.
 *
 * @param address in the settings of the daemon, or where the guest dials in
 * @param monitor of the guest's VM, if it has one
 */
record Agent(Program guest, String address, Optional<VmMonitor> monitor) {

    /** Stops the guest and its VM for a while. */
    void pause(Duration time) throws IOException {
        whilePaused(() -> Pause.of(time));
    }

    /** Pauses the VM for a while and takes a snapshot. */
    void snapshot(HostSees hostSees, Duration time) throws IOException {
        whilePaused(() -> {
            vm().snapshot(hostSees);
            Pause.of(time);
        });
    }

    /** Takes all free connections of the VM for a while. */
    void crowd(Duration time) throws IOException {
        try (var _ = new Crowd(vm())) {
            Pause.of(time);
        }
    }

    private VmMonitor vm() {
        return monitor.orElseThrow();
    }

    private void whilePaused(Runnable deed) throws IOException {
        monitor.ifPresent(VmMonitor::pause);
        guest.signal("STOP");
        try {
            deed.run();
        } finally {
            guest.signal("CONT");
            monitor.ifPresent(VmMonitor::resume);
        }
    }
}
