package dev.culvert.daemon.sshtunnels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.sshtunnels.SshTunnelStore.Kept;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What every {@link SshTunnelStore} does. */
public interface SshTunnelStoreContract {
    Instant THEN = Instant.parse("2026-11-30T12:00:00.123456Z");
    Kept OF_CLIENT = new Kept("a", true, THEN, Optional.of("{\"name\": \"ä\"}"));
    Kept OF_SETTINGS = new Kept("b", false, THEN, Optional.empty());

    /** Empty at the first call of a test. */
    SshTunnelStore store() throws IOException;

    @Test
    default void givesBackWhatIsWantedByName() throws IOException {
        assertThat(store().read()).isEmpty();

        store().save(OF_SETTINGS);
        store().save(OF_CLIENT);

        assertThat(store().read()).containsExactly(OF_CLIENT, OF_SETTINGS);
    }

    @Test
    default void replacesAndForgets() throws IOException {
        store().save(OF_CLIENT);
        store().save(OF_SETTINGS);
        Kept later = new Kept("a", false, THEN.plusSeconds(1), OF_CLIENT.json());

        store().save(later);
        store().forget("b");
        store().forget("c");

        assertThat(store().read()).containsExactly(later);
    }
}
