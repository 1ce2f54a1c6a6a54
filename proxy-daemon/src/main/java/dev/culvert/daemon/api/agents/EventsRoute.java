package dev.culvert.daemon.api.agents;

import dev.culvert.daemon.api.AgentCalls;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.fleet.FleetListener;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.transport.AgentAddress;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** {@code GET /events}: the fleet as it is, then whatever becomes of it. */
public final class EventsRoute implements Route, FleetListener, AutoCloseable {
    private final AgentCalls calls;
    private final Fleet fleet;
    private final ToIntFunction<AgentAddress> linksOpen;
    private final AgentPieces pieces;
    private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();

    /** Counts the changes of the fleet. */
    private final AtomicLong revision = new AtomicLong();

    private volatile boolean closed;

    /** Watches nothing until the fleet tells it. */
    public EventsRoute(AgentCalls calls, Fleet fleet, ToIntFunction<AgentAddress> linksOpen) {
        this.calls = calls;
        this.fleet = fleet;
        this.linksOpen = linksOpen;
        pieces = new AgentPieces(fleet, linksOpen, calls.account().whole());
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
                        request.eventLoop(),
                        responder,
                        calls.settings().sse().keepalive(),
                        calls.settings().turns().stallTimeout());
        watchers.add(watcher);
        watcher.begin(revision.get());
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

    @Override
    public void onAdded(Agent agent) {
        tell(agent);
    }

    @Override
    public void onRemoved(Agent agent) {
        tell(agent);
    }

    @Override
    public void onReconfigured(Agent agent) {
        tell(agent);
    }

    @Override
    public void onTenantChanged(Agent agent) {
        tell(agent);
    }

    @Override
    public void onChanged(Agent agent) {
        tell(agent);
    }

    private void tell(Agent agent) {
        revision.incrementAndGet();
        watchers.forEach(watcher -> watcher.tell(agent.id()));
    }

    /** Of the fleet, as far as those who watch it were told. */
    long revision() {
        return revision.get();
    }

    AgentPieces pieces() {
        return pieces;
    }

    AgentPieces.@Nullable Piece piece(String after, long atLeast, EventLoop loop) {
        return pieces.after(after, atLeast, revision.get(), loop);
    }

    @Nullable Agent find(String id) {
        return fleet.find(id);
    }

    int links(Agent agent) {
        return linksOpen.applyAsInt(agent.address());
    }

    void forget(Watcher watcher) {
        watchers.remove(watcher);
    }
}
