package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.time.Duration;

/**
 * The section {@code turns}: how much of an answer the daemon buffers, and what it remembers of
 * turns.
 *
 * @param maxAnswerBytes text of one answer that is not streamed; a longer one fails
 * @param initialCredit bytes of one turn that the daemon buffers before the agent has to wait
 * @param maxUnsentBytes of one stream that its client has not read, for agents that cannot wait;
 *     beyond them the stream ends
 * @param stallTimeout how long a client may read nothing while data waits for it
 * @param resumeGrace how long a client that has left may resume its turn
 * @param remember how long the daemon stores a turn's end and its {@code Idempotency-Key}
 * @param maxWatchBytes of a turn that may wait for a client that reads along with another one;
 *     beyond them that client misses events
 * @param maxKeys how many keys it stores; then requests with new keys are refused
 * @param maxRemembered how many ended turns without a key it knows: the last ones
 */
public record TurnSettings(
        int maxAnswerBytes,
        int initialCredit,
        int maxUnsentBytes,
        Duration stallTimeout,
        Duration resumeGrace,
        Duration remember,
        int maxWatchBytes,
        int maxKeys,
        int maxRemembered) {
    public static final TurnSettings DEFAULTS =
            new TurnSettings(
                    16 * 1024 * 1024,
                    64 * 1024,
                    1024 * 1024,
                    Duration.ofMinutes(5),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(60),
                    256 * 1024,
                    65_536,
                    4_096);

    public TurnSettings {
        Check.atLeast("max_answer_bytes", maxAnswerBytes, 1);
        Check.atLeast("initial_credit", initialCredit, 1);
        Check.atLeast("max_unsent_bytes", maxUnsentBytes, 1);
        Check.positive("stall_timeout", stallTimeout);
        Check.notNegative("resume_grace", resumeGrace);
        Check.notNegative("remember", remember);
        Check.atLeast("max_watch_bytes", maxWatchBytes, 1);
        Check.atLeast("max_keys", maxKeys, 1);
        Check.atLeast("max_remembered", maxRemembered, 0);
    }

    static TurnSettings read(Section in) {
        return new TurnSettings(
                in.get("max_answer_bytes", Kind.BYTES, DEFAULTS.maxAnswerBytes),
                in.get("initial_credit", Kind.BYTES, DEFAULTS.initialCredit),
                in.get("max_unsent_bytes", Kind.BYTES, DEFAULTS.maxUnsentBytes),
                in.get("stall_timeout", Kind.DURATION, DEFAULTS.stallTimeout),
                in.get("resume_grace", Kind.DURATION, DEFAULTS.resumeGrace),
                in.get("remember", Kind.DURATION, DEFAULTS.remember),
                in.get("max_watch_bytes", Kind.BYTES, DEFAULTS.maxWatchBytes),
                in.get("max_keys", Kind.INT, DEFAULTS.maxKeys),
                in.get("max_remembered", Kind.INT, DEFAULTS.maxRemembered));
    }
}
