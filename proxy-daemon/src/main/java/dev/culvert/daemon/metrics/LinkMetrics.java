package dev.culvert.daemon.metrics;

import dev.culvert.frame.FrameType;
import dev.culvert.link.AgentLink;
import dev.culvert.link.Failure;
import dev.culvert.link.LinkObserver;
import dev.culvert.link.Outcome;
import dev.culvert.transport.AgentAddress;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Links, frames and exchanges. */
public final class LinkMetrics implements LinkObserver {
    /** Links that agents open, whatever carries them. */
    private static final String INCOMING = "incoming";

    private final Map<FrameType, Counter> framesReceived;
    private final Map<FrameType, Counter> framesSent;
    private final Map<FrameType, Counter> bytesReceived;
    private final Map<FrameType, Counter> bytesSent;
    private final Map<FrameType, Map<Outcome, Counter>> ended = new EnumMap<>(FrameType.class);
    private final Map<String, AtomicInteger> openByTransport = new HashMap<>();
    private final Map<String, AtomicInteger> diallingByTransport = new HashMap<>();
    private final Map<String, Counter> closedByTransport = new HashMap<>();
    private final Counter late;
    private final Counter complaints;
    private final Counter rests;
    private final Counter heldBack;
    private final Timer starved;
    private final Timer dialed;
    private final Timer dialFailed;
    private final AtomicInteger inFlight;
    private final AtomicInteger waiting;

    LinkMetrics(MeterRegistry registry) {
        framesReceived = frames(registry, "received");
        framesSent = frames(registry, "sent");
        bytesReceived = bytes(registry, "received");
        bytesSent = bytes(registry, "sent");
        for (FrameType request : requests()) {
            Map<Outcome, Counter> outcomes = new EnumMap<>(Outcome.class);
            for (Outcome outcome : Outcome.values()) {
                outcomes.put(
                        outcome,
                        Counter.builder("culvert.exchanges.ended")
                                .description("Requests to agents that have ended, by outcome.")
                                .tag("request", request.wireName())
                                .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                                .register(registry));
            }
            ended.put(request, outcomes);
        }
        for (String transport : List.of("vsock", "hybrid", "unix", "tcp", INCOMING)) {
            openByTransport.put(transport, links(registry, transport, "open"));
            diallingByTransport.put(transport, links(registry, transport, "dialling"));
            closedByTransport.put(
                    transport,
                    Counter.builder("culvert.links.closed")
                            .description("Links to agents that were closed, by either side.")
                            .tag("transport", transport)
                            .register(registry));
        }
        late =
                Counter.builder("culvert.frames.late")
                        .description("Replies that were dropped because their exchange had ended.")
                        .register(registry);
        complaints =
                Counter.builder("culvert.link.complaints")
                        .description(
                                "Errors that agents report about a link as a whole, and unreadable"
                                        + " heartbeats.")
                        .register(registry);
        rests =
                Counter.builder("culvert.link.rests")
                        .description(
                                "How often a link was not read for the rest of a second, because"
                                        + " its agent sent too much that nobody asked for"
                                        + " (link.max_unasked_bytes_per_second).")
                        .register(registry);
        heldBack =
                Counter.builder("culvert.log.lines.held.back")
                        .description(
                                "Log lines about an agent that were not written because another was"
                                        + " written less than a second before.")
                        .register(registry);
        starved =
                Buckets.timer(
                                "culvert.turn.starved.duration",
                                "Times for which an agent could send nothing, because the client of"
                                        + " its turn had not read what came before.")
                        .register(registry);
        dialed = dials(registry, "ok");
        dialFailed = dials(registry, "failed");
        inFlight =
                gauge(registry, "culvert.exchanges.in.flight", "Requests to agents in progress.");
        waiting =
                gauge(
                        registry,
                        "culvert.pool.waiting",
                        "Requests that wait for a link to be dialled.");
    }

    @Override
    public void onDialStarted(AgentAddress address) {
        change(diallingByTransport, address, 1);
    }

    @Override
    public void onDialEnded(AgentAddress address, Duration took, @Nullable Failure failure) {
        change(diallingByTransport, address, -1);
        (failure == null ? dialed : dialFailed).record(took);
    }

