package dev.culvert.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The daemon, which may be ended and started again. Clients ask it who is to blame. */
final class DaemonProgram implements AutoCloseable {
    private final Path config;
    private final Path log;
    private final Consumer<Endpoint> onListening;
    private Program program;
    private long peakMegabytes;
    private final AtomicInteger generation = new AtomicInteger();
    private volatile boolean up;

    /**
     * @param onListening told where each of its processes listens
     */
    DaemonProgram(Path config, Path log, Consumer<Endpoint> onListening) throws IOException {
        this.config = config;
        this.log = log;
        this.onListening = onListening;
        program = start();
    }

    /** By SIGKILL, and a new one at once. */
    synchronized void kill() throws IOException {
        goDown();
        program.close();
        program = start();
    }

    /** By SIGTERM, and a new one once it has ended, as it must in order. */
    synchronized void restart() throws IOException {
        goDown();
        int code = program.stop();
        if (code != 0) {
            throw new AssertionError("the daemon ended with exit code " + code);
        }
        program = start();
    }

    /** Changes with each process. */
    int generation() {
        return generation.get();
    }

    /** False from before its end to after its next start. */
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

    /** The most of all its processes so far. */
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
