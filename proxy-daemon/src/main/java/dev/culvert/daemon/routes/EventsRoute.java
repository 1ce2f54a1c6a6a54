package dev.culvert.daemon.routes;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.fleet.FleetListener;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Responder;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.sse.EventType;
import dev.culvert.daemon.sse.SseStream;
import dev.culvert.transport.AgentAddress;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;

/** {@code GET /events}: the fleet as it is, then whatever becomes of it. */
public final class EventsRoute implements Route, AutoCloseable {
    private static final EventType SNAPSHOT = EventType.of("snapshot");
    private static final EventType AGENT = EventType.of("agent");
    private static final EventType REMOVED = EventType.of("removed");

    private final AgentCalls calls;
    private final Fleet fleet;
    private final ToIntFunction<AgentAddress> linksOpen;
    private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();

    public EventsRoute(AgentCalls calls, Fleet fleet, ToIntFunction<AgentAddress> linksOpen) {
        this.calls = calls;
        this.fleet = fleet;
        this.linksOpen = linksOpen;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/events");
    }

    @Override
    public boolean answersHead() {
        return false;
    }

    @Override
    public void handle(Request request, Responder responder) {
        calls.admission().check();
        calls.checkMemory();
        new Watcher(request.eventLoop(), responder).begin();
    }

    /** Ends every stream: they would go on for as long as their clients want. */
    @Override
    public void close() {
        watchers.forEach(watcher -> watcher.loop.execute(watcher::end));
    }

    /** One client that watches. What others do to the fleet comes to its loop first. */
    private final class Watcher implements FleetListener {
        private final EventLoop loop;
        private final SseStream events;

        Watcher(EventLoop loop, Responder responder) {
            this.loop = loop;
            events = SseStream.open(responder, calls.settings().sse().keepalive(), this::forget);
        }

        void begin() {
            watchers.add(this);
            fleet.listen(this);
            tell(
                    SNAPSHOT,
                    Json.object(json -> {
                        json.writeArrayFieldStart("agents");
                        for (Agent agent : fleet.all()) {
                            AgentJson.write(json, agent, linksOpen.applyAsInt(agent.address()));
                        }
                        json.writeEndArray();
                    }));
        }

        @Override
        public void onAdded(Agent agent) {
            loop.execute(() -> show(agent));
        }

        @Override
        public void onChanged(Agent agent) {
            loop.execute(() -> show(agent));
        }

        @Override
        public void onReconfigured(Agent agent) {
            loop.execute(() -> show(agent));
        }

        @Override
        public void onRemoved(Agent agent) {
            loop.execute(() ->
                    send(REMOVED, Json.object(json -> json.writeStringField("id", agent.id()))));
        }

        /** As it is by now, so that the last event is right whichever thread told first. */
        private void show(Agent agent) {
            if (fleet.find(agent.id()) == agent) {
                int links = linksOpen.applyAsInt(agent.address());
                send(AGENT, Json.object(json -> AgentJson.writeMembers(json, agent, links)));
            }
        }

        private void end() {
            forget();
            events.end();
        }

        private void forget() {
            watchers.remove(this);
            fleet.forget(this);
        }

        /**
         * A client that does not read is cut: it gets the whole fleet when it comes back. Takes
         * ownership of {@code data}.
         */
        private void send(EventType type, ByteBuf data) {
            tell(type, data);
            if (events.isOpen()
                    && events.holdsMoreThan(calls.settings().turns().maxUnsentBytes())) {
                forget();
                events.abort();
            }
        }

        /** Takes ownership of {@code data}. */
        private void tell(EventType type, ByteBuf data) {
            events.event(type, data);
            data.release();
        }
    }
}
