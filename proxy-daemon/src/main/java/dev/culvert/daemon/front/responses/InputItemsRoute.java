package dev.culvert.daemon.front.responses;

import static dev.culvert.json.JsonOutline.NONE;
import static dev.culvert.json.JsonOutline.ROOT;
import static io.netty.buffer.ByteBufUtil.writeAscii;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.front.openai.OpenAiProblems;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.LargeRequests;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.json.JsonLimits;
import dev.culvert.json.JsonOutline;
import dev.culvert.json.JsonPieces;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/responses/{id}/input_items}: what a kept response answers, page by page. */
final class InputItemsRoute implements Route {
    private static final int MOST_ITEMS = 100;
    private static final int ITEMS = 20;

    /** The list, an item, its members. */
    private static final int LEVELS = 3;

    private final KeptResponses responses;
    private final LargeRequests requests;

    InputItemsRoute(KeptResponses responses, LargeRequests requests) {
        this.responses = responses;
        this.requests = requests;
    }

    /**
     * Which of the items.
     *
     * @param after the id before the first; null for all
     */
    private record Wanted(int limit, boolean isAscending, @Nullable String after) {}

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/v1/responses/{response}/input_items");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.READ_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        KeptResponse response = responses.get(request.parameter("response"), request.caller());
        Wanted wanted =
                new Wanted(
                        limit(request.query("limit")),
                        isAscending(request.query("order")),
                        request.query("after"));
        long bytes = response.input().bytes();
        if (bytes < LargeRequests.LARGE_BYTES) {
            answer.json(OK, page(response, wanted));
        } else {
            requests.readElsewhere(
                    request,
                    answer,
                    bytes,
                    () -> {
                        ByteBuf page = page(response, wanted);
                        return () -> {
                            if (answer.isOpen()) {
                                answer.json(OK, page);
                            }
                        };
                    });
        }
    }

    /** On the heap. */
    private static ByteBuf page(KeptResponse response, Wanted wanted) {
        ByteBuf all = Unpooled.buffer();
        writeAscii(all, "{\"input\":[");
        response.input().write(all);
        writeAscii(all, "]}");
        JsonOutline json = JsonOutline.of(all, JsonLimits.FRAME, LEVELS);
        List<Integer> places = new ArrayList<>();
        int list = json.first(ROOT);
        for (int it = json.first(list); it != NONE; it = json.next(it)) {
            places.add(it);
        }
        ByteBuf page = page(json, response, places, wanted);
        json.forget();
        return page;
    }

    private static ByteBuf page(
            JsonOutline json, KeptResponse response, List<Integer> places, Wanted wanted) {
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            int id = json.find(places.get(i), "id");
            boolean hasId = id != NONE && json.isText(id);
            String ids = response.response().ids();
            items.add(
                    new Item(places.get(i), hasId, hasId ? json.text(id) : "in_" + ids + "_" + i));
        }
        if (!wanted.isAscending) {
            Collections.reverse(items);
        }
        int from = 0;
        for (int i = 0; wanted.after != null && i < items.size(); i++) {
            if (items.get(i).id.equals(wanted.after)) {
                from = i + 1;
            }
        }
        int end = Math.min(items.size(), from + wanted.limit);
        ByteBuf out = Unpooled.buffer();
        JsonPieces to = new JsonPieces(out).open('{').name("object").text("list");
        to.name("data").open('[');
        for (Item item : items.subList(from, end)) {
            item.write(json, to);
        }
        to.close(']');
        end(json, to, "first_id", from < end ? items.get(from) : null);
        end(json, to, "last_id", from < end ? items.get(end - 1) : null);
        to.name("has_more").literal(String.valueOf(end < items.size())).close('}');
        return out;
    }

    private static void end(JsonOutline json, JsonPieces to, String name, @Nullable Item item) {
        to.name(name);
        if (item == null) {
            to.literal("null");
        } else {
            item.writeId(json, to);
        }
    }

    /** An item, with an id of its own or one that is made here. */
    private record Item(int place, boolean hasId, String id) {
        void writeId(JsonOutline json, JsonPieces to) {
            if (hasId) {
                to.copy(json, json.find(place, "id"));
            } else {
                to.text(id);
            }
        }

        /** Messages need not name their type in a request. */
        void write(JsonOutline json, JsonPieces to) {
            to.open('{').name("id");
            writeId(json, to);
            if (json.find(place, "type") == NONE) {
                to.name("type").text("message");
            }
            for (int it = json.first(place); it != NONE; it = json.next(it)) {
                if (!json.isNamed(it, "id")) {
                    to.copyMember(json, it);
                }
            }
            to.close('}');
        }
    }

    private static int limit(@Nullable String limit) {
        if (limit == null) {
            return ITEMS;
        }
        int items = limit.matches("[0-9]{1,3}") ? Integer.parseInt(limit) : 0;
        if (items < 1 || items > MOST_ITEMS) {
            throw OpenAiProblems.invalid("limit", "'limit' must be from 1 to " + MOST_ITEMS + ".");
        }
        return items;
    }

    private static boolean isAscending(@Nullable String order) {
        if (order == null || order.equals("desc")) {
            return false;
        }
        if (!order.equals("asc")) {
            throw OpenAiProblems.invalid("order", "'order' must be 'asc' or 'desc'.");
        }
        return true;
    }
}
