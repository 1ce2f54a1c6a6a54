package dev.culvert.daemon.client.doctor;

import dev.culvert.daemon.client.host.Outcome;
import java.util.List;

/** Whether somebody sets the clock. */
final class ClockInspection implements Inspection {
    @Override
    public String name() {
        return "clock";
    }

    @Override
    public List<Finding> inspect(Site site) {
        Outcome shown =
                site.host()
                        .run(
                                List.of(
                                        "timedatectl",
                                        "show",
                                        "--property=NTPSynchronized",
                                        "--value"));
        return List.of(
                switch (shown.out().strip()) {
                    case "yes" -> Finding.ok("the clock is synchronised");
                    case "no" ->
                            Finding.warning(
                                    "the clock is not synchronised",
                                    "tokens and certificates expire too early or too late, and log"
                                            + " lines of hosts and guests do not match",
                                    "run a time service, such as systemd-timesyncd: timedatectl"
                                            + " set-ntp true");
                    default ->
                            Finding.skipped("timedatectl does not say whether the clock is right");
                });
    }
}
