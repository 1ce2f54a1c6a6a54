package dev.culvert.daemon.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What every {@link AgentStore} does that keeps something. */
public interface AgentStoreContract {
    AgentSettings PLAIN =
            new AgentSettings(
                    "a",
                    "default",
                    AgentAddress.parse("vsock://3:1024"),
                    Optional.empty(),
                    List.of());

    /** Has a value in each place where one may be missing. */
    AgentSettings WHOLE =
            new AgentSettings(
                    "b",
                    "acme",
                    AgentAddress.parse("tcp://127.0.0.1:1"),
                    Optional.of("{\"x\": [1, \"\u00e9\"]}"),
                    List.of("ls", "cat *", "two\nlines"));

    /** Empty at the first call of a test. */
    AgentStore store() throws IOException;

    /** The same, as it is after a restart. */
    AgentStore storeAfterARestart() throws IOException;

    @Test
    default void givesBackWhatItWasGivenAlsoAfterARestart() throws IOException {
        assertThat(store().isKept()).isTrue();
        assertThat(store().read()).isEmpty();

        store().save(WHOLE);
        store().save(PLAIN);

        assertThat(store().read()).containsExactly(PLAIN, WHOLE);
        assertThat(storeAfterARestart().read()).containsExactly(PLAIN, WHOLE);
    }

    @Test
    default void keepsEveryKindOfAddress() throws IOException {
        List<AgentSettings> agents =
                Stream.of(
                                "vsock://4294967294:1",
                                "tcp://[::1]:7",
                                "tcp://host.example:7",
                                "unix:///run/a b.sock",
                                "unix:///run/vm.sock?port=1024")
                        .map(AgentAddress::parse)
                        .map(address ->
                                new AgentSettings(
                                        "a" + address.hashCode(),
                                        "default",
                                        address,
                                        Optional.empty(),
                                        List.of()))
                        .toList();
        for (AgentSettings agent : agents) {
            store().save(agent);
        }

        assertThat(store().read()).containsExactlyInAnyOrderElementsOf(agents);
    }

    @Test
    default void theLastOneCounts() throws IOException {
        store().save(WHOLE);
        AgentSettings next =
                new AgentSettings(
                        "b",
                        "other",
                        AgentAddress.parse("tcp://127.0.0.1:2"),
                        Optional.empty(),
                        List.of("cat *"));

        store().save(next);

        assertThat(store().read()).containsExactly(next);
    }

    @Test
    default void whatIsForgottenIsGoneAlsoAfterARestart() throws IOException {
        store().save(WHOLE);
        store().save(PLAIN);

        store().forget("b");
        store().forget("c");

        assertThat(store().read()).containsExactly(PLAIN);
        assertThat(storeAfterARestart().read()).containsExactly(PLAIN);
    }
}
