package dev.culvert.daemon.api.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.api.OffLoop;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** {@code GET} of one text: the metrics, the description of this interface. */
public final class TextRoute implements Route {
    private static final String OPENAPI = "/dev/culvert/protocol/openapi.yaml";

    private final String path;
    private final AsciiString contentType;
    private final Supplier<String> text;
    private final OffLoop offLoop;

    /**
     * @param text may take a while, and so is not asked for on an event loop
     */
    private TextRoute(String path, String contentType, Supplier<String> text, OffLoop offLoop) {
        this.path = path;
        this.contentType = AsciiString.of(contentType);
        this.text = text;
        this.offLoop = offLoop;
    }

    public static TextRoute metrics(Supplier<String> scrape, OffLoop offLoop) {
        return new TextRoute(
                "/metrics", "text/plain; version=0.0.4; charset=utf-8", scrape, offLoop);
    }

    public static TextRoute openApi(OffLoop offLoop) {
        String text = resource();
        return new TextRoute("/openapi.yaml", "application/yaml", () -> text, offLoop);
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of(path);
    }

    @Override
    public void handle(Request request, Answer responder) {
        offLoop.run(
                request,
                responder,
                () -> {
                    byte[] bytes = text.get().getBytes(StandardCharsets.UTF_8);
                    return () -> responder.whole(OK, contentType, Unpooled.wrappedBuffer(bytes));
                });
    }

    private static String resource() {
        try (InputStream file = TextRoute.class.getResourceAsStream(OPENAPI)) {
            if (file == null) {
                throw new IllegalStateException("protocol-spec was built without " + OPENAPI);
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
