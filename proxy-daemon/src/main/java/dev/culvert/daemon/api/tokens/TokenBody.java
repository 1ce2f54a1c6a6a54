package dev.culvert.daemon.api.tokens;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;

import dev.culvert.daemon.auth.Grant;
import dev.culvert.daemon.config.AuthSettings;
import dev.culvert.daemon.config.Role;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Section;
import dev.culvert.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for.
 *
 * @param lifetime null for a token that never expires
 */
record TokenBody(Grant grant, @Nullable Duration lifetime) {
    /**
     * Reads the body by the rules of the settings file.
     *
     * @param tenant of the caller, which a body without one means
     * @param roles that there are
     * @throws ProblemException when it does not describe a token
     */
    static TokenBody of(Request request, @Nullable String tenant, List<Role> roles) {
        Kind<String> role =
                Kind.oneOf(roles.stream().map(Role::name).toList(), Function.identity());
        return read(request, "a token", in -> read(in, tenant, role));
    }

    private static TokenBody read(Section in, @Nullable String tenant, Kind<String> role) {
        return new TokenBody(
                new Grant(
                        in.get("name", Kind.TEXT, ""),
                        in.find("tenant", Kind.TEXT).orElse(tenant),
                        Set.copyOf(in.list("scopes", AuthSettings.SCOPE, List.of())),
                        Set.copyOf(in.list("roles", role, List.of())),
                        Grant.Limits.of(
                                in.find("rate", Kind.TEXT).orElse(null),
                                in.find("bytes", Kind.TEXT).orElse(null),
                                in.get("turns", Kind.INT, 0))),
                in.find("expires_in", AuthSettings.LIFETIME).orElse(null));
    }

    /** How long the present secret stays valid; reads an empty body, too. */
    static Duration overlap(Request request, Duration byDefault) {
        return request.body().isReadable()
                ? read(
                        request,
                        "a rotation",
                        in -> in.get("overlap", AuthSettings.LIFETIME, byDefault))
                : byDefault;
    }

    private static <T> T read(Request request, String what, Function<Section, T> reader) {
        String body = JsonRequest.body(request).toString(StandardCharsets.UTF_8);
        try {
            return Settings.read(List.of(Layer.text("body", body)), reader).value();
        } catch (BadSettingsException e) {
            throw new ProblemException(
                    Problem.of(
                            BAD_REQUEST,
                            "The body does not describe %s: %s."
                                    .formatted(what, String.join("; ", e.mistakes()))));
        }
    }
}
