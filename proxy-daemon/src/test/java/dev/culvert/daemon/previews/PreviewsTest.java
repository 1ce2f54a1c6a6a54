package dev.culvert.daemon.previews;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.config.PreviewSettings;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PreviewsTest {
    private Instant now = Instant.parse("2026-11-30T12:00:00Z");
    private final Previews previews =
            new Previews(
                    new MemoryPreviews(),
                    () -> new PreviewSettings("preview.localhost", 4),
                    Callers.anybody(),
                    () -> now);

    private Preview make(String tenant) throws Exception {
        return previews.create("a", tenant, 80, Duration.ofDays(30), Caller.ANYBODY).preview();
    }

    @Test
    void oneTenantLeavesAQuarterToOthers() throws Exception {
        for (int i = 0; i < 3; i++) {
            make("t");
        }
        assertThatThrownBy(() -> make("t"))
                .hasMessageContaining("the tenant t has 3 previews")
                .hasMessageContaining("preview.max");
        make("other");
        assertThatThrownBy(() -> make("third")).hasMessageContaining("there are 4 previews");
    }

    @Test
    void oneThatWasRevokedIsForgottenADayLater() throws Exception {
        for (int i = 0; i < 3; i++) {
            previews.revoke(make("t"));
        }
        now = now.plus(Duration.ofHours(23));
        assertThatThrownBy(() -> make("t")).isInstanceOf(IllegalArgumentException.class);

        now = now.plus(Duration.ofHours(2));
        make("t");
        assertThat(previews.all()).hasSize(1);
    }
}
