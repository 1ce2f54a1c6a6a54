package dev.culvert.daemon.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The head of one request: its method, its target and the headers that anything here reads. Whoever
 * reads the bytes makes it, whichever version of HTTP they are. Confined to its event loop.
 */
public final class Head {
    /** Any method that no route takes. */
    public static final HttpMethod UNKNOWN_METHOD = HttpMethod.valueOf("UNKNOWN");

    /** Of one request only, as is where a client resumes it. */
    private static final List<Header> OF_THE_BODY =
            List.of(
                    Header.ACCEPT,
                    Header.CONTENT_ENCODING,
                    Header.CONTENT_LENGTH,
                    Header.CONTENT_TYPE,
                    Header.EXPECT,
                    Header.LAST_EVENT_ID,
                    Header.TRANSFER_ENCODING);

    /** What most heads have not. In an object of its own: nearly every request has a head. */
    private static final class Rare {
        static final Rare NONE = new Rare(0, null);

        /** A bit for each header that came more than once, at its index. */
        private final long repeated;

        /** What trusted proxies say. */
        private final @Nullable Forwarded forwarded;

        private boolean ofOtherHost;

        /** All of a head for another host, as it was sent. */
        private byte @Nullable [] bytes;

        Rare(long repeated, @Nullable Forwarded forwarded) {
            this.repeated = repeated;
            this.forwarded = forwarded;
        }
    }

    private final HttpMethod method;
    private final String uri;
    private final boolean http10;
    private final boolean closes;
    private final @Nullable String[] values;
    private final long number = RequestId.random();
    private @Nullable Authority host;
    private @Nullable RequestTarget target;
    private Rare rare;
    private boolean http2;

    /**
     * A head with the {@code values} of its headers, each at {@link Header#index}.
     *
     * @param closes whether the client ends the connection after the answer
     * @param repeated a bit for each header that came more than once, at its index
     */
    public Head(
            HttpMethod method,
            String uri,
            boolean http10,
            boolean closes,
            @Nullable String[] values,
            long repeated) {
        this.method = method;
        this.uri = uri;
        this.http10 = http10;
        this.closes = closes;
        this.values = values;
        rare = repeated == 0 ? Rare.NONE : new Rare(repeated, null);
    }

    /** For bytes that are no request: an answer to them closes the connection. */
    public static Head unreadable() {
        return unreadable(HttpMethod.GET, "/");
    }

    /**
     * The same where the method and the path are known, which decide how the client is told why.
     */
    public static Head unreadable(HttpMethod method, String path) {
        return new Head(method, path, false, true, new @Nullable String[Header.values().length], 0);
    }

    /** Another head of the same bytes. */
    public Head again() {
        Head next = new Head(method, uri, http10, closes, values, 0);
        next.host = host;
        next.target = target;
        next.rare = rare;
        next.http2 = http2;
        return next;
    }

    /**
     * The head of a request that this one causes, with JSON as its body. It keeps what belongs to
     * the client and not to the body.
     */
    Head inner(HttpMethod otherMethod, String otherUri) {
        @Nullable String[] kept = values.clone();
        for (Header header : OF_THE_BODY) {
            kept[header.index()] = null;
        }
        kept[Header.CONTENT_TYPE.index()] = "application/json";
        kept[Header.X_REQUEST_ID.index()] = id();
        long once = rare.repeated & ~(1L << Header.X_REQUEST_ID.index());
        Head next = new Head(otherMethod, otherUri, http10, closes, kept, once);
        next.host = host;
        next.forwarded(rare.forwarded);
        next.http2 = http2;
        return next;
    }

    /** Takes over what {@code before} has parsed from equal texts. */
    public void reuse(Head before) {
        if (Objects.equals(first(Header.HOST), before.first(Header.HOST))) {
            host = before.host;
        }
        if (uri.equals(before.uri) && uri.startsWith("/")) {
            target = before.target;
        }
    }

    /** A copy of {@code next}; the values of this head themselves if they are equal. */
    public @Nullable String[] shared(@Nullable String[] next) {
        return Arrays.equals(values, next) ? values : next.clone();
    }

    public HttpMethod method() {
        return method;
    }

    /** As it was sent. */
    public String uri() {
        return uri;
    }

    /** The request's id in logs and answers: visible ASCII that needs no quoting. */
    public String id() {
        return RequestId.text(only(Header.X_REQUEST_ID), number);
    }

