package dev.culvert.daemon.client.console;

import java.util.List;
import java.util.stream.Stream;

/** What a line is. */
sealed interface Line {
    /** Nothing, or a comment. */
    record Nothing() implements Line {}

    /** For the agent in use. */
    record Say(String text) implements Line {}

    /** For the shell. */
    record Shell(String command) implements Line {}

    /**
     * A command of the console itself.
     *
     * @param rest what comes after its name, as it was typed
     */
    record Own(OwnCommand command, String rest) implements Line {}

    /**
     * A verb.
     *
     * @param rest the words after those of the verb
     */
    record Run(Entry entry, List<String> rest) implements Line {
        List<String> words() {
            return Stream.concat(Stream.of(entry.words().split(" ", -1)), rest.stream()).toList();
        }
    }

    /** It cannot be understood; the sentence says why. */
    record Wrong(String sentence) implements Line {}
}
