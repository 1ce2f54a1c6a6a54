package dev.culvert.link;

import dev.culvert.frame.FrameType;
import dev.culvert.transport.AgentAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Writes down what it is told, a line each, in a list that any thread may read. */
public final class CountingObserver implements LinkObserver {
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private final List<AgentLink> links = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong frames = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    /** How many frames came, and how many bytes of payload with them. */
    long frames() {
        return frames.get();
    }

    long payloadBytes() {
        return bytes.get();
    }

    @Override
    public void onDialEnded(AgentAddress address, Duration took, @Nullable Failure failure) {
        lines.add(failure == null ? "dial ok" : "dial failed");
    }

    @Override
    public void onLinkOpened(AgentLink link) {
        lines.add("link opened");
        links.add(link);
    }

    @Override
    public void onLinkClosed(AgentLink link, String reason) {
        lines.add("link closed: " + reason);
    }

    @Override
    public void onHeartbeat(AgentLink link, Heartbeat heartbeat) {
        lines.add("heartbeat " + heartbeat.status());
    }

    @Override
    public void onFrameReceived(FrameType type, int payloadBytes) {
        frames.incrementAndGet();
        bytes.addAndGet(payloadBytes);
        if (type == FrameType.UNKNOWN) {
            lines.add("unknown type");
        }
    }

    @Override
    public void onLateReply(FrameType type) {
        lines.add("late " + type.wireName());
    }

    @Override
    public void onComplaint() {
        lines.add("complaint");
    }

    @Override
    public void onRest() {
        lines.add("rest");
    }

    @Override
    public void onLineHeldBack() {
        lines.add("line held back");
    }

    @Override
    public void onExchangeStarted(FrameType request) {
        lines.add("started");
    }

    @Override
    public void onExchangeEnded(FrameType request, Outcome outcome) {
        lines.add("ended " + outcome.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public void onStarved(long nanos) {
        lines.add("starved");
    }

    @Override
    public void onWaiting(int change) {
        lines.add("waiting " + change);
    }

    /** Every link that was opened, in that order. */
    public List<AgentLink> links() {
        synchronized (links) {
            return List.copyOf(links);
        }
    }

    /** How many requests wait for a dial now. */
    public int waiting() {
        return lines().stream()
                .filter(line -> line.startsWith("waiting "))
                .mapToInt(line -> Integer.parseInt(line.substring("waiting ".length())))
                .sum();
    }

    public List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    public long count(String line) {
        return lines().stream().filter(line::equals).count();
    }
}
