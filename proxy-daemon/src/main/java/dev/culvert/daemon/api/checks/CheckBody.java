package dev.culvert.daemon.api.checks;

import dev.culvert.checks.BadCheckException;
import dev.culvert.checks.Target;
import dev.culvert.checks.Through;
import dev.culvert.daemon.config.CheckSettings;
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
import java.util.ArrayList;
import java.util.List;

/**
 * What a client asks for.
 *
 * @param agent from inside of which it is checked; empty for the daemon's machine
 * @param isOurs whether the way begins with a port of the daemon, which anybody may connect to
 * @param timeout of each check
 */
record CheckBody(
        List<Target> targets, String agent, Through through, boolean isOurs, Duration timeout) {
    private static final String OF_AN_AGENT = "agent:";
    private static final String OF_A_TUNNEL = "tunnel:";

    private record Words(List<String> urls, String through, Duration timeout) {
        static Words read(Section in, Duration usual) {
            return new Words(
                    in.list("urls", Kind.TEXT, Checks.USUAL),
                    in.get("through", Kind.TEXT, ""),
                    in.get("timeout", Kind.DURATION, usual));
        }
    }

    boolean isInAnAgent() {
        return !agent.isEmpty();
    }

    /**
     * Reads the body of a request.
     *
     * @throws ProblemException when it cannot be checked
     */
    static CheckBody of(Request request, Checks checks) {
        Words words = words(request, checks.settings().timeout());
        if (words.urls.isEmpty() || words.urls.size() > Checks.MOST) {
            throw bad("'urls' takes from 1 to %d addresses in one request".formatted(Checks.MOST));
        }
        if (!words.timeout.isPositive() || words.timeout.compareTo(CheckSettings.LONGEST) > 0) {
            throw bad(
                    "'timeout' takes a time such as 10s, up to %d s"
                            .formatted(CheckSettings.LONGEST.toSeconds()));
        }
        try {
            List<Target> targets = new ArrayList<>();
            for (String url : words.urls) {
                targets.add(Target.parse(url));
            }
            String way = words.through;
            boolean isInside = way.startsWith(OF_AN_AGENT);
            boolean isOurs = way.startsWith(OF_A_TUNNEL);
            return new CheckBody(
                    List.copyOf(targets),
                    isInside ? way.substring(OF_AN_AGENT.length()) : "",
                    isOurs
                            ? checks.tunnel(request.caller(), way.substring(OF_A_TUNNEL.length()))
                            : Through.parse(isInside ? "" : way),
                    isOurs,
                    words.timeout);
        } catch (BadCheckException e) {
            throw bad(e.getMessage());
        }
    }

    private static Words words(Request request, Duration usual) {
        String body =
                request.body().isReadable()
                        ? JsonRequest.body(request).toString(StandardCharsets.UTF_8)
                        : "{}";
        try {
            return Settings.read(List.of(Layer.text("body", body)), in -> Words.read(in, usual))
                    .value();
        } catch (BadSettingsException e) {
            throw bad("the body does not say what to check: " + String.join("; ", e.mistakes()));
        }
    }

    private static ProblemException bad(String what) {
        return ProblemException.badRequest("Nothing was checked: " + what + ".");
    }
}