    public void writeId(ByteBuf out) {
        RequestId.write(out, only(Header.X_REQUEST_ID), number);
    }

    /** Marks it as one of HTTP/2. */
    public Head ofHttp2() {
        http2 = true;
        return this;
    }

    /**
     * Marks it as one for a host that is not the daemon's own.
     *
     * @param whole the bytes of the head, with all headers; null in HTTP/2
     */
    public Head ofOtherHost(byte @Nullable [] whole) {
        rare = new Rare(rare.repeated, rare.forwarded);
        rare.ofOtherHost = true;
        rare.bytes = whole;
        return this;
    }

    /** Whether it is for a host that is not the daemon's own. */
    public boolean isOfOtherHost() {
        return rare.ofOtherHost;
    }

    /** All of it, as it was sent; null if it is for the daemon's own host, and in HTTP/2. */
    public byte @Nullable [] bytes() {
        return rare.bytes;
    }

    /** As logs and traces name it. */
    public String protocol() {
        return http2 ? "HTTP/2" : http10 ? "HTTP/1.0" : "HTTP/1.1";
    }

    public boolean isHttp10() {
        return http10;
    }

    /** Whether the client asks for the connection to end after the answer. */
    public boolean closes() {
        return closes;
    }

    /**
     * The host that it names; null for an HTTP/1.0 request without a Host.
     *
     * @throws ProblemException when the Host is missing otherwise, or is not a host
     */
    public @Nullable Authority host() {
        if (host == null) {
            String value = atMostOne(Header.HOST);
            if (value == null && http10) {
                return null;
            }
            if (value == null) {
                throw ProblemException.badRequest("The request has no Host: send one.");
            }
            host = Authority.parse(value);
            if (host == null) {
                throw ProblemException.badRequest(
                        "The Host is not a host name with an optional port.");
            }
        }
        return host;
    }

    /**
     * What it asks for.
     *
     * @throws ProblemException when a server cannot take it
     */
    public RequestTarget target() {
        if (target == null) {
            target = RequestTarget.parse(method, uri, uri.startsWith("/") ? null : host());
        }
        return target;
    }

    /** The path that it asks for; the target as it was sent if no server can take it. */
    String path() {
        if (rare.ofOtherHost) {
            return uri.split("[?]", 2)[0]; // a secret may follow
        }
        try {
            return target().path();
        } catch (ProblemException _) {
            return uri;
        }
    }

    /** What trusted proxies say about its client; null if there are none, or they say nothing. */
    public @Nullable Forwarded forwarded() {
        return rare.forwarded;
    }

    /** Notes what trusted proxies say. */
    void forwarded(@Nullable Forwarded said) {
        if (said != null) {
            Rare before = rare;
            rare = new Rare(before.repeated, said);
            rare.ofOtherHost = before.ofOtherHost;
            rare.bytes = before.bytes;
        }
    }

    public boolean has(Header header) {
        return values[header.index()] != null;
    }

    public boolean isRepeated(Header header) {
        return (rare.repeated & 1L << header.index()) != 0;
    }

    /** The first of that name; null if there is none. */
    public @Nullable String first(Header header) {
        return values[header.index()];
    }

    /** Its value; null if there is none, or more than one. */
    public @Nullable String only(Header header) {
        return isRepeated(header) ? null : first(header);
    }

    /**
     * Its value; null if there is none.
     *
     * @throws ProblemException when there is more than one
     */
    public @Nullable String atMostOne(Header header) {
        if (isRepeated(header)) {
            throw ProblemException.badRequest(
                    "The request has more than one '" + header + "': send one.");
        }
        return first(header);
    }

    /**
     * The bytes of the body; 0 if it has none, or is sent in chunks. The value was checked before.
     */
    public long contentLength() {
        String length = first(Header.CONTENT_LENGTH);
        return length == null ? 0 : Long.parseLong(length);
    }

    public boolean isChunked() {
        return has(Header.TRANSFER_ENCODING);
    }

    public boolean announcesBody() {
        return isChunked() || contentLength() > 0;
    }

    /** Whether the client waits for {@code 100 Continue} before it sends the body. */
    public boolean awaitsContinue() {
        String expectation = first(Header.EXPECT);
        return !http10 && expectation != null && expectation.equalsIgnoreCase("100-continue");
    }
}
