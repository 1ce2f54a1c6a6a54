package dev.culvert.daemon.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.config.FleetSettings;
import dev.culvert.road.TestRoads;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A fleet whose store hangs. */
@Timeout(60)
class FleetStoreTest {
    private static final String PAYLOAD = "{\"config\":{},\"tool_allowlist\":[]}";

    private final HangingStore store = new HangingStore();
    private final Fleet fleet = new Fleet(store, () -> FleetSettings.DEFAULTS, TestRoads::unused);
    private final AgentSource file = fleet.source(AgentSource.FILE);

    @Test
    void aConfigurationThatCannotBeWrittenYetHoldsUpNobodyElse() throws Exception {
        file.replace(List.of(agent("a", 1), agent("b", 2), agent("c", 3)));
        CompletableFuture<@Nullable Desired> hanging = desire("a");
        store.entered.await();

        assertThat(fleet.source(AgentSource.API).put(agent("x", 4))).isTrue();
        fleet.remove("b");
        file.replace(List.of(agent("a", 1), agent("d", 5)));
        assertThat(fleet.desire(find("x"), PAYLOAD)).isEqualTo(new Desired(1, PAYLOAD));

        assertThat(hanging).isNotDone();
        assertThat(find("a").desired()).isNull();
        store.disk.countDown();
        assertThat(hanging.get()).isEqualTo(new Desired(1, PAYLOAD));
        assertThat(find("a").desired()).isEqualTo(new Desired(1, PAYLOAD));
    }

    @Test
    void anAgentThatGoesMeanwhileWantsNothing() throws Exception {
        file.replace(List.of(agent("a", 1)));
        CompletableFuture<@Nullable Desired> hanging = desire("a");
        store.entered.await();

        file.replace(List.of());
        store.disk.countDown();

        assertThat(hanging.get()).isNull();
    }

    @Test
    void whatAReloadWantsMeanwhileIsNewer() throws Exception {
        file.replace(List.of(agent("a", 1)));
        CompletableFuture<@Nullable Desired> hanging = desire("a");
        store.entered.await();
        AgentSettings next =
                new AgentSettings(
                        "a", "t", address(1), Optional.of("{\"of\":\"the file\"}"), List.of());

        file.replace(List.of(next));
        store.disk.countDown();
        hanging.get();

        assertThat(find("a").desired())
                .isEqualTo(
                        new Desired(2, "{\"config\":{\"of\":\"the file\"},\"tool_allowlist\":[]}"));
    }

    private CompletableFuture<@Nullable Desired> desire(String id) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return fleet.desire(find(id), PAYLOAD);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private Agent find(String id) {
        Agent agent = fleet.find(id);
        if (agent == null) {
            throw new AssertionError("there is no agent " + id);
        }
        return agent;
    }

    private static AgentSettings agent(String id, int port) {
        return new AgentSettings(id, "t", address(port), Optional.empty(), List.of());
    }

    private static AgentAddress address(int port) {
        return AgentAddress.parse("tcp://127.0.0.1:" + port);
    }

    /** Its disk does not answer for agent {@code a}. */
    private static final class HangingStore implements DesiredStore {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch disk = new CountDownLatch(1);

        @Override
        public boolean isKept() {
            return true;
        }

        @Override
        public boolean mayHold(String agentId) {
            return true;
        }

        @Override
        public @Nullable Desired load(String agentId, String inSettings) {
            return null;
        }

        @Override
        public void save(String agentId, String inSettings, Desired desired) throws IOException {
            if (agentId.equals("a")) {
                entered.countDown();
                try {
                    disk.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        }

        @Override
        public void forget(String agentId) {}
    }
}
