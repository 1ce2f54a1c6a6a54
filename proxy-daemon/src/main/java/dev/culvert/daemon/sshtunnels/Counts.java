package dev.culvert.daemon.sshtunnels;

import java.util.concurrent.atomic.LongAdder;

/** What went through tunnels. Safe for all threads. */
public final class Counts {
    private final LongAdder open = new LongAdder();
    private final LongAdder opened = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder toServer = new LongAdder();
    private final LongAdder fromServer = new LongAdder();
    private final LongAdder reconnects = new LongAdder();

    void onOpened() {
        open.increment();
        opened.increment();
    }

    void onClosed() {
        open.decrement();
    }

    void onRefused() {
        refused.increment();
    }

    void onToServer(long bytes) {
        toServer.add(bytes);
    }

    void onFromServer(long bytes) {
        fromServer.add(bytes);
    }

    void onReconnect() {
        reconnects.increment();
    }

    /** Connections of callers that are open now, also those that wait. */
    public long open() {
        return open.sum();
    }

    public long opened() {
        return opened.sum();
    }

    /** Those that were closed because the tunnel was not up in time, or had too many. */
    public long refused() {
        return refused.sum();
    }

    /** Bytes towards the far end of the tunnel. */
    public long toServer() {
        return toServer.sum();
    }

    public long fromServer() {
        return fromServer.sum();
    }

    /** How often it was begun again after it was up. */
    public long reconnects() {
        return reconnects.sum();
    }
}
