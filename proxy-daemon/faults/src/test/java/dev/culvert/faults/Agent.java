package dev.culvert.faults;

import dev.culvert.testing.VmMonitor;
import dev.culvert.testing.VmMonitor.HostSees;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * A guest, and how it is reached.
 *
 * @param address as the daemon is told
 * @param monitor of the VM that it is in
 */
record Agent(Program guest, String address, Optional<VmMonitor> monitor) {

    /** It does nothing for a while, nor does its VM. */
    void pause(Duration time) throws IOException {
        whilePaused(() -> Pause.of(time));
    }

    /** Its VM is paused for a while, and a snapshot is taken. */
    void snapshot(HostSees hostSees, Duration time) throws IOException {
        whilePaused(() -> {
            vm().snapshot(hostSees);
            Pause.of(time);
        });
    }

    /** Others have all connections of its VM that were left, for a while. */
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
