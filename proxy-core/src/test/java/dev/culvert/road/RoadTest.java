package dev.culvert.road;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.link.AgentLink;
import dev.culvert.link.DialListener;
import dev.culvert.link.EmbeddedLink;
import dev.culvert.link.Failure;
import dev.culvert.link.Lane;
import dev.culvert.link.LinkObserver;
import dev.culvert.transport.AgentAddress;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The road to an agent that is dialled, without sockets. */
class RoadTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<EmbeddedLink> links = List.of(link(), link(), link());
    private final Deque<EmbeddedLink> dialled = new ArrayDeque<>(links);
    private final List<AgentLink> given = new ArrayList<>();
    private final TestRoads roads =
            new TestRoads(
                    channel.eventLoop(), (_, listener) -> listener.onLink(dialled.remove().link()));
    private final Road road = roads.to(AgentAddress.parse("tcp://127.0.0.1:1"));
    private final DialListener listener =
            new DialListener() {
                @Override
                public void onLink(AgentLink link) {
                    given.add(link);
                }

                @Override
                public void onFailure(Failure failure) {
                    throw new AssertionError(failure.message());
                }
            };

    private static EmbeddedLink link() {
        return new EmbeddedLink(EmbeddedLink.UNWATCHED, LinkObserver.NONE);
    }

    @AfterEach
    void close() {
        links.forEach(EmbeddedLink::close);
        channel.finishAndReleaseAll();
    }

    @Test
    void requestsShareALinkOnEachLaneAndTheHomeLinkIsAnother() {
        road.link(channel.eventLoop(), Lane.FIRST, listener);
        road.link(channel.eventLoop(), Lane.FIRST, listener);
        road.link(channel.eventLoop(), Lane.SECOND, listener);
        road.homeLink(channel.eventLoop(), listener);

        assertThat(given).hasSize(4);
        assertThat(given.get(0)).isSameAs(given.get(1)).isNotSameAs(given.get(2));
        assertThat(given.get(3)).isNotIn(given.subList(0, 3));
        assertThat(road.openLinks()).isEqualTo(3);
    }

    @Test
    void closingItClosesWhatIsSharedAndForgetsTheShare() {
        road.link(channel.eventLoop(), Lane.FIRST, listener);
        road.homeLink(channel.eventLoop(), listener);
        var share = road.share();
        assertThat(road.share()).isSameAs(share);

        road.close("the agent was removed");
        channel.runPendingTasks();

        assertThat(given.get(0).isOpen()).isFalse();
        assertThat(given.get(1).isOpen()).isTrue();
        assertThat(road.openLinks()).isEqualTo(1);
        assertThat(road.share()).isNotSameAs(share);
    }

    @Test
    void saysWhereTheAgentIs() {
        assertThat(road).hasToString("tcp://127.0.0.1:1");
    }
}
