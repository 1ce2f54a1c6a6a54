package dev.culvert.guest.desired;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Saves the desired state, if there is a directory for it. Writes on a thread of its own, because a
 * disk can block for a long time.
 */
public final class StateKeeper implements AutoCloseable {
    /** Is told on the event loop that the state was saved, or why it was not. */
    public interface Saved {
        void onSaved(@Nullable IOException failure);
    }

    private record Disk(StateFile file, EventLoop loop, ExecutorService writer) {}

    private final @Nullable Disk disk;

    private StateKeeper(@Nullable Disk disk) {
        this.disk = disk;
    }

    /** Saves nothing: the state ends with the process. */
    public static StateKeeper forgetful() {
        return new StateKeeper(null);
    }

    public static StateKeeper in(Path directory, EventLoop loop) {
        ExecutorService writer =
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().daemon().name("culvert-state").factory());
        return new StateKeeper(new Disk(new StateFile(directory), loop, writer));
    }

    /** What an earlier process saved. Blocks. */
    StateFile.Content load() throws IOException {
        if (disk == null) {
            return StateFile.Content.NONE;
        }
        disk.file.prepare();
        return disk.file.load();
    }

    /** For saved state that cannot be used. */
    IOException wrong(String why) {
        return disk == null ? new IOException(why) : disk.file.wrong(why);
    }

    void save(StateFile.Content state, Saved saved) {
        if (disk == null) {
            saved.onSaved(null);
            return;
        }
        Disk to = disk;
        to.writer.execute(() -> {
            IOException failure = write(to.file, state);
            to.loop.execute(() -> saved.onSaved(failure));
        });
    }

    private static @Nullable IOException write(StateFile file, StateFile.Content state) {
        try {
            file.save(state);
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    /** Waits until all is written. */
    @Override
    public void close() {
        if (disk != null) {
            disk.writer.close();
        }
    }

    @Override
    public String toString() {
        return disk == null ? "no saved state" : "state in " + disk.file;
    }
}
