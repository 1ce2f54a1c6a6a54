package dev.culvert.daemon.api.inventory;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.api.Page;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.inventory.Inventory;
import dev.culvert.daemon.inventory.InventoryStore.PlacedChange;
import dev.culvert.daemon.inventory.Kind;
import dev.culvert.daemon.inventory.Thing;
import dev.culvert.io.Quoted;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /inventory/guests/{server}/{vmid}/history} and {@code GET
 * /inventory/history/{server}}: what changed, the latest first.
 */
public final class ChangesRoute implements Route {
    private final Inventory inventory;
    private final OffLoop offLoop;
    private final boolean isOfGuest;

    private ChangesRoute(Inventory inventory, OffLoop offLoop, boolean isOfGuest) {
        this.inventory = inventory;
        this.offLoop = offLoop;
        this.isOfGuest = isOfGuest;
    }

    public static ChangesRoute ofGuest(Inventory inventory, OffLoop offLoop) {
        return new ChangesRoute(inventory, offLoop, true);
    }

    public static ChangesRoute ofAll(Inventory inventory, OffLoop offLoop) {
        return new ChangesRoute(inventory, offLoop, false);
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of(
                isOfGuest
                        ? "/api/v1/inventory/guests/{server}/{vmid}/history"
                        : "/api/v1/inventory/history/{server}");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.READ_INVENTORY;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String server = Wanted.view(request.parameter("server"), inventory).status().name();
        String subject = isOfGuest ? Thing.subject(Kind.GUEST, request.parameter("vmid")) : null;
        Page page = Page.of(request);
        long after = place(page.start());
        offLoop.run(
                "inventory/" + server,
                true,
                request,
                answer,
                () -> {
                    List<PlacedChange> found =
                            inventory.changes(server, subject, after, page.limit() + 1);
                    return () -> write(answer, server, found, page.limit());
                });
    }

    private static long place(String after) {
        if (after.isEmpty()) {
            return 0;
        }
        if (!after.matches("[0-9]{1,18}") || Long.parseLong(after) == 0) {
            throw ProblemException.badRequest(
                    "The query parameter 'after' is '%s': it takes what 'next' was on the page before."
                            .formatted(Quoted.word(after)));
        }
        return Long.parseLong(after);
    }

    private static void write(Answer answer, String server, List<PlacedChange> found, int limit) {
        List<PlacedChange> shown = found.subList(0, Math.min(limit, found.size()));
        @Nullable String next =
                shown.size() < found.size() ? Long.toString(shown.getLast().place()) : null;
        answer.json(
                OK,
                Json.object(json -> {
                    json.writeArrayFieldStart("changes");
                    for (PlacedChange change : shown) {
                        InventoryJson.change(json, server, change);
                    }
                    json.writeEndArray();
                    json.writeStringField("next", next);
                }));
    }
}
