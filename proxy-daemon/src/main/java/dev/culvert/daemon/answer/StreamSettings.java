package dev.culvert.daemon.answer;

import dev.culvert.daemon.config.TurnSettings;
import java.time.Duration;

/**
 * The settings of one stream, which keeps them until it ends.
 *
 * @param keepalive silence after which the stream says that it still lives
 */
record StreamSettings(TurnSettings turns, Duration keepalive) {}
