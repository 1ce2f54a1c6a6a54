package dev.culvert.daemon.api.hostreach;

import dev.culvert.checks.BadCheckException;
import dev.culvert.checks.Target;
import dev.culvert.daemon.api.checks.Checks;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Section;
import dev.culvert.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a client asks for.
 *
 * @param targets what to check; none to check nothing
 * @param isDry whether to say only what would be done
 */
record ReachBody(List<Target> targets, boolean isDry) {
    private record Words(List<String> urls, boolean isDry) {
        static Words read(Section in, boolean checks) {
            return new Words(
                    checks ? in.list("urls", Kind.TEXT, Checks.USUAL) : List.of(),
                    in.get("dry_run", Kind.BOOLEAN, false));
        }
    }

    /**
     * Reads the body of a request.
     *
     * @param checks whether it can name what to check
     * @throws ProblemException when it cannot be done
     */
    static ReachBody of(Request request, boolean checks) {
        String body =
                request.body().isReadable()
                        ? JsonRequest.body(request).toString(StandardCharsets.UTF_8)
                        : "{}";
        try {
            Words words =
                    Settings.read(List.of(Layer.text("body", body)), in -> Words.read(in, checks))
                            .value();
            if (words.urls.size() > Checks.MOST) {
                throw bad("'urls' takes up to %d addresses in one request".formatted(Checks.MOST));
            }
            List<Target> targets = new ArrayList<>();
            for (String url : words.urls) {
                targets.add(Target.parse(url));
            }
            return new ReachBody(List.copyOf(targets), words.isDry);
        } catch (BadSettingsException e) {
            throw bad("the body does not say what to do: " + String.join("; ", e.mistakes()));
        } catch (BadCheckException e) {
            throw bad(e.getMessage());
        }
    }

    private static ProblemException bad(String what) {
        return ProblemException.badRequest("Nothing was done: " + what + ".");
    }
}
