package dev.culvert.daemon.config;

import dev.culvert.config.Check;
import dev.culvert.config.Kind;
import dev.culvert.config.Section;

/**
 * The section {@code turns}: how much of an answer the daemon holds.
 *
 * @param maxAnswerBytes text of one answer that is not streamed; a longer one fails
 * @param maxUnsentBytes of one stream that wait for a client that does not read; past them the
 *     stream ends
 */
public record TurnSettings(int maxAnswerBytes, int maxUnsentBytes) {
    public static final TurnSettings DEFAULTS = new TurnSettings(16 * 1024 * 1024, 1024 * 1024);

    public TurnSettings {
        Check.atLeast("max_answer_bytes", maxAnswerBytes, 1);
        Check.atLeast("max_unsent_bytes", maxUnsentBytes, 1);
    }

    static TurnSettings read(Section in) {
        return new TurnSettings(
                in.get("max_answer_bytes", Kind.BYTES, DEFAULTS.maxAnswerBytes),
                in.get("max_unsent_bytes", Kind.BYTES, DEFAULTS.maxUnsentBytes));
    }
}
