package dev.culvert.daemon.front.mcp;

import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.Request;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The requests whose turns run now, for clients that cancel by another request: those of the
 * revisions that begin with {@code initialize}. Called on any thread.
 */
final class Asking {
    /** A session's id cannot be guessed, so nobody cancels what is another's. */
    private record Key(String session, String id) {}

    private final Map<Key, RpcAnswer> running = new ConcurrentHashMap<>();

    /** The answer may be cancelled from now on, until it has ended. */
    void begin(Request request, RpcAnswer answer) {
        String session = request.header(Header.MCP_SESSION_ID);
        if (session == null) {
            return;
        }
        Key key = new Key(session, answer.id());
        if (running.putIfAbsent(key, answer) == null) {
            answer.whenOver(() -> running.remove(key, answer));
        }
    }

    /**
     * Cancels the request of that id, if it runs.
     *
     * @param id as it is written
     */
    void cancel(Request request, String id) {
        String session = request.header(Header.MCP_SESSION_ID);
        RpcAnswer found = session == null ? null : running.get(new Key(session, id));
        if (found != null) {
            found.eventLoop().execute(found::cancel);
        }
    }
}
