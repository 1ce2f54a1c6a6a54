package dev.culvert.daemon.api.enrolments;

import dev.culvert.about.Check;
import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.config.AuthSettings;
import dev.culvert.daemon.enrol.Enrolments;
import dev.culvert.daemon.http.JsonRequest;
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
import java.util.regex.Pattern;

/**
 * What a client asks for.
 *
 * @param name empty if the guest may choose
 */
record EnrollmentBody(String name, String tenant, Duration ttl) {
    private static final Kind<String> NAME =
            Kind.matching(Pattern.compile(AgentSettings.NAME_PATTERN), AgentSettings.NAME_TAKES);

    EnrollmentBody {
        Check.that(
                !name.equals(AgentSettings.RESERVED_ID),
                "name",
                name,
                "no agent can be named connect, because agents dial in at"
                        + " /api/v1/agents/connect: choose another name");
        Check.that(
                !ttl.isNegative() && !ttl.isZero() && ttl.compareTo(Enrolments.LONGEST_TTL) <= 0,
                "ttl",
                ttl,
                "a join token is valid for up to 30d");
    }

    /**
     * Reads the body by the rules of the settings file; an empty one asks for the defaults.
     *
     * @throws ProblemException when it does not describe an enrolment
     */
    static EnrollmentBody of(Request request) {
        String body =
                request.body().isReadable()
                        ? JsonRequest.body(request).toString(StandardCharsets.UTF_8)
                        : "{}";
        try {
            return Settings.read(
                            List.of(Layer.text("body", body)), in -> read(in, request.caller()))
                    .value();
        } catch (BadSettingsException e) {
            throw ProblemException.badRequest(
                    "The body does not describe an enrolment: %s."
                            .formatted(String.join("; ", e.mistakes())));
        }
    }

    private static EnrollmentBody read(Section in, Caller caller) {
        String own = caller.tenant();
        return new EnrollmentBody(
                in.get("name", NAME, ""),
                in.get("tenant", NAME, own == null ? AgentSettings.DEFAULT_TENANT : own),
                in.get("ttl", AuthSettings.LIFETIME, Enrolments.TTL));
    }
}
