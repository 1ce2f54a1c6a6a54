package dev.culvert.daemon.api.reach;

import dev.culvert.about.Check;
import dev.culvert.daemon.config.AuthSettings;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.previews.Previews;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Section;
import dev.culvert.settings.Settings;
import dev.culvert.tunnel.Destination;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** What a client asks for. */
record PreviewBody(int port, Duration ttl) {
    PreviewBody {
        Check.between("port", port, 1, Destination.MOST_PORT);
        Check.that(
                !ttl.isNegative() && !ttl.isZero() && ttl.compareTo(Previews.LONGEST_TTL) <= 0,
                "ttl",
                ttl,
                "a preview is valid for up to 30d");
    }

    /**
     * Reads the body by the rules of the settings file.
     *
     * @throws ProblemException when it does not describe a preview
     */
    static PreviewBody of(Request request) {
        String body = JsonRequest.body(request).toString(StandardCharsets.UTF_8);
        try {
            return Settings.read(List.of(Layer.text("body", body)), PreviewBody::read).value();
        } catch (BadSettingsException e) {
            throw ProblemException.badRequest(
                    "The body does not describe a preview: %s."
                            .formatted(String.join("; ", e.mistakes())));
        }
    }

    private static PreviewBody read(Section in) {
        return new PreviewBody(
                in.get("port", Kind.INT, 0), in.get("ttl", AuthSettings.LIFETIME, Previews.TTL));
    }
}
