package dev.culvert.daemon.inventory;

import dev.culvert.daemon.inventory.ServerStatus.State;
import dev.culvert.io.Quoted;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes to the log what a poll has found that was otherwise before. */
final class PollLog {
    private static final Logger LOG = LoggerFactory.getLogger(Inventory.class);

    private PollLog() {}

    static void tell(View before, Poll.Found found) {
        View now = found.view();
        if (before.status().state() != State.OK) {
            LOG.info(
                    "Proxmox {} answers: version {}, {} nodes, {} guests",
                    now.status().name(),
                    now.status().version(),
                    now.all(Kind.NODE).size(),
                    now.all(Kind.GUEST).size());
        }
        if (!now.status().notes().equals(before.status().notes())
                && !now.status().notes().isEmpty()) {
            LOG.warn(
                    "Proxmox {}: not everything can be read: {}",
                    now.status().name(),
                    now.status().notes());
        }
        for (Change change : found.changes()) {
            LOG.info(
                    "Proxmox {}: {}: {}: {} → {}",
                    now.status().name(),
                    Quoted.word(change.subject()),
                    change.what(),
                    change.from().isEmpty() ? "-" : change.from(),
                    change.to().isEmpty() ? "-" : change.to());
        }
    }
}
