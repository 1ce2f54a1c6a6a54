package dev.culvert.daemon.flows;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.FlowSettings;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What all runs work with.
 *
 * @param again a caller with its rights of now; null if it is not let in any more
 */
record RunMeans(
        Journal journal,
        Supplier<FlowSettings> settings,
        InstantSource clock,
        FlowObserver observer,
        UnaryOperator<@Nullable String> env,
        UnaryOperator<@Nullable Caller> again) {
    Instant now() {
        return clock.instant();
    }
}
