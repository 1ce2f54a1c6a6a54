package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE;

import dev.culvert.io.Quoted;
import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonChecker;
import dev.culvert.json.JsonLimits;
import dev.culvert.json.JsonMembers;
import dev.culvert.json.JsonOutline;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads JSON objects from requests. */
public final class JsonRequest {
    private static final String BODY = "The body";

    private JsonRequest() {}

    /**
     * The body, which is one JSON object. Lent as the request lends it.
     *
     * @throws ProblemException when it is not a JSON object
     */
    public static ByteBuf body(Request request) {
        checkType(request.header(Header.CONTENT_TYPE));
        JsonChecker checker = request.checker();
        if (checker == null) {
            return check(BODY, request.body());
        }
        end(checker, request.body());
        return request.body();
    }

    /**
     * Checks that the body is one JSON object, and returns whether a member of that name, plain
     * ASCII, is a list.
     *
     * @throws ProblemException when it is not a JSON object
     */
    public static boolean hasList(Request request, String name) {
        checkType(request.header(Header.CONTENT_TYPE));
        JsonChecker checker = request.checker();
        if (checker == null) {
            return hasList(BODY, request.body(), name);
        }
        end(checker, request.body());
        JsonMembers members = new JsonMembers(request.body(), checker.places());
        boolean isThere = false;
        while (members.next()) {
            isThere |= members.kind() == '[' && members.isNamed(name);
        }
        return isThere;
    }

    /** The same of a text that a problem names as {@code what}. */
    public static boolean hasList(String what, ByteBuf text, String name) {
        checkNotEmpty(what, text);
        try {
            return JsonText.hasList(text, name);
        } catch (BadJsonException bad) {
            throw notAnObject(what, bad);
        }
    }

    /**
     * The members of the body, which is one JSON object. Lent as the request lends it.
     *
     * @throws ProblemException when it is not a JSON object
     */
    public static JsonMembers members(Request request) {
        checkType(request.header(Header.CONTENT_TYPE));
        JsonChecker checker = request.checker();
        if (checker == null) {
            return members(request.body());
        }
        end(checker, request.body());
        return new JsonMembers(request.body(), checker.places());
    }

    /** The same, of a body that was not checked while it arrived. */
    public static JsonMembers members(ByteBuf body) {
        checkNotEmpty(BODY, body);
        try {
            return JsonText.members(body);
        } catch (BadJsonException bad) {
            throw notAnObject(BODY, bad);
        }
    }

    private static void end(JsonChecker checker, ByteBuf body) {
        try {
            checker.end(body);
        } catch (BadJsonException bad) {
            throw notAnObject(BODY, bad);
        }
    }

    /**
     * Where the values of the body are, which is one JSON object.
     *
     * @param levels how deep they are noted
     * @throws ProblemException when it is not a JSON object, or not within these limits
     */
    public static JsonOutline outline(Request request, JsonLimits limits, int levels) {
        checkType(request.header(Header.CONTENT_TYPE));
        checkNotEmpty(BODY, request.body());
        try {
            return JsonOutline.of(request.body(), limits, levels);
        } catch (BadJsonException bad) {
            throw notAnObject(BODY, bad);
        }
    }

    /**
     * Returns {@code text} if it is one JSON object; else a problem that begins with {@code what}.
     */
    public static ByteBuf check(String what, ByteBuf text) {
        checkNotEmpty(what, text);
        try {
            JsonText.checkObject(text);
        } catch (BadJsonException bad) {
            throw notAnObject(what, bad);
        }
        return text;
    }

    private static void checkNotEmpty(String what, ByteBuf text) {
        if (!text.isReadable()) {
            throw problem(what + " is empty: send a JSON object.");
        }
    }

    private static ProblemException notAnObject(String what, BadJsonException bad) {
        return problem(what + " is not one JSON object that can be sent: " + bad.detail() + ".");
    }

    private static void checkType(@Nullable String contentType) {
        if (contentType == null || contentType.equals("application/json")) {
            return;
        }
        String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (!type.equals("application/json") && !type.endsWith("+json")) {
            throw new ProblemException(
                    Problem.of(
                            UNSUPPORTED_MEDIA_TYPE,
                            "The content type of the body is '%s': send 'content-type: application/json'."
                                    .formatted(Quoted.word(type))));
        }
    }

    private static ProblemException problem(String sentence) {
        return new ProblemException(Problem.of(BAD_REQUEST, sentence));
    }
}
