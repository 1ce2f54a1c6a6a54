package dev.culvert.daemon.api.reach;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Authority;
import dev.culvert.daemon.http.Forwarded;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.previews.Previews;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.AgentAddress.Tcp;
import java.util.List;
import java.util.function.Supplier;

/**
 * The links of previews.
 *
 * @param listeners where clients reach the daemon
 */
public record PreviewUrls(
        Previews previews,
        Supplier<DaemonSettings> settings,
        Supplier<List<AgentAddress>> listeners) {
    private static final String PARAMETER = "/?culvert_preview=";

    /**
     * How whoever asks reaches the host of the preview: by the scheme and the port of the request;
     * through a Unix socket, by those of the first TCP listener.
     */
    String of(Request request, Answer answer, Previews.Made made) {
        return place(request, answer, previews.host(made.preview())) + PARAMETER + made.secret();
    }

    private String place(Request request, Answer answer, String host) {
        if (request.caller().kind() == Caller.Kind.UNIX) {
            return listeners.get().stream()
                    .filter(Tcp.class::isInstance)
                    .map(Tcp.class::cast)
                    .findFirst()
                    .map(it -> (it.tls() ? "https://" : "http://") + host + ":" + it.port())
                    .orElse("http://" + host);
        }
        Forwarded forwarded = request.head().forwarded();
        Authority asked = forwarded == null ? null : forwarded.host();
        Authority own = asked == null ? request.head().host() : asked;
        String scheme = forwarded == null ? null : forwarded.scheme();
        String port = own == null ? "" : own.text().substring(own.host().length());
        return (scheme != null ? scheme : answer.isEncrypted() ? "https" : "http")
                + "://"
                + host
                + port;
    }
}
