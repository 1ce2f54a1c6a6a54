package dev.culvert.daemon.api.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** {@code GET /metrics}: all metrics in Prometheus' text format. */
public final class MetricsRoute implements Route {
    private static final AsciiString TEXT_FORMAT =
            AsciiString.cached("text/plain; version=0.0.4; charset=utf-8");

    private final Supplier<String> scrape;
    private final OffLoop offLoop;

    /**
     * @param scrape may take a while, so it is not called on an event loop
     */
    public MetricsRoute(Supplier<String> scrape, OffLoop offLoop) {
        this.scrape = scrape;
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/metrics");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.READ_METRICS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        offLoop.run(
                request,
                answer,
                () -> {
                    byte[] text = scrape.get().getBytes(StandardCharsets.UTF_8);
                    return () -> answer.whole(OK, TEXT_FORMAT, Unpooled.wrappedBuffer(text));
                });
    }
}
