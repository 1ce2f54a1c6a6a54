package dev.culvert.promises;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs after all other tests of the build and reads the reports of the core's, the guest's, the
 * daemon's and this module's.
 */
class PromisesIT {
    @ParameterizedTest
    @ValueSource(strings = {"PROMISES.md", "SECURITY.md"})
    void everyPromiseIsHeldByATestThatRan(String page) throws IOException {
        Path daemon = Path.of("..");
        assertThat(
                        Promises.broken(
                                daemon.resolve("docs").resolve(page),
                                daemon.resolve("../proxy-core/target/surefire-reports"),
                                daemon.resolve("../guest-agent/target/surefire-reports"),
                                daemon.resolve("target/surefire-reports"),
                                daemon.resolve("target/failsafe-reports"),
                                Path.of("target", "surefire-reports"),
                                Path.of("target", "failsafe-reports")))
                .isEmpty();
    }
}
