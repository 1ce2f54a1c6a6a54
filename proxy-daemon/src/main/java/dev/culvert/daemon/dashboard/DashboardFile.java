package dev.culvert.daemon.dashboard;

import static io.netty.handler.codec.http.HttpHeaderNames.CACHE_CONTROL;
import static io.netty.handler.codec.http.HttpHeaderNames.ETAG;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_MODIFIED;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.Request;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** One file as it is sent. Immutable. */
final class DashboardFile {
    /**
     * A page runs only the scripts of this daemon, none in its own text, asks no other server, and
     * is shown in no other page. No text can become HTML: there is no policy that could make any.
     */
    private static final AsciiString POLICY =
            AsciiString.cached(
                    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                            + " connect-src 'self'; base-uri 'none'; form-action 'none';"
                            + " frame-ancestors 'none'; require-trusted-types-for 'script';"
                            + " trusted-types 'none'");

    private static final AsciiString CONTENT_SECURITY_POLICY =
            AsciiString.cached("content-security-policy");
    private static final AsciiString REFERRER_POLICY = AsciiString.cached("referrer-policy");
    private static final AsciiString NO_REFERRER = AsciiString.cached("no-referrer");
    private static final AsciiString OPENER_POLICY =
            AsciiString.cached("cross-origin-opener-policy");
    private static final AsciiString RESOURCE_POLICY =
            AsciiString.cached("cross-origin-resource-policy");
    private static final AsciiString SAME_ORIGIN = AsciiString.cached("same-origin");

    /** A browser asks each time whether its copy is still the file: an update shows at once. */
    private static final AsciiString NO_CACHE = AsciiString.cached("no-cache");

    private static final int TAG_BYTES = 12;

    private final AsciiString type;
    private final byte[] bytes;
    private final AsciiString tag;

    DashboardFile(AsciiString type, byte[] bytes) {
        this.type = type;
        this.bytes = bytes;
        tag = tag(bytes);
    }

    private static AsciiString tag(byte[] bytes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            byte[] first = Arrays.copyOf(hash, TAG_BYTES);
            return AsciiString.cached(
                    '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(first) + '"');
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    int size() {
        return bytes.length;
    }

    /** The file, or 304 to a client that has it. */
    void send(Request request, Answer answer) {
        answer.header(ETAG, tag)
                .header(CACHE_CONTROL, NO_CACHE)
                .header(CONTENT_SECURITY_POLICY, POLICY)
                .header(REFERRER_POLICY, NO_REFERRER)
                .header(OPENER_POLICY, SAME_ORIGIN)
                .header(RESOURCE_POLICY, SAME_ORIGIN);
        if (isKnown(request.header(Header.IF_NONE_MATCH))) {
            answer.empty(NOT_MODIFIED);
        } else {
            answer.whole(OK, type, Unpooled.wrappedBuffer(bytes));
        }
    }

    /** Whether one of the tags in the header, which a proxy may have made weak, is the file's. */
    private boolean isKnown(@Nullable String tags) {
        return tags != null && (tags.equals("*") || tags.contains(tag));
    }
}
