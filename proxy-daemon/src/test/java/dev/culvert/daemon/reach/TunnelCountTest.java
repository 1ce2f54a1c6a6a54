package dev.culvert.daemon.reach;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.ReachSettings;
import dev.culvert.daemon.reach.TunnelCount.Place;
import dev.culvert.daemon.reach.TunnelObserver.Side;
import dev.culvert.tunnel.TunnelRefusal;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TunnelCountTest {
    private static final Place TO_A = new Place("a", "t", Side.HOST);
    private static final Place FROM_A = new Place("a", "t", Side.GUEST);

    private final TunnelCount count = new TunnelCount();

    private static ReachSettings limits(int all, int ofAgent) {
        return new ReachSettings(List.of(), List.of(), all, ofAgent, Duration.ofSeconds(1));
    }

    private int enterUntilRefused(Place place, ReachSettings limits) {
        int entered = 0;
        while (count.enter(place, limits) == null) {
            entered++;
        }
        return entered;
    }

    private String refusal(Place place, ReachSettings limits) {
        @Nullable TunnelRefusal refusal = count.enter(place, limits);
        return refusal == null ? "" : refusal.sentence();
    }

    @Test
    void clientsOfAnAgentLeaveRoomForTheAgent() {
        ReachSettings limits = limits(100, 8);

        assertThat(enterUntilRefused(TO_A, limits)).isEqualTo(6);
        assertThat(refusal(TO_A, limits))
                .isEqualTo(
                        "6 tunnels to the agent a are open: the rest of reach.max_agent_tunnels is for those that the agent opens.");
        assertThat(enterUntilRefused(FROM_A, limits)).isEqualTo(2);
        assertThat(refusal(FROM_A, limits)).contains("has 8 tunnels open, the most that may be");
    }

    @Test
    void anAgentLeavesRoomForItsClients() {
        ReachSettings limits = limits(100, 8);

        assertThat(enterUntilRefused(FROM_A, limits)).isEqualTo(6);
        assertThat(refusal(FROM_A, limits)).contains("The agent a has opened 6 tunnels");
        assertThat(enterUntilRefused(TO_A, limits)).isEqualTo(2);
    }

    @Test
    void aTenantLeavesRoomForOthers() {
        ReachSettings limits = limits(8, 100);

        assertThat(enterUntilRefused(TO_A, limits)).isEqualTo(6);
        assertThat(refusal(new Place("b", "t", Side.GUEST), limits))
                .contains("The agents of the tenant t have 6 tunnels open");
        assertThat(enterUntilRefused(new Place("c", "other", Side.HOST), limits)).isEqualTo(2);
        assertThat(refusal(new Place("c", "other", Side.HOST), limits))
                .contains("(reach.max_tunnels)");
    }

    /** An agent that is added again has the tunnels that it had before. */
    @Test
    void tunnelsAreCountedByTheNameOfTheAgent() {
        ReachSettings limits = limits(100, 1);
        assertThat(count.enter(new Place("a", "t", Side.HOST), limits)).isNull();

        assertThat(refusal(new Place("a", "other", Side.HOST), limits)).isNotEmpty();

        count.leave(new Place("a", "t", Side.HOST));
        assertThat(count.enter(new Place("a", "other", Side.HOST), limits)).isNull();
        assertThat(count.count()).isEqualTo(1);
    }
}
