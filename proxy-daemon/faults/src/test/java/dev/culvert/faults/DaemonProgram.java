package dev.culvert.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The daemon, which can be ended and started again. Clients ask it whether a broken connection was
 * its fault.
 */
final class DaemonProgram implements AutoCloseable {
    private final Path config;
    private final Path log;
    private final Consumer<Endpoint> onListening;
    private Program program;
    private long peakMegabytes;
    private final AtomicInteger generation = new AtomicInteger();
    private volatile boolean up;

    /**
     * @param onListening gets the endpoint of each process
     */
    DaemonProgram(Path config, Path log, Consumer<Endpoint> onListening) throws IOException {
        this.config = config;
        this.log = log;
        this.onListening = onListening;
        program = start();
    }

    /** Sends SIGKILL and starts a new process at once. */
    synchronized void kill() throws IOException {
        goDown();
        program.close();
        program = start();
    }

    /** Sends SIGTERM, waits for exit code 0, and starts a new process. */
    synchronized void restart() throws IOException {
        goDown();
        int code = program.stop();
        if (code != 0) {
            throw new AssertionError("the daemon ended with exit code " + code);
        }
        program = start();
    }

    /** The number of processes so far. */
    int generation() {
        return generation.get();
    }

    /** False from before a process ends until after the next one listens. */
    boolean isUp() {
        return up;
    }

    synchronized Endpoint endpoint() {
        return program.endpoint();
    }

    synchronized long pid() {
        return program.pid();
    }

    synchronized int stop() throws IOException {
        goDown();
        return program.stop();
    }

    synchronized long residentMegabytes() {
        return program.residentMegabytes();
    }

    /** The maximum over all processes so far. */
    synchronized long peakMegabytes() {
        peakMegabytes = Math.max(peakMegabytes, program.peakMegabytes());
        return peakMegabytes;
    }

    synchronized long liveHeapKilobytes() throws IOException {
        return program.liveHeapKilobytes();
    }

    private void goDown() {
        peakMegabytes();
        up = false;
    }

    private Program start() throws IOException {
        List<String> command = new ArrayList<>(Launch.chosen().daemon());
        command.addAll(List.of("serve", "--config", config.toString()));
        Program started = new Program(command, log);
        onListening.accept(started.endpoint());
        generation.incrementAndGet();
        up = true;
        return started;
    }

    @Override
    public void close() {
        program.close();
    }
}
