package dev.culvert.daemon.api.hostreach;

import dev.culvert.daemon.api.checks.Checks;
import dev.culvert.daemon.api.sshkeys.KeyWork;
import dev.culvert.daemon.api.sshtunnels.TunnelWork;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Phase;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * {@code POST /reach/setup}, {@code …/health} and {@code …/stop}. What fails is a step of the
 * answer, and the others go on.
 */
public final class ReachRoute implements Route {
    /** What is done with the keys and the tunnels. */
    enum Kind {
        SETUP,
        HEALTH,
        STOP
    }

    /**
     * What works on each part.
     *
     * @param checks run as those of the caller
     */
    public record Rooms(KeyWork keys, TunnelWork tunnels, Checks checks) {}

    private final Kind kind;
    private final Rooms rooms;

    private ReachRoute(Kind kind, Rooms rooms) {
        this.kind = kind;
        this.rooms = rooms;
    }

    /** Makes keys that are missing, starts tunnels that are not up, and checks servers. */
    public static ReachRoute setup(Rooms rooms) {
        return new ReachRoute(Kind.SETUP, rooms);
    }

    /** Looks at all that, and changes nothing. */
    public static ReachRoute health(Rooms rooms) {
        return new ReachRoute(Kind.HEALTH, rooms);
    }

    /** Stops the tunnels. */
    public static ReachRoute stop(Rooms rooms) {
        return new ReachRoute(Kind.STOP, rooms);
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/reach/" + kind.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.REACH_HOSTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        ReachBody asked = ReachBody.of(request, kind != Kind.STOP);
        answer.reached(Phase.WAITING);
        new Errand(kind, rooms, asked, request, answer).begin();
    }
}
