package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Runs behind all other tests of the build, whose reports it reads. */
class PromisesIT {
    @Test
    void everyPromiseIsHeldByATestThatRan() throws IOException {
        assertThat(
                        Promises.broken(
                                Path.of("docs", "PROMISES.md"),
                                Path.of("target", "surefire-reports"),
                                Path.of("target", "failsafe-reports")))
                .isEmpty();
    }
}
