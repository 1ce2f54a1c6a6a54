package dev.culvert.daemon.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.http.RouteMatch.Found;
import dev.culvert.daemon.http.RouteMatch.Options;
import dev.culvert.daemon.http.RouteMatch.Refused;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RouterTest {
    private final Route message =
            route(
                    Set.of(HttpMethod.POST),
                    true,
                    "/api/v1/agents/{id}/message",
                    "/agents/{id}/message");
    private final Route stream =
            route(Set.of(HttpMethod.GET, HttpMethod.POST), false, "/agents/{id}/stream");
    private final Route list = route(Set.of(HttpMethod.GET), true, "/agents");
    private final Route put = route(Set.of(HttpMethod.PUT), false, "/agents/{id}");
    private final Route get = route(Set.of(HttpMethod.GET), true, "/agents/{agent}");
    private final Route reload = route(Set.of(HttpMethod.POST), false, "/agents/reload");
    private final Router router =
            new Router(
                    List.of(message, stream, list, put, get, reload),
                    new CountingObserver(),
                    Callers.anybody());

    private static Route route(Set<HttpMethod> methods, boolean answersHead, String... templates) {
        boolean head = answersHead && methods.contains(HttpMethod.GET);
        return new TestRoute(methods, List.of(templates), head, (_, _) -> {});
    }

    private Found found(HttpMethod method, String path) {
        assertThat(router.find(method, path)).isInstanceOf(Found.class);
        return (Found) router.find(method, path);
    }

    @Test
    void findsARouteUnderEachOfItsTemplates() {
        assertThat(found(HttpMethod.POST, "/api/v1/agents/a/message").endpoint().route())
                .isSameAs(message);
        Found unprefixed = found(HttpMethod.POST, "/agents/a%20b/message");
        assertThat(unprefixed.endpoint().route()).isSameAs(message);
        assertThat(unprefixed.endpoint().parameters()).containsExactly("id");
        assertThat(unprefixed.values()).containsExactly("a%20b");
    }

    @Test
    void tellsRoutesOfOnePathApartByTheirMethod() {
        assertThat(found(HttpMethod.PUT, "/agents/a").endpoint().route()).isSameAs(put);
        Found read = found(HttpMethod.GET, "/agents/a");
        assertThat(read.endpoint().route()).isSameAs(get);
        assertThat(read.endpoint().parameters()).containsExactly("agent");
    }

    @Test
    void prefersALiteralAndFallsBackToTheParameter() {
        assertThat(found(HttpMethod.POST, "/agents/reload").endpoint().route()).isSameAs(reload);
        Found fallback = found(HttpMethod.POST, "/agents/reload/message");
        assertThat(fallback.endpoint().route()).isSameAs(message);
        assertThat(fallback.values()).containsExactly("reload");
    }

    @Test
    void takesHeadForGetOnlyWhereTheRouteSaysSo() {
        assertThat(found(HttpMethod.HEAD, "/agents").endpoint().route()).isSameAs(list);
        assertThat(router.find(HttpMethod.HEAD, "/agents/a/stream"))
                .isInstanceOfSatisfying(
                        Refused.class,
                        it -> {
                            assertThat(it.problem().status().code()).isEqualTo(405);
                            assertThat(it.problem().headers()).containsValue("GET, POST, OPTIONS");
                        });
    }

    @Test
    void answersOptionsWithEveryMethodOfThePath() {
        assertThat(router.find(HttpMethod.OPTIONS, "/agents/a"))
                .isEqualTo(new Options("GET, HEAD, PUT, OPTIONS"));
    }

    @Test
    void findsNothingBesideTheTemplates() {
        for (String path :
                List.of("/", "/agents/", "/agent", "/agents/a/", "/agents//message", "/api/v1")) {
            assertThat(router.find(HttpMethod.GET, path))
                    .as(path)
                    .isInstanceOfSatisfying(
                            Refused.class,
                            it -> assertThat(it.problem().status().code()).isEqualTo(404));
        }
    }

    @Test
    void refusesTwoRoutesForOneMethodAndPath() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new Router(List.of(get, get), new CountingObserver(), Callers.anybody()))
                .withMessageContaining("GET /agents/{agent}");
    }
}
