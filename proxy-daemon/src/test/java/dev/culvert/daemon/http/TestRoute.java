package dev.culvert.daemon.http;

import dev.culvert.daemon.auth.Need;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/** A route made of what a test gives it. */
public record TestRoute(
        Set<HttpMethod> methods,
        List<String> templates,
        boolean answersHead,
        BiConsumer<Request, Answer> action)
        implements Route {

    public TestRoute(HttpMethod method, String template, BiConsumer<Request, Answer> action) {
        this(Set.of(method), List.of(template), method.equals(HttpMethod.GET), action);
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.NOTHING;
    }

    @Override
    public void handle(Request request, Answer responder) {
        action.accept(request, responder);
    }
}
