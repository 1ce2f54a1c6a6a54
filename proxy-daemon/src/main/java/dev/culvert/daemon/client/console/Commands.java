package dev.culvert.daemon.client.console;

import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.output.OutputListener;
import java.util.List;

/** The verbs of {@code culvert}, which run in this process. */
public interface Commands {
    /** What there is; asks the daemon what its operations do. Blocks. */
    Catalogue catalogue();

    /**
     * Runs one, as {@code culvert WORDS} would.
     *
     * @param listener is told what it finds
     * @return the exit code
     */
    int run(Surroundings around, OutputListener listener, List<String> words);
}
