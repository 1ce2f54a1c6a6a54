package dev.culvert.guest.identity;

import dev.culvert.io.FileTrouble;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The identity of this guest. Writes on a thread of its own, because a disk can block for a long
 * time. Confined to the event loop, except where a method says otherwise.
 */
public final class IdentityKeeper implements AutoCloseable {
    private final @Nullable IdentityFile file;
    private final ExecutorService writer =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("culvert-identity").factory());
    private @Nullable Identity identity;

    private IdentityKeeper(@Nullable IdentityFile file, @Nullable Identity identity) {
        this.file = file;
        this.identity = identity;
    }

    /**
     * Reads the identity. Blocks.
     *
     * @param directory null if it ends with the process
     * @throws IOException one sentence, when the directory or the file cannot be used
     */
    public static IdentityKeeper open(@Nullable Path directory) throws IOException {
        if (directory == null) {
            return new IdentityKeeper(null, null);
        }
        IdentityFile file = IdentityFile.in(directory);
        try {
            return new IdentityKeeper(file, file.load());
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /** Whether it survives the process. */
    public boolean isKept() {
        return file != null;
    }

    /** Whether a host has given it one. Before the first link on any thread. */
    public boolean isRegistered() {
        return identity != null && identity.isRegistered();
    }

    /** Null before the first key was made. */
    @Nullable Identity now() {
        return identity;
    }

    /** Makes a key, and tells {@code saved} as {@link #save} does. */
    void make(EventLoop loop, Consumer<@Nullable String> saved) {
        run(loop, saved, Identity.fresh());
    }

    /**
     * Writes the identity, and tells {@code saved} on the loop why that failed; null if it is safe
     * now.
     */
    void save(Identity next, EventLoop loop, Consumer<@Nullable String> saved) {
        run(loop, saved, next);
    }

    private void run(EventLoop loop, Consumer<@Nullable String> saved, Identity next) {
        try {
            writer.execute(() -> {
                String trouble = write(next);
                loop.execute(() -> {
                    if (trouble == null) {
                        identity = next;
                    }
                    saved.accept(trouble);
                });
            });
        } catch (RejectedExecutionException _) {
            saved.accept("the agent is stopping");
        }
    }

    private @Nullable String write(Identity next) {
        try {
            if (file != null) {
                file.save(next);
            }
            return null;
        } catch (IOException e) {
            return "the agent's identity cannot be written, so it does not join: "
                    + FileTrouble.of(e);
        }
    }

    /** Waits until all is written. */
    @Override
    public void close() {
        writer.close();
        if (file != null) {
            file.close();
        }
    }

    @Override
    public String toString() {
        return file == null ? "no saved identity" : "identity in " + file;
    }
}
