package dev.culvert.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.guest.config.RuntimeTimeouts;
import org.junit.jupiter.api.Test;

/**
 * Which of two time-outs comes first, where daemon and agent each have one for the same silence.
 */
class TimeOutOrderTest {

    @Test
    void theAgentGivesUpItsRuntimeBeforeTheDaemonGivesUpTheAgent() {
        RuntimeTimeouts agent = RuntimeTimeouts.DEFAULTS;

        // Where the runtime's name has two addresses, it connects twice.
        assertThat(agent.connect().multipliedBy(2).plus(agent.idle()))
                .isLessThan(TimeoutSettings.DEFAULTS.message());
    }
}
