package dev.culvert.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.culvert.policy.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Commands on kernels without Landlock or seccomp. */
/*
 * A filter of seccomp keeps a thread, and all that it starts, from installing another one: for it, the kernel is as one
 * without them.
 */
@Timeout(60)
class MissingConfinementTest {
    private static final Support WHOLE = new Support(Opener.AT_ONCE, 6, true);
    private static final int PRCTL = Seccomp.IS_ARM ? 167 : 157;
    private static final int SET_SECCOMP = 22;
    private static final int NO_NEW_PRIVILEGES = 38;
    private static final int INVALID = 0x00050000 | Errno.EINVAL;
    private static final int[][] NO_FILTERS =
            Seccomp.ofCalls()
                    .call(
                            PRCTL,
                            Seccomp.ofOneCall()
                                    .load(Seccomp.FIRST)
                                    .endIf(SET_SECCOMP, INVALID)
                                    .end(Seccomp.ALLOW))
                    .end(Seccomp.ALLOW)
                    .program();

    @TempDir private Path directory;
    private Path work;

    @BeforeEach
    void make() throws IOException {
        work = Files.createDirectory(directory.resolve("work"));
    }

    private static Limits limits(boolean network) {
        return new Limits(
                Duration.ofSeconds(9),
                1 << 16,
                Limits.DEFAULT.environment(),
                network,
                Limits.DEFAULT.maxFileBytes());
    }

    private String touch(Workbench bench, boolean network) throws ToolException {
        return bench.command(limits(network), () -> false, network, "touch", "made");
    }

    /** On a thread for which the kernel has no filters. */
    private static <T> T withoutSeccomp(Callable<T> action) throws Exception {
        assumeTrue(Seccomp.isHere(), "the kernel has no seccomp");
        FutureTask<T> task =
                new FutureTask<>(() -> {
                    Processes.control(NO_NEW_PRIVILEGES, 1, 0);
                    Seccomp.install(NO_FILTERS);
                    return action.call();
                });
        Thread.ofPlatform().start(task);
        return task.get();
    }

    @ParameterizedTest
    @CsvSource({
        "CONFINED, false",
        "CONFINED, true",
        "UNCONFINED, false",
        "UNCONFINED, true",
    })
    void noCommandRunsWhereNothingCanCloseTheNetwork(Commands commands, boolean network)
            throws Exception {
        Support kernel = new Support(Opener.AT_ONCE, 6, false);
        try (Workbench bench = Workbench.on(kernel, commands, work)) {
            assertThatThrownBy(() -> touch(bench, network))
                    .hasMessage(
                            "programs are not started here, because the kernel has no seccomp"
                                    + " (CONFIG_SECCOMP_FILTER), without which nothing can close the"
                                    + " network for them");
        }
        assertThat(work).isEmptyDirectory();
    }

    @Test
    void aKernelWithoutFiltersIsSeenAsOne() throws Exception {
        assertThat(withoutSeccomp(Support::here).seccomp()).isFalse();
    }

    /** Also if what was found out before is no longer so. */
    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "OFF")
    void noCommandRunsWhoseFilterTheKernelRefuses(Commands commands) throws Exception {
        try (Workbench bench = Workbench.on(WHOLE, commands, work)) {
            assertThatThrownBy(() -> withoutSeccomp(() -> touch(bench, false)))
                    .hasRootCauseInstanceOf(KernelException.class)
                    .rootCause()
                    .hasMessageContaining("prctl");
        }
        assertThat(work).isEmptyDirectory();
    }

    @Test
    void noServerThatIsToBeConfinedStartsWhereNothingCanCloseTheNetwork() throws Exception {
        ServerProgram.Launch launch =
                new ServerProgram.Launch(List.of("touch", "made"), Map.of(), false);
        try (WorkTree files = WorkTree.open(work)) {
            assertThatThrownBy(() ->
                            withoutSeccomp(() ->
                                    ServerProgram.start(
                                            launch,
                                            files,
                                            Servers.CONFINED,
                                            Workbench.ENVIRONMENT)))
                    .hasMessageContaining("the kernel has no seccomp");
        }
        assertThat(work).isEmptyDirectory();
    }

    @Test
    void noCommandRunsConfinedWhereTheKernelHasNoLandlock() throws Exception {
        Support kernel = new Support(Opener.AT_ONCE, 0, true);
        try (Workbench bench = Workbench.on(kernel, Commands.CONFINED, work)) {
            assertThatThrownBy(() -> touch(bench, false))
                    .hasMessageContaining("the kernel has no Landlock")
                    .hasMessageContaining("--tool-commands");
        }
        assertThat(work).isEmptyDirectory();
    }
}
