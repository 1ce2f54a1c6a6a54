package dev.culvert.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.FrameType;
import dev.culvert.testing.Eventually;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A link and a guest that knows the base protocol only, whichever of them dials. */
class BasePeerTest {
    enum Road {
        HOST_DIALS_TCP,
        HOST_DIALS_UNIX,
        GUEST_DIALS_TCP,
        GUEST_DIALS_UNIX
    }

    @TempDir Path directory;
    private final Host host = new Host();
    private final List<AutoCloseable> peers = new ArrayList<>();
    private final ScriptedListener listener = new ScriptedListener();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable peer : peers) {
            peer.close();
        }
        host.close();
    }

    @ParameterizedTest
    @EnumSource
    void aMessageIsAnsweredInChunksAndHeartbeatsBetweenThemAreNoAnswer(Road road)
            throws IOException {
        AgentLink link = link(road, BasePeer.GUEST);

        host.open(link, Host.message("m1", "hello"), listener);

        Eventually.await(() -> assertThat(listener.ends()).containsExactly("done"));
        assertThat(listener.replies())
                .containsExactly(
                        "{\"content\":\"you said \",\"done\":false}",
                        "{\"content\":\"hello\",\"done\":true}");
        assertThat(host.observer().lines())
                .contains("heartbeat ready", "heartbeat running", "ended done");
    }

    @ParameterizedTest
    @EnumSource(names = {"HOST_DIALS_TCP", "GUEST_DIALS_UNIX"})
    void contextAndConfigurationAreAcknowledgedAndAPingIsAnswered(Road road) throws IOException {
        AgentLink link = link(road, BasePeer.GUEST);
        List<ScriptedListener> listeners = new ArrayList<>();
        for (FrameType type :
                List.of(FrameType.CONTEXT_UPDATE, FrameType.CONFIG_UPDATE, FrameType.PING)) {
            ScriptedListener each = new ScriptedListener();
            listeners.add(each);
            host.open(link, Host.request(type, type.wireName(), "{}"), each);
        }

        for (ScriptedListener each : listeners) {
            Eventually.await(() -> assertThat(each.ends()).containsExactly("done"));
        }
        assertThat(host.observer().count("ended done")).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource(names = {"HOST_DIALS_UNIX", "GUEST_DIALS_TCP"})
    void aBlockedToolAndAnErrorAreFailuresOfTheirExchangesAlone(Road road) throws IOException {
        AgentLink link = link(road, BasePeer.GUEST);
        ScriptedListener blocked = new ScriptedListener();
        ScriptedListener failed = new ScriptedListener();

        host.open(link, Host.message("m1", "use rm"), blocked);
        host.open(link, Host.message("m2", "fail"), failed);
        host.open(link, Host.message("m3", "hello"), listener);

        Eventually.await(() -> assertThat(listener.ends()).containsExactly("done"));
        assertThat(blocked.failure()).isEqualTo(new Failure.ToolBlocked("rm", "no"));
        assertThat(failed.failure()).isEqualTo(new Failure.AgentError("runtime_error", "it broke"));
    }

    @ParameterizedTest
    @EnumSource
    void aRequestArrivesAsTheBytesThatWereSent(Road road) throws IOException {
        List<String> requests = new CopyOnWriteArrayList<>();
        AgentLink link =
                link(
                        road,
                        connection -> {
                            String request = String.valueOf(connection.read());
                            requests.add(request);
                            connection.answer(request);
                            connection.read();
                        });
        String payload = "{ \"context\" : [1.0e2, \"\\u00e9\u00e9\", {\"a\":1,\"a\":2}] }";

        host.open(link, Host.request(FrameType.CONTEXT_UPDATE, "c\"1", payload), listener);
        Eventually.await(() -> assertThat(requests).hasSize(1));

        assertThat(requests)
                .containsExactly(
                        "{\"type\":\"context_update\",\"id\":\"c\\\"1\",\"payload\":"
                                + payload
                                + "}");
    }

    @ParameterizedTest
    @EnumSource
    void aPeerThatSaysNothingOfItselfIsABasePeer(Road road) throws IOException {
        AgentLink link = link(road, BasePeer.GUEST);

        Eventually.await(() -> assertThat(host.call(link::heartbeat).status()).isEqualTo("ready"));

        assertThat(host.call(link::heartbeat))
                .isEqualTo(
                        new Heartbeat(
                                "ready", 3, "1.0", Set.of(), "", List.of(), "", -1, "", "", "",
                                List.of(), null));
    }

    private AgentLink link(Road road, BasePeer.Script script) throws IOException {
        String path = directory.resolve("s").toString();
        AgentAddress unix = AgentAddress.parse("unix://" + path);
        return switch (road) {
            case HOST_DIALS_TCP -> host.dial(add(BasePeer.listenOnTcp(script)).address());
            case HOST_DIALS_UNIX ->
                    host.dial(add(BasePeer.listenOnUnix(path, unix, script)).address());
            case GUEST_DIALS_TCP -> accept(AgentAddress.parse("tcp://127.0.0.1:0"), script);
            case GUEST_DIALS_UNIX -> accept(unix, script);
        };
    }

    private AgentLink accept(AgentAddress address, BasePeer.Script script) throws IOException {
        add(BasePeer.dial(host.listen(address), script));
        Eventually.await(() -> assertThat(host.observer().links()).hasSize(1));
        return host.observer().links().getFirst();
    }

    private BasePeer add(BasePeer peer) {
        peers.add(peer);
        return peer;
    }
}
