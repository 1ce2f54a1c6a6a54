package dev.culvert.daemon.api.inventory;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Visible;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.inventory.GuestAgents;
import dev.culvert.daemon.inventory.GuestLook;
import dev.culvert.daemon.inventory.Inventory;
import dev.culvert.daemon.inventory.View;
import dev.culvert.daemon.proxmox.ProxmoxException;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** {@code GET /inventory/guests/{server}/{vmid}}: one of them, as its server says now. */
public final class GuestRoute implements Route {
    private final Inventory inventory;
    private final GuestAgents agents = new GuestAgents();
    private final Function<Caller, Visible> seenBy;
    private final OffLoop offLoop;

    /**
     * @param offLoop with workers that may wait for Proxmox
     */
    public GuestRoute(Inventory inventory, Function<Caller, Visible> seenBy, OffLoop offLoop) {
        this.inventory = inventory;
        this.seenBy = seenBy;
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/inventory/guests/{server}/{vmid}");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.READ_INVENTORY;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String server = Wanted.view(request.parameter("server"), inventory).status().name();
        String vmid = request.parameter("vmid");
        Visible visible = seenBy.apply(request.caller());
        offLoop.run(
                request,
                answer,
                () -> {
                    GuestLook look = look(server, vmid);
                    List<View> views = inventory.views();
                    Agent agent = agents.in(views, visible).get(server + "/" + vmid);
                    Cids cids = Cids.of(views);
                    return () ->
                            answer.json(
                                    OK,
                                    Json.object(json ->
                                            InventoryJson.look(json, server, look, agent, cids)));
                });
    }

    private GuestLook look(String server, String vmid) {
        try {
            GuestLook look = inventory.look(server, vmid);
            if (look == null) {
                throw Wanted.noGuest(server, vmid);
            }
            return look;
        } catch (ProxmoxException e) {
            throw Wanted.away(e);
        }
    }
}
