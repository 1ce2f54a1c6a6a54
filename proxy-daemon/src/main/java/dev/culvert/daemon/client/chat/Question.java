package dev.culvert.daemon.client.chat;

import java.util.List;

/**
 * Something that needs confirming. All texts are quoted.
 *
 * @param what would be done
 * @param why it needs confirming
 * @param change of a file, as {@link Diff} has it; may be empty
 * @param always what "always" would mean
 */
record Question(String what, String why, List<String> change, String always) {
    Question {
        change = List.copyOf(change);
    }
}
