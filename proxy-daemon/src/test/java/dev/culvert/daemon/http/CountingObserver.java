package dev.culvert.daemon.http;

import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps what it is told, a word each. */
public final class CountingObserver implements HttpObserver {
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    public List<String> events() {
        return List.copyOf(events);
    }

    /** Waits for the next one of these events; what comes before it is dropped. */
    public void await(String event) throws InterruptedException {
        for (String next = ""; !next.equals(event); ) {
            next = events.poll(10, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("never told: " + event);
            }
        }
    }

    @Override
    public void onConnectionOpened() {
        events.add("opened");
    }

    @Override
    public void onConnectionClosed() {
        events.add("closed");
    }

    @Override
    public void onConnectionRefused() {
        events.add("refused connection");
    }

    @Override
    public void onStreamOpened() {
        events.add("stream opened");
    }

    @Override
    public void onStreamClosed() {
        events.add("stream closed");
    }

    @Override
    public void onStreamReset() {
        events.add("stream reset");
    }

    @Override
    public void onFlood(Flood kind) {
        events.add("flood " + kind);
    }

    @Override
    public void onRequestRefused(int status) {
        events.add("refused " + status);
    }

    @Override
    public void onFailed(String code, int runtimeStatus) {
        events.add("failed " + code);
    }

    @Override
    public RouteObserver observe(Route route) {
        String name = route.templates().getFirst();
        return new RouteObserver() {
            @Override
            public void onStarted() {
                events.add("started " + name);
            }

            @Override
            public void onEnded(HttpMethod method, int status, long nanos) {
                events.add("ended " + name + " " + method + " " + status);
            }
        };
    }
}
