package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.console.Mode;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How lines of the console run. */
final class ScriptFlags {
    private static final String APPLY = "apply";

    static final class Modes implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return List.of("read", "plan", APPLY).iterator();
        }
    }

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            completionCandidates = Modes.class,
            description =
                    "What lines of the console may do at first: read, plan or apply. Default: plan"
                            + " at a terminal; in a script apply, but plan for agents")
    private @Nullable String mode;

    @Option(
            names = "--dry-run",
            description = "Lines of a script that would change something are shown, not run.")
    private boolean dryRun;

    @Option(
            names = "--yes",
            description = "Lines of a script may take things away, which nobody is asked about.")
    private boolean yes;

    @Option(names = "--keep-going", description = "A script goes on after a line that fails.")
    private boolean keepGoing;

    /** The first of them that was given; empty if none was. */
    String given() {
        return mode != null
                ? "--mode"
                : dryRun ? "--dry-run" : yes ? "--yes" : keepGoing ? "--keep-going" : "";
    }

    boolean isWithoutMode() {
        return mode == null;
    }

    Mode mode(Mode otherwise) throws UsageException {
        return mode == null ? otherwise : Mode.named(mode);
    }

    boolean dryRun() {
        return dryRun;
    }

    boolean yes() {
        return yes;
    }

    boolean keepGoing() {
        return keepGoing;
    }
}
