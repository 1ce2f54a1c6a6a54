package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.time.Duration;

/**
 * The section {@code timeouts}: how long an agent may take.
 *
 * @param message between two frames of an answer, so long answers are not cut
 * @param messageDeadline for a whole answer; zero is no deadline
 * @param config to confirm a configuration or a context
 * @param ping to answer a ping
 * @param drain for streams to end when the daemon stops
 */
public record TimeoutSettings(
        Duration message,
        Duration messageDeadline,
        Duration config,
        Duration ping,
        Duration drain) {

    public static final TimeoutSettings DEFAULTS =
            new TimeoutSettings(
                    Duration.ofSeconds(60),
                    Duration.ZERO,
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(30));

    public TimeoutSettings {
        Check.positive("message", message);
        Check.notNegative("message_deadline", messageDeadline);
        Check.positive("config", config);
        Check.positive("ping", ping);
        Check.notNegative("drain", drain);
    }

    static TimeoutSettings read(Section in) {
        return new TimeoutSettings(
                in.get("message", Kind.DURATION, DEFAULTS.message),
                in.get("message_deadline", Kind.DURATION, DEFAULTS.messageDeadline),
                in.get("config", Kind.DURATION, DEFAULTS.config),
                in.get("ping", Kind.DURATION, DEFAULTS.ping),
                in.get("drain", Kind.DURATION, DEFAULTS.drain));
    }
}
