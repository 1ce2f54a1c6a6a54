package dev.culvert.daemon.api.reach;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.reach.ReverseDoor;
import dev.culvert.io.Quoted;
import dev.culvert.tunnel.Destination;
import dev.culvert.tunnel.Destination.Place;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /agents/{id}/reverse/{port}?to=HOST:PORT}: while the connection is open, that port of
 * the agent's VM leads to a service of the host's side.
 */
public final class ReverseRoute implements Route {
    private static final String HINT =
            "This path opens a port in the agent's VM for as long as the connection lasts, for requests with 'Connection: Upgrade' and 'Upgrade: culvert-tunnel', which a proxy in front must pass on: use culvert reverse.";

    private final AgentAccess access;
    private final Admission admission;
    private final ReverseDoor services;

    public ReverseRoute(AgentAccess access, Admission admission, ReverseDoor services) {
        this.access = access;
        this.admission = admission;
        this.services = services;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/agents/{id}/reverse/{port}");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.REACH;
    }

    @Override
    public boolean answersHead() {
        return false;
    }

    @Override
    public void handle(Request request, Answer answer) {
        admission.checkWork();
        Agent agent = access.agent(request);
        Destination.Port port = ForwardRoute.port(request.parameter("port"));
        Destination.Reverse service = service(request.query("to"));
        TunnelUpgrade.check(request, HINT);
        services.open(
                agent,
                new Destination.Listen(port.number(), service),
                answer.eventLoop(),
                new Forward(request, answer));
    }

    private static Destination.Reverse service(@Nullable String text) {
        if (text == null) {
            throw ProblemException.badRequest(
                    "The query says no service to which the port is to lead: to=HOST:PORT.");
        }
        try {
            Place place = Place.parse(text);
            return new Destination.Reverse(place.host(), place.port());
        } catch (IllegalArgumentException e) {
            throw ProblemException.badRequest(
                    "The service 'to' of the query cannot be used: %s."
                            .formatted(Quoted.message(e)));
        }
    }
}
