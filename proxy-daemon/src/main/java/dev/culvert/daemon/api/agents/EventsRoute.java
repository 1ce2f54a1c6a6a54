package dev.culvert.daemon.api.agents;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.OverMemory;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.io.Account;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * {@code GET /events}: streams a snapshot of the fleet, then its changes; to a client that comes
 * back with {@code Last-Event-ID}, only its changes.
 */
public final class EventsRoute implements Route, AutoCloseable {
    private final AgentAccess access;
    private final Admission admission;
    private final Account account;
    private final Supplier<DaemonSettings> settings;
    private final AgentPieces pieces;
    private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    public EventsRoute(
            AgentAccess access,
            Admission admission,
            Account account,
            Supplier<DaemonSettings> settings) {
        this.access = access;
        this.admission = admission;
        this.account = account;
        this.settings = settings;
        pieces = new AgentPieces(account.whole());
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
    public Need need(HttpMethod method) {
        return Need.READ_AGENTS;
    }

    @Override
    public boolean answersHead() {
        return false;
    }

    @Override
    public void handle(Request request, Answer answer) {
        admission.check();
        OverMemory.check(account.whole());
        Watcher watcher =
                new Watcher(
                        this,
                        access.fleet(request),
                        request.eventLoop(),
                        answer,
                        settings.get().sse().keepalive(),
                        settings.get().turns().stallTimeout());
        watchers.add(watcher);
        watcher.begin(request.header(Header.LAST_EVENT_ID));
        request.onDenied(watcher::deny);
        if (closed) {
            watcher.end(); // close() may have missed it
        }
    }

    /** Ends every stream, which would otherwise go on for as long as its client wants. */
    @Override
    public void close() {
        closed = true;
        watchers.forEach(Watcher::end);
    }

    AgentPieces pieces() {
        return pieces;
    }

    void forget(Watcher watcher) {
        watchers.remove(watcher);
    }
}
