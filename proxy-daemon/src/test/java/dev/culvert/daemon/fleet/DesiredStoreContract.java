package dev.culvert.daemon.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What every {@link DesiredStore} does that keeps something. */
public interface DesiredStoreContract {
    String SETTINGS = "{\"config\":{},\"tool_allowlist\":[]}";
    Desired DESIRED = new Desired(3, "{\"config\":{\"a\":\"\u00e9\\n\"}}\n ");

    /** Empty at the first call of a test. */
    DesiredStore store() throws IOException;

    /** The same, as it is after a restart. */
    DesiredStore storeAfterARestart() throws IOException;

    @Test
    default void givesBackWhatItWasGivenAlsoAfterARestart() throws IOException {
        assertThat(store().isKept()).isTrue();

        store().save("a", SETTINGS, DESIRED);

        assertThat(store().mayHold("a")).isTrue();
        assertThat(store().load("a", SETTINGS)).isEqualTo(DESIRED);
        assertThat(storeAfterARestart().mayHold("a")).isTrue();
        assertThat(storeAfterARestart().load("a", SETTINGS)).isEqualTo(DESIRED);
    }

    @Test
    default void theLastOneCounts() throws IOException {
        store().save("a", SETTINGS, DESIRED);
        Desired next = new Desired(4, "{}");

        store().save("a", SETTINGS, next);

        assertThat(store().load("a", SETTINGS)).isEqualTo(next);
    }

    @Test
    default void ofAnotherAgentItKnowsNothing() throws IOException {
        store().save("a", SETTINGS, DESIRED);

        assertThat(store().mayHold("b")).isFalse();
        assertThat(store().load("b", SETTINGS)).isNull();
    }

    @Test
    default void oneForOtherSettingsNoLongerCounts() throws IOException {
        store().save("a", SETTINGS, DESIRED);

        assertThat(store().load("a", SETTINGS + " ")).isNull();
    }

    @Test
    default void whatIsForgottenIsGoneAlsoAfterARestart() throws IOException {
        store().save("a", SETTINGS, DESIRED);

        store().forget("a");
        store().forget("b");

        assertThat(store().mayHold("a")).isFalse();
        assertThat(store().load("a", SETTINGS)).isNull();
        assertThat(storeAfterARestart().mayHold("a")).isFalse();
    }
}
