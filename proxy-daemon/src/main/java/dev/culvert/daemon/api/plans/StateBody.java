package dev.culvert.daemon.api.plans;

import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.infra.GuestId;
import dev.culvert.infra.ManagedGuest;
import dev.culvert.io.Quoted;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A desired state that a request brings.
 *
 * @param expected the revision that it replaces; empty if any may be
 * @param managed what it has made or adopted; null if the request does not say it
 */
record StateBody(String text, OptionalLong expected, @Nullable Map<GuestId, ManagedGuest> managed) {
    private static final String TEXT = "text";
    private static final String REVISION = "revision";
    private static final String MANAGED = "managed";

    static StateBody read(Request request) {
        Value body = members(request, Set.of(TEXT, REVISION, MANAGED));
        OptionalLong expected = StateWork.expected(request);
        if (expected.isEmpty() && !body.at(REVISION).isNothing()) {
            long revision = body.number(-1, REVISION);
            if (revision < 0) {
                throw ProblemException.badRequest(
                        "'revision' is no whole number: it takes the revision that is replaced, or 0 for a new state.");
            }
            expected = OptionalLong.of(revision);
        }
        return new StateBody(text(body, TEXT), expected, managed(body.at(MANAGED)));
    }

    /** The body, whose members have only these names. */
    static Value members(Request request, Set<String> names) {
        Value body;
        try {
            body = Value.parse(JsonRequest.body(request).toString(StandardCharsets.UTF_8));
        } catch (BadValueException e) {
            throw ProblemException.badRequest(
                    "The body cannot be read: " + Quoted.message(e) + ".");
        }
        for (String name : body.map().keySet()) {
            if (!names.contains(name)) {
                throw ProblemException.badRequest(
                        "The body has the member '%s': it takes %s."
                                .formatted(
                                        Quoted.word(name),
                                        String.join(", ", names.stream().sorted().toList())));
            }
        }
        return body;
    }

    static String text(Value body, String name) {
        if (body.at(name) instanceof Value.Text(String text)) {
            return text;
        }
        throw ProblemException.badRequest(
                "The body has no text '%s': send it as a string.".formatted(name));
    }

    private static @Nullable Map<GuestId, ManagedGuest> managed(Value given) {
        if (given.isNothing()) {
            return null;
        }
        Map<GuestId, ManagedGuest> managed = new TreeMap<>();
        try {
            for (Value each : given.list()) {
                ManagedGuest guest = ManagedGuest.of(each);
                managed.put(guest.id(), guest);
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw ProblemException.badRequest(
                    "'managed' has no guests as GET shows them: " + Quoted.message(e) + ".");
        }
        return managed;
    }
}
