package dev.culvert.daemon.front.preview;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.http.Answer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;

/** What somebody sees in place of an app: a page in a browser, a line elsewhere. */
final class Pages {
    private static final AsciiString HTML = AsciiString.cached("text/html; charset=utf-8");
    private static final AsciiString PLAIN = AsciiString.cached("text/plain; charset=utf-8");
    private static final AsciiString POLICY =
            AsciiString.cached("default-src 'none'; style-src 'unsafe-inline'");
    private static final AsciiString REFERRER_POLICY = AsciiString.cached("referrer-policy");

    private Pages() {}

    /** Says that it cannot be shown. */
    static void show(
            Answer answer, AppHead head, HttpResponseStatus status, String title, String text) {
        write(answer, head, status, title, text, "");
    }

    /** Says that it cannot be shown yet, and has a browser try again by itself. */
    static void wait(Answer answer, AppHead head, int seconds, String title, String text) {
        answer.header(HttpHeaderNames.RETRY_AFTER, Integer.toString(seconds));
        write(
                answer,
                head,
                HttpResponseStatus.SERVICE_UNAVAILABLE,
                title,
                text + " This page tries again by itself.",
                "\n<meta http-equiv=\"refresh\" content=\"%d\">".formatted(seconds));
    }

    private static void write(
            Answer answer,
            AppHead head,
            HttpResponseStatus status,
            String title,
            String text,
            String refresh) {
        answer.header(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
                .header(HttpHeaderNames.CONTENT_SECURITY_POLICY, POLICY)
                .header(REFERRER_POLICY, "no-referrer");
        boolean page = head.wantsPage();
        String body =
                page
                        ? """
                        <!doctype html>
                        <html lang="en"><head><meta charset="utf-8">%s
                        <meta name="viewport" content="width=device-width"><title>%s</title>
                        <style>
                        body { font: 1rem/1.5 system-ui, sans-serif; margin: 15vh auto; max-width: 36rem; padding: 0 1rem; }
                        @media (prefers-color-scheme: dark) { body { background: #16181d; color: #e6e6e6; } }
                        </style></head>
                        <body><main><h1>%s</h1><p>%s</p></main></body></html>
                        """
                                .formatted(refresh, escaped(title), escaped(title), escaped(text))
                        : title + ": " + text + "\n";
        ByteBuf bytes = Unpooled.copiedBuffer(body, UTF_8);
        answer.whole(status, page ? HTML : PLAIN, bytes);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
