package dev.culvert.daemon.api.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;

/** {@code GET /openapi.yaml}: the description of this interface. */
public final class OpenApiRoute implements Route {
    private static final String FILE = "/dev/culvert/protocol/openapi.yaml";
    private static final AsciiString YAML = AsciiString.cached("application/yaml");

    private final byte[] text = read();

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/openapi.yaml");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.NOTHING;
    }

    @Override
    public void handle(Request request, Answer answer) {
        answer.whole(OK, YAML, Unpooled.wrappedBuffer(text));
    }

    private static byte[] read() {
        try (InputStream file = OpenApiRoute.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException("protocol-spec was built without " + FILE);
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
