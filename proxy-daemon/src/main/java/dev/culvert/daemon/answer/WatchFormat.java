package dev.culvert.daemon.answer;

import dev.culvert.daemon.sse.SseStream;

/** The events of a turn for a client that reads along with another one. */
public interface WatchFormat extends EventFormat {
    /** Writes that the client was not sent the events of these numbers. */
    void missed(SseStream to, long first, long last);
}
