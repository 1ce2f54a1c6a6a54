package dev.culvert.daemon.api.guests;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.guests.GuestKind;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.io.Quoted;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code POST /inventory/guests/{server}} makes a virtual machine or a container. */
public final class CreateGuestRoute implements Route {
    private static final String KIND = "kind";
    private static final String NODE = "node";

    private final GuestWork work;

    public CreateGuestRoute(GuestWork work) {
        this.work = work;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/inventory/guests/{server}");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.CHANGE_GUESTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String server = request.parameter("server");
        Parameters parameters = Parameters.read(request, Set.of(KIND, NODE));
        String named = parameters.own(KIND).orElse("");
        GuestKind kind =
                GuestKind.labelled(named)
                        .orElseThrow(() ->
                                problem(
                                        "The member 'kind' is '%s': it takes vm or ct."
                                                .formatted(Quoted.word(named))));
        String node =
                parameters
                        .own(NODE)
                        .filter(it -> !it.isEmpty())
                        .orElseThrow(() ->
                                problem(
                                        "No node is named on which it is to be: give 'node'"
                                                + " (culvert node list)."));
        // One after the other, so that two who want a free id do not get the same one.
        work.change(
                List.of(server, KIND),
                parameters,
                "create of a guest on %s/%s".formatted(server, Quoted.word(node)),
                request,
                answer,
                () -> work.guests().create(server, kind, node, parameters.forProxmox()));
    }

    private static ProblemException problem(String sentence) {
        return new ProblemException(Problem.of(BAD_REQUEST, sentence));
    }
}
