package dev.culvert.daemon.client.console;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.output.OutputListener;
import dev.culvert.value.Value;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Runs a verb on a thread of its own, which can be stopped. */
final class Runner {
    /** After it, a command that does not stop goes on unheard. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private static final int LOOK_MILLIS = 20;

    private final Desk desk;
    private final Options options;
    private final Commands commands;
    private final Surroundings around;

    Runner(Desk desk, Options options, Commands commands, Surroundings around) {
        this.desk = desk;
        this.options = options;
        this.commands = commands;
        this.around = around;
    }

    /**
     * How it went.
     *
     * @param run the id of what the daemon has recorded; empty if it has not
     * @param stopping how long it took to stop, if that was asked for
     * @param cpu of this process
     */
    record Ended(int code, String run, Duration took, Duration stopping, Duration cpu) {}

    Ended run(Entry entry, List<String> rest, Stop stop) throws IOException {
        long before = System.nanoTime();
        Duration cpuBefore = cpu();
        AtomicReference<String> recorded = new AtomicReference<>("");
        OutputListener listener =
                new OutputListener() {
                    @Override
                    public void result(Value result) {
                        desk.last().keep(result);
                    }

                    @Override
                    public void ranAs(String run) {
                        recorded.set(run);
                    }
                };
        Tee out = new Tee(around.out(), desk.out());
        Tee err = new Tee(around.err(), Optional.empty());
        AtomicReference<@Nullable Runnable> onInterrupt = new AtomicReference<>();
        Surroundings own =
                new Surroundings(
                        around.environment(),
                        new ByteArrayInputStream(new byte[0]),
                        new PrintWriter(out),
                        new PrintWriter(err),
                        new Surroundings.Place(
                                around.place().settings(),
                                around.place().adminSockets(),
                                around.place().terminal(),
                                onInterrupt::set));
        CompletableFuture<Integer> end = new CompletableFuture<>();
        Thread thread =
                Thread.ofVirtual()
                        .name("verb")
                        .start(() -> run(own, listener, words(entry, rest), end));
        stop.onStop(() -> interrupt(thread, onInterrupt.get(), out, err));
        int code = await(end, stop, out, err);
        String run = Objects.requireNonNullElse(recorded.get(), "");
        if (!run.isEmpty()) {
            desk.ranAs(run);
        }
        return new Ended(
                code,
                run,
                Duration.ofNanos(System.nanoTime() - before),
                stop.since(),
                cpu().minus(cpuBefore));
    }

    private void run(
            Surroundings own,
            OutputListener listener,
            List<String> words,
            CompletableFuture<Integer> end) {
        try {
            int code = commands.run(own, listener, words);
            own.out().flush();
            own.err().flush();
            end.complete(code);
        } catch (RuntimeException | Error e) {
            end.completeExceptionally(e);
        }
    }

    /* What it says of being interrupted is of no interest. */
    private static void interrupt(Thread thread, @Nullable Runnable action, Tee out, Tee err) {
        if (action != null) {
            action.run();
        } else {
            out.shut();
            err.shut();
            thread.interrupt();
        }
    }

    private static int await(CompletableFuture<Integer> end, Stop stop, Tee out, Tee err)
            throws IOException {
        while (true) {
            try {
                return end.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException _) {
                if (stop.since().compareTo(GRACE) > 0) {
                    out.shut();
                    err.shut();
                    throw new IOException(
                            "the command did not stop within "
                                    + Times.text(GRACE)
                                    + ": it goes on unheard until the console ends");
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return ExitCode.INTERRUPTED;
            } catch (ExecutionException e) {
                throw new IllegalStateException("a verb failed", e.getCause());
            }
        }
    }

    /* The flags that all commands have come after the first word, where each of them takes them. */
    private List<String> words(Entry entry, List<String> rest) {
        List<String> words = new ArrayList<>(List.of(entry.words().split(" ", -1)));
        List<String> common = new ArrayList<>();
        for (String flag : options.common()) {
            String name = flag.split("=", 2)[0];
            if (rest.stream().noneMatch(it -> it.equals(name) || it.startsWith(name + "="))) {
                common.add(flag);
            }
        }
        if (!options.format().isEmpty()
                && rest.stream()
                        .noneMatch(it -> it.startsWith("-o") || it.startsWith("--output"))) {
            common.add("--output=" + options.format());
        }
        words.addAll(1, common);
        words.addAll(rest);
        return words;
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }
}
