package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.guests.Guest;
import dev.culvert.daemon.client.guests.GuestChoice;
import dev.culvert.daemon.client.guests.GuestJob;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A verb that does something with guests that there are. */
abstract class GuestVerb implements Verb {
    final Session session;

    /** {@code vm} or {@code ct}. */
    final String kind;

    @Mixin final GuestFlags flags = new GuestFlags();

    @Option(
            names = "--server",
            paramLabel = "SERVER",
            description = "Only guests of this Proxmox server of the settings.")
    private @Nullable String server;

    GuestVerb(Session session, String kind) {
        this.session = session;
        this.kind = kind;
    }

    /** As the daemon names it. */
    abstract String action();

    /** Whether something is lost by it. */
    boolean isDestructive() {
        return false;
    }

    /**
     * What goes with it.
     *
     * @param body takes Proxmox's parameters
     */
    void fill(Guest guest, Map<String, Value> body) throws IOException {}

    /** Whether a guest that was picked by a filter needs it: one that runs needs no start. */
    boolean isNeededBy(Guest guest) {
        return true;
    }

    Optional<String> server() {
        return Optional.ofNullable(server);
    }

    GuestChoice choice() throws IOException {
        return GuestChoice.of(session.api(), kind, server());
    }

    boolean isVm() {
        return kind.equals("vm");
    }

    /** Refuses a flag that only virtual machines know, or only containers. */
    final void check(boolean isGiven, String flag, String ofKind) throws UsageException {
        if (isGiven && !kind.equals(ofKind)) {
            throw new UsageException(
                    "%s is for %s alone"
                            .formatted(
                                    flag, ofKind.equals("vm") ? "virtual machines" : "containers"));
        }
    }

    /**
     * Does it with these.
     *
     * @param isPicked whether a filter has picked them, so that the user did not name them
     */
    final int act(List<Guest> guests, boolean isPicked) throws IOException {
        List<GuestJob> jobs = new ArrayList<>();
        List<Guest> hit = new ArrayList<>();
        for (Guest guest : guests) {
            if (isPicked && !isNeededBy(guest)) {
                session.output()
                        .note(
                                "%s is %s already, and is left out"
                                        .formatted(guest.label(), guest.state()));
                continue;
            }
            Map<String, Value> body = new LinkedHashMap<>();
            if (!guest.name().isEmpty()) {
                body.put("expected_name", Value.of(guest.name()));
            }
            fill(guest, body);
            hit.add(guest);
            jobs.add(GuestJob.of(guest, action(), flags.body(body)));
        }
        if (jobs.isEmpty()) {
            session.output().note("no guest is to be changed");
            return flags.run(session, jobs);
        }
        if (!isWanted(hit, isPicked)) {
            session.output().note("nothing was done");
            return ExitCode.FAILED;
        }
        return flags.run(session, jobs);
    }

    private boolean isWanted(List<Guest> guests, boolean isPicked) throws IOException {
        if (asksForTheName()) {
            return flags.isWantedByName(session, action(), guests);
        }
        return !(isDestructive() || isPicked) || flags.isWanted(session, action(), guests);
    }

    boolean asksForTheName() {
        return false;
    }
}
