package dev.culvert.daemon.api.guests;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.guests.GuestAction;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code POST /inventory/guests/{server}/{vmid}/ACTION}. */
public final class GuestActionRoute implements Route {
    private static final String NAME = "expected_name";

    private final GuestWork work;
    private final GuestAction action;

    public GuestActionRoute(GuestWork work, GuestAction action) {
        this.work = work;
        this.action = action;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/inventory/guests/{server}/{vmid}/" + action.label());
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.CHANGE_GUESTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String server = request.parameter("server");
        String vmid = request.parameter("vmid");
        Parameters parameters = Parameters.read(request, Set.of(NAME));
        work.change(
                List.of(server, vmid),
                parameters,
                "%s of %s/%s".formatted(action.label(), server, vmid),
                request,
                answer,
                () ->
                        work.guests()
                                .plan(
                                        server,
                                        vmid,
                                        action,
                                        parameters.own(NAME),
                                        parameters.forProxmox()));
    }
}
