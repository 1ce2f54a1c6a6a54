package dev.culvert.infra;

import dev.culvert.infra.Change.Step;
import java.io.IOException;
import java.util.Optional;

/** Says of a step of which nobody knows the end whether it has happened. */
public final class Happened {
    private static final String LOCK = "lock";

    private Happened() {}

    /** False also if it cannot be seen: then the step may be made again. */
    public static boolean is(Change change, Step step, Reality reality) throws IOException {
        Optional<Observed> guest = reality.guest(change.id());
        return switch (step.action()) {
            case "create", "clone" ->
                    guest.filter(it -> it.name().equals(change.name()) && !isLocked(it))
                            .isPresent();
            case "destroy" -> guest.isEmpty();
            case "start" -> guest.filter(Observed::isRunning).isPresent();
            case "stop", "shutdown" -> guest.filter(Observed::isRunning).isEmpty();
            case "migrate" ->
                    guest.filter(it -> it.node().equals(step.body().text("target")))
                            .filter(it -> !isLocked(it))
                            .isPresent();
            default -> false;
        };
    }

    /** Whether a task of Proxmox works on it. */
    public static boolean isLocked(Observed guest) {
        return guest.config().containsKey(LOCK);
    }
}
