package dev.culvert.checks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.checks.Hop.Step;
import dev.culvert.checks.Through.Login;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Asks an HTTP proxy for a connection to a target. */
final class HttpConnect {
    private HttpConnect() {}

    /** Returns what the proxy answered, for people. */
    static String open(
            Endpoint to, @Nullable Login login, InputStream in, OutputStream out, String agent)
            throws IOException, HopException {
        String head =
                "CONNECT %s HTTP/1.1\r\nhost: %s\r\nuser-agent: %s\r\n%s\r\n"
                        .formatted(to, to, agent, authorization(login));
        out.write(head.getBytes(UTF_8));
        out.flush();
        Wire wire = new Wire(in);
        int status;
        try {
            status = wire.status();
        } catch (Wire.NotHttpException _) {
            throw new HopException(
                    Step.PROXY,
                    "it does not answer as an HTTP proxy does",
                    "If it is a SOCKS proxy, write --through socks5://HOST:PORT.");
        }
        if (status < 200 || status >= 300) {
            throw refusal(status, to);
        }
        wire.skipHead();
        return "the HTTP proxy answered %d and connects".formatted(status);
    }

    /** The line of a head that shows the proxy who asks; empty for nobody. */
    static String authorization(@Nullable Login login) {
        if (login == null) {
            return "";
        }
        String pair = login.user() + ":" + login.password();
        return "proxy-authorization: Basic %s\r\n"
                .formatted(Base64.getEncoder().encodeToString(pair.getBytes(UTF_8)));
    }

    static HopException refusal(int status, Endpoint to) {
        String advice =
                switch (status) {
                    case 407 ->
                            "The proxy wants to know who asks: write --through"
                                    + " http://USER:PASSWORD@HOST:PORT.";
                    case 401, 403, 405 ->
                            "The rules of the proxy forbid %s: have its administrator allow it."
                                    .formatted(to);
                    case 429 -> "The proxy limits how often it is asked: try again later.";
                    case 502, 503, 504 ->
                            "The proxy cannot reach %s: look at its log, and check from its host."
                                    .formatted(to);
                    default -> "Look at the log of the proxy: it has the reason.";
                };
        return new HopException(Step.PROXY, "the HTTP proxy answered %d".formatted(status), advice);
    }
}
