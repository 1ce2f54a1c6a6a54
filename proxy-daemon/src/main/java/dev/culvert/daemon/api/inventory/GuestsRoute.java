package dev.culvert.daemon.api.inventory;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.api.Page;
import dev.culvert.daemon.api.inventory.Wanted.Item;
import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Visible;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.inventory.GuestAgents;
import dev.culvert.daemon.inventory.Inventory;
import dev.culvert.daemon.inventory.Kind;
import dev.culvert.daemon.inventory.Thing;
import dev.culvert.daemon.inventory.View;
import dev.culvert.io.Quoted;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** {@code GET /inventory/guests}: virtual machines and containers. */
public final class GuestsRoute implements Route {
    private final Inventory inventory;
    private final GuestAgents agents = new GuestAgents();
    private final Function<Caller, Visible> seenBy;

    public GuestsRoute(Inventory inventory, Function<Caller, Visible> seenBy) {
        this.inventory = inventory;
        this.seenBy = seenBy;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/inventory/guests");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.READ_INVENTORY;
    }

    @Override
    public void handle(Request request, Answer answer) {
        Page page = Page.of(request);
        Predicate<Thing> wanted = wanted(request);
        List<View> views = inventory.views();
        Map<String, Agent> inGuests = agents.in(views, seenBy.apply(request.caller()));
        List<View> narrowed = Wanted.views(request, inventory);
        Cids cids = Cids.of(narrowed);
        Stream<Item> all =
                narrowed.stream()
                        .flatMap(view ->
                                view.all(Kind.GUEST).stream()
                                        .filter(wanted)
                                        .map(it -> new Item(view, it)))
                        .sorted(Comparator.comparing(Item::id));
        answer.json(
                OK,
                Json.object(json ->
                        page.write(
                                json,
                                "guests",
                                all,
                                Item::id,
                                (to, it) ->
                                        InventoryJson.guest(to, it, inGuests.get(it.id()), cids))));
    }

    private static Predicate<Thing> wanted(Request request) {
        String kind = request.query("kind");
        String node = request.query("node");
        String tag = request.query("tag");
        String state = request.query("state");
        String name = request.query("name");
        if (kind != null && !kind.equals("vm") && !kind.equals("ct")) {
            throw ProblemException.badRequest(
                    "The query parameter 'kind' is '%s': it takes vm or ct."
                            .formatted(Quoted.word(kind)));
        }
        return it ->
                Wanted.matches(kind, it.isContainer() ? "ct" : "vm")
                        && Wanted.matches(node, it.fields().textOr("node", ""))
                        && Wanted.hasTag(tag, it)
                        && Wanted.matches(state, it.state())
                        && Wanted.matches(name, it.fields().textOr("name", ""));
    }
}
