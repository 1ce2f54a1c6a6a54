package dev.culvert.daemon.api.reach;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.reach.Tunnels;
import dev.culvert.tunnel.Destination;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** {@code GET /agents/{id}/forward/{port}}: the connection leads to a port of the agent's VM. */
public final class ForwardRoute implements Route {
    private static final String HINT =
            "This path leads to a port of the agent, for requests with 'Connection: Upgrade' and 'Upgrade: culvert-tunnel', which a proxy in front must pass on: use culvert forward.";

    private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");

    private final AgentAccess access;
    private final Admission admission;
    private final Tunnels tunnels;

    public ForwardRoute(AgentAccess access, Admission admission, Tunnels tunnels) {
        this.access = access;
        this.admission = admission;
        this.tunnels = tunnels;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/agents/{id}/forward/{port}");
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
        Destination.Port port = port(request.parameter("port"));
        if (!TunnelUpgrade.isAsked(request)) {
            TunnelUpgrade.checkVersion(request);
            ask(agent, port, answer);
            return;
        }
        TunnelUpgrade.check(request, HINT);
        Forward forward = new Forward(request, answer);
        tunnels.open(agent, port, answer.eventLoop(), forward);
    }

    /** Who only asks whether there could be one is told, too, as far as the agent says it. */
    private void ask(Agent agent, Destination.Port port, Answer answer) {
        tunnels.ask(
                agent,
                port,
                answer.eventLoop(),
                refusal ->
                        answer.problem(
                                refusal.map(Refusals::problem)
                                        .orElseGet(() -> TunnelUpgrade.notAsked(HINT))));
    }

    /** The number that a path or a body names. */
    static Destination.Port port(String text) {
        int number = PORT.matcher(text).matches() ? Integer.parseInt(text) : 0;
        if (number < 1 || number > Destination.MOST_PORT) {
            throw ProblemException.badRequest("The port is not a number from 1 to 65535.");
        }
        return new Destination.Port(number);
    }
}
