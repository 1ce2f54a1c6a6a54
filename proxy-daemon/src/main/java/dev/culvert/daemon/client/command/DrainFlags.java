package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How new work is kept away, from the daemon or from one agent. */
final class DrainFlags {
    private static final Duration PAUSE = Duration.ofMillis(500);

    @Option(names = "--end", description = "Takes new work again.")
    private boolean end;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            converter = DurationText.class,
            description =
                    "Waits until no turn is under way, but not longer than this; then the exit code"
                            + " is 1.")
    private @Nullable Duration wait;

    /** Asks for the state again. */
    interface Look {
        Value now() throws IOException;
    }

    boolean isEnd() {
        return end;
    }

    /**
     * Looks again and again, if the flags say so, until no turn is under way or the time is over.
     *
     * @param member how many turns are under way
     */
    Value await(Output output, Value drained, String member, Look look) throws IOException {
        Duration most = wait;
        if (most == null) {
            return drained;
        }
        long deadline = System.nanoTime() + most.toNanos();
        Value state = drained;
        while (state.number(0, member) > 0 && System.nanoTime() - deadline < 0) {
            output.progress("turns under way: " + state.text(member));
            pause();
            state = look.now();
        }
        output.progressEnds();
        return state;
    }

    /** Of a verb that has drained, when so many turns were under way at last. */
    int exitCode(long turns) {
        return wait != null && turns > 0 ? ExitCode.FAILED : ExitCode.OK;
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while turns were to end", e);
        }
    }
}
