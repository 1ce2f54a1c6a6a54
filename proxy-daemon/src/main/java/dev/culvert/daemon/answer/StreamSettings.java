package dev.culvert.daemon.answer;

import dev.culvert.daemon.config.TurnSettings;
import java.time.Duration;

/**
 * The settings of one stream, which keeps them until it ends.
 *
 * @param keepalive silence after which the stream says that it still lives
 * @param grace how long the turn goes on after its client has gone
 */
record StreamSettings(TurnSettings turns, Duration keepalive, Duration grace) {}
