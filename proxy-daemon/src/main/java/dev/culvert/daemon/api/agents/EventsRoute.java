package dev.culvert.daemon.api.agents;

import dev.culvert.daemon.api.AgentCalls;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.transport.AgentAddress;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;

/** {@code GET /events}: the fleet as it is, then whatever becomes of it. */
public final class EventsRoute implements Route, AutoCloseable {
    private final AgentCalls calls;
    private final ToIntFunction<AgentAddress> linksOpen;
    private final AgentPieces pieces;
    private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    public EventsRoute(AgentCalls calls, ToIntFunction<AgentAddress> linksOpen) {
        this.calls = calls;
        this.linksOpen = linksOpen;
        pieces = new AgentPieces(linksOpen, calls.account().whole());
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
    public void handle(Request request, Answer responder) {
        calls.admission().check();
        calls.checkMemory();
        Watcher watcher =
                new Watcher(
                        this,
                        calls.fleet(request),
                        request.eventLoop(),
                        responder,
                        calls.settings().sse().keepalive(),
                        calls.settings().turns().stallTimeout());
        watchers.add(watcher);
        watcher.begin();
        if (closed) {
            watcher.end(); // who closed this may have passed by before it was there
        }
    }

    /** Ends every stream: they would go on for as long as their clients want. */
    @Override
    public void close() {
        closed = true;
        watchers.forEach(Watcher::end);
    }

    AgentPieces pieces() {
        return pieces;
    }

    int links(Agent agent) {
        return linksOpen.applyAsInt(agent.address());
    }

    void forget(Watcher watcher) {
        watchers.remove(watcher);
    }
}
