package dev.culvert.daemon.providers;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiPredicate;

/** {@code GET /api/v1/budgets}: what was used of the providers, and what is left. */
public final class BudgetsRoute implements Route {
    private static final Comparator<Budgets.Standing> ORDER =
            Comparator.comparing((Budgets.Standing it) -> it.holder().kind())
                    .thenComparing(it -> it.holder().name())
                    .thenComparing(Budgets.Standing::span);

    private final Budgets budgets;
    private final BiPredicate<Caller, String> seesAgent;

    /**
     * @param seesAgent whether an agent exists for a caller
     */
    public BudgetsRoute(Budgets budgets, BiPredicate<Caller, String> seesAgent) {
        this.budgets = budgets;
        this.seesAgent = seesAgent;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/budgets");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.READ_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        Caller caller = request.caller();
        List<Budgets.Standing> shown =
                budgets.standings().stream()
                        .filter(it -> sees(caller, it.holder()))
                        .sorted(ORDER)
                        .toList();
        answer.json(
                OK,
                Json.object(json -> {
                    json.writeArrayFieldStart("budgets");
                    for (Budgets.Standing one : shown) {
                        write(json, one);
                    }
                    json.writeEndArray();
                }));
    }

    private boolean sees(Caller caller, Holder holder) {
        return switch (holder.kind()) {
            case AGENT -> seesAgent.test(caller, holder.name());
            case TENANT -> caller.sees(holder.name());
        };
    }

    private static void write(JsonGenerator json, Budgets.Standing one) throws IOException {
        json.writeStartObject();
        json.writeStringField("of", one.holder().kind().label());
        json.writeStringField("name", one.holder().name());
        json.writeStringField("span", one.span().label());
        json.writeStringField("begins", one.start().toString());
        json.writeStringField("ends", one.end().toString());
        json.writeNumberField("tokens", one.tokens());
        json.writeNumberField("reserved_tokens", one.reserved());
        limit(json, "token_limit", one.tokenLimit());
        json.writeNumberField("requests", one.requests());
        limit(json, "request_limit", one.requestLimit());
        json.writeEndObject();
    }

    private static void limit(JsonGenerator json, String name, OptionalLong limit)
            throws IOException {
        if (limit.isPresent()) {
            json.writeNumberField(name, limit.getAsLong());
        } else {
            json.writeNullField(name);
        }
    }
}
