package dev.culvert.faults;

import java.util.ArrayDeque;
import java.util.Deque;

/** Everything that a stage has opened. Closes it in reverse order, also when the JVM ends. */
final class Opened implements AutoCloseable {
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Thread closeWithTheJvm = new Thread(this::closeAll);

    Opened() {
        Runtime.getRuntime().addShutdownHook(closeWithTheJvm);
    }

    <T extends AutoCloseable> T add(T it) {
        open.push(it);
        return it;
    }

    private synchronized void closeAll() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    @Override
    public void close() {
        closeAll();
        Runtime.getRuntime().removeShutdownHook(closeWithTheJvm);
    }
}