    @Override
    public void onLinkOpened(AgentLink link) {
        change(openByTransport, link.address(), 1);
    }

    @Override
    public void onLinkClosed(AgentLink link, String reason) {
        change(openByTransport, link.address(), -1);
        increment(closedByTransport.get(transport(link.address())), 1);
    }

    @Override
    public void onFrameReceived(FrameType type, int payloadBytes) {
        increment(framesReceived.get(type), 1);
        increment(bytesReceived.get(type), payloadBytes);
    }

    @Override
    public void onFrameSent(FrameType type, int payloadBytes) {
        increment(framesSent.get(type), 1);
        increment(bytesSent.get(type), payloadBytes);
    }

    @Override
    public void onLateReply(FrameType type) {
        late.increment();
    }

    @Override
    public void onComplaint() {
        complaints.increment();
    }

    @Override
    public void onRest() {
        rests.increment();
    }

    @Override
    public void onLineHeldBack() {
        heldBack.increment();
    }

    @Override
    public void onExchangeStarted(FrameType request) {
        inFlight.incrementAndGet();
    }

    @Override
    public void onExchangeEnded(FrameType request, Outcome outcome) {
        inFlight.decrementAndGet();
        Map<Outcome, Counter> outcomes = ended.get(request);
        increment(outcomes == null ? null : outcomes.get(outcome), 1);
    }

    @Override
    public void onStarved(long nanos) {
        starved.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void onWaiting(int change) {
        waiting.addAndGet(change);
    }

    private static void change(
            Map<String, AtomicInteger> byTransport, AgentAddress address, int by) {
        AtomicInteger count = byTransport.get(transport(address));
        if (count != null) {
            count.addAndGet(by);
        }
    }

    private static String transport(AgentAddress address) {
        return switch (address) {
            case AgentAddress.Vsock _ -> "vsock";
            case AgentAddress.HybridUnix _ -> "hybrid";
            case AgentAddress.Unix _ -> "unix";
            case AgentAddress.Tcp _ -> "tcp";
            case AgentAddress.Incoming _ -> INCOMING;
        };
    }

    private static AtomicInteger links(MeterRegistry registry, String transport, String state) {
        AtomicInteger count = new AtomicInteger();
        Gauge.builder("culvert.links", count::get)
                .description("Links to agents, open and being dialled.")
                .tag("transport", transport)
                .tag("state", state)
                .register(registry);
        return count;
    }

    private static void increment(@Nullable Counter counter, double amount) {
        if (counter != null) {
            counter.increment(amount);
        }
    }

    private static List<FrameType> requests() {
        return List.of(
                FrameType.MESSAGE,
                FrameType.CONTEXT_UPDATE,
                FrameType.CONFIG_UPDATE,
                FrameType.PING,
                FrameType.RESUME,
                FrameType.REQUEST);
    }

    private static Map<FrameType, Counter> frames(MeterRegistry registry, String direction) {
        return byType(
                registry,
                Counter.builder("culvert.frames")
                        .description("Frames on links to agents.")
                        .tag("direction", direction));
    }

    private static Map<FrameType, Counter> bytes(MeterRegistry registry, String direction) {
        return byType(
                registry,
                Counter.builder("culvert.frame.payload")
                        .description("Payload bytes on links to agents.")
                        .baseUnit("bytes")
                        .tag("direction", direction));
    }

    private static Map<FrameType, Counter> byType(MeterRegistry registry, Counter.Builder builder) {
        Map<FrameType, Counter> counters = new EnumMap<>(FrameType.class);
        for (FrameType type : FrameType.values()) {
            String name = type == FrameType.UNKNOWN ? "unknown" : type.wireName();
            counters.put(type, builder.tag("type", name).register(registry));
        }
        return counters;
    }

    private static Timer dials(MeterRegistry registry, String outcome) {
        return Buckets.timer("culvert.dial.duration", "Attempts to open a link to an agent.")
                .tag("outcome", outcome)
                .register(registry);
    }

    private static AtomicInteger gauge(MeterRegistry registry, String name, String description) {
        AtomicInteger value = new AtomicInteger();
        Gauge.builder(name, value::get).description(description).register(registry);
        return value;
    }
}
