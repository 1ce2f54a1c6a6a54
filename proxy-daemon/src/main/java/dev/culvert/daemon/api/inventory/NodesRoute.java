package dev.culvert.daemon.api.inventory;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.api.Page;
import dev.culvert.daemon.api.inventory.Wanted.Item;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.inventory.Inventory;
import dev.culvert.daemon.inventory.Kind;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** {@code GET /inventory/nodes}: the machines that are servers of Proxmox. */
public final class NodesRoute implements Route {
    private final Inventory inventory;

    public NodesRoute(Inventory inventory) {
        this.inventory = inventory;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/inventory/nodes");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.READ_INVENTORY;
    }

    @Override
    public void handle(Request request, Answer answer) {
        Page page = Page.of(request);
        String state = request.query("state");
        Stream<Item> all =
                Wanted.views(request, inventory).stream()
                        .flatMap(view -> view.all(Kind.NODE).stream().map(it -> new Item(view, it)))
                        .filter(it -> Wanted.matches(state, it.thing().state()))
                        .sorted(Comparator.comparing(Item::id));
        answer.json(
                OK,
                Json.object(json -> page.write(json, "nodes", all, Item::id, InventoryJson::node)));
    }
}
