package dev.culvert.daemon.client.workbench;

import dev.culvert.value.Value;
import java.util.List;
import java.util.function.Consumer;

/** Runs verbs of {@code culvert} in this process, for nobody at a terminal. */
public interface VerbRunner {
    /**
     * What a verb said.
     *
     * @param code its exit code
     * @param result the last that it found, whatever it printed; nothing if it found nothing
     * @param printed on stdout
     * @param said on stderr
     */
    record Ran(int code, Value result, String printed, String said) {}

    /**
     * Runs one, as {@code culvert WORDS} would. An interrupt of the thread stops it.
     *
     * @param listener is told each line that it says on stderr, when it says it
     */
    Ran run(List<String> words, Consumer<String> listener);
}
