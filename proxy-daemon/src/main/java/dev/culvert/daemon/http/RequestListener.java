package dev.culvert.daemon.http;

import org.jspecify.annotations.Nullable;

/** Is told how one request goes. Most requests have none. */
public interface RequestListener {
    /** What names, in logs, what the request does. */
    String id();

    /** Runs {@code work} for the request, on this thread. Called on any thread. */
    void work(Runnable work);

    /**
     * The request was answered, or its client left. Called once.
     *
     * @param bytesOut of the answer's body
     * @param why what the client was told; null if it succeeded
     */
    void onEnded(int status, long nanos, long bytesOut, @Nullable String why);
}
