package dev.culvert.daemon.api.subjects;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;

import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.io.Quoted;
import dev.culvert.subject.NoteReader;
import dev.culvert.subject.Subject;
import dev.culvert.subject.SubjectMatch;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a request says about subjects. Each method throws a {@link ProblemException}. */
final class Asking {
    private Asking() {}

    /** The tenant whose subjects are meant. */
    static String tenant(Request request) {
        String own = request.caller().tenant();
        String wanted = request.query("tenant");
        if (wanted != null && !AgentSettings.isName(wanted)) {
            throw problem(
                    BAD_REQUEST,
                    "The query parameter 'tenant' is '%s': it takes %s."
                            .formatted(Quoted.word(wanted), AgentSettings.NAME_TAKES));
        }
        if (own == null) {
            return wanted == null ? AgentSettings.DEFAULT_TENANT : wanted;
        }
        if (wanted != null && !wanted.equals(own)) {
            throw problem(
                    FORBIDDEN,
                    "The subjects of tenant '%s' are not yours: leave out 'tenant'."
                            .formatted(Quoted.word(wanted)));
        }
        return own;
    }

    static Subject subject(Request request) {
        return checked(request.parameter("subject"), Subject::new);
    }

    static SubjectMatch match(Request request) {
        String match = request.query("match");
        if (match == null) {
            throw problem(
                    BAD_REQUEST,
                    "The query lacks 'match': give the subjects to follow, such as"
                            + " match=build.* or match=>.");
        }
        return checked(match, SubjectMatch::of);
    }

    /** The body. */
    static NoteReader note(Request request) {
        return checked(request.body(), it -> new NoteReader(it, JsonRequest.members(request)));
    }

    static @Nullable Subject reply(NoteReader note) {
        return checked(note, NoteReader::reply);
    }

    /** Lent as the body is. */
    static ByteBuf data(NoteReader note, int mostBytes) {
        ByteBuf data = checked(note, NoteReader::data);
        if (data.readableBytes() > mostBytes) {
            throw problem(
                    REQUEST_ENTITY_TOO_LARGE,
                    "The data has %d bytes, and the daemon takes at most %d: send less, or raise subjects.max_data_bytes."
                            .formatted(data.readableBytes(), mostBytes));
        }
        return data;
    }

    private static <T, R> R checked(T what, Function<T, R> read) {
        try {
            return read.apply(what);
        } catch (IllegalArgumentException malformed) {
            String why = String.valueOf(malformed.getMessage());
            throw problem(
                    BAD_REQUEST, Character.toUpperCase(why.charAt(0)) + why.substring(1) + ".");
        }
    }

    private static ProblemException problem(HttpResponseStatus status, String sentence) {
        return new ProblemException(Problem.of(status, sentence));
    }
}
