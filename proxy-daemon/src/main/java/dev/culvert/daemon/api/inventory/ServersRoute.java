package dev.culvert.daemon.api.inventory;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.inventory.Inventory;
import dev.culvert.daemon.inventory.View;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code GET /inventory/servers}: the servers of Proxmox, and how each is. */
public final class ServersRoute implements Route {
    private final Inventory inventory;

    public ServersRoute(Inventory inventory) {
        this.inventory = inventory;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/inventory/servers");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.READ_INVENTORY;
    }

    @Override
    public void handle(Request request, Answer answer) {
        List<View> views = inventory.views();
        answer.json(
                OK,
                Json.object(json -> {
                    json.writeArrayFieldStart("servers");
                    for (View view : views) {
                        InventoryJson.server(json, view);
                    }
                    json.writeEndArray();
                }));
    }
}
