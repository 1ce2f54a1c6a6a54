package dev.culvert.checks;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.checks.Hop.Step;
import dev.culvert.checks.Through.Login;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Asks a SOCKS proxy for a connection to a target (RFC 1928, RFC 1929). */
final class SocksConnect {
    private static final int VERSION = 5;
    private static final int NO_LOGIN = 0;
    private static final int BY_PASSWORD = 2;
    private static final int NONE_FITS = 0xff;
    private static final int CONNECT = 1;
    private static final int IPV4 = 1;
    private static final int NAME = 3;
    private static final int IPV6 = 4;
    private static final int MOST_NAME_BYTES = 255;

    private SocksConnect() {}

    /** Returns what the proxy answered, for people. */
    static String open(Endpoint to, @Nullable Login login, InputStream in, OutputStream out)
            throws IOException, HopException {
        Wire wire = new Wire(in);
        out.write(
                login == null
                        ? new byte[] {VERSION, 1, NO_LOGIN}
                        : new byte[] {VERSION, 2, NO_LOGIN, BY_PASSWORD});
        out.flush();
        checkVersion(wire.octet());
        int method = wire.octet();
        if (method == BY_PASSWORD && login != null) {
            logIn(login, wire, out);
        } else if (method == NONE_FITS || (method == BY_PASSWORD && login == null)) {
            throw new HopException(
                    Step.PROXY,
                    "the SOCKS proxy refuses callers that it does not know",
                    "Write --through socks5://USER:PASSWORD@HOST:PORT.");
        } else if (method != NO_LOGIN) {
            throw noSocks();
        }
        out.write(request(to));
        out.flush();
        checkVersion(wire.octet());
        int reply = wire.octet();
        wire.octet();
        if (reply != 0) {
            throw refusal(reply, to);
        }
        wire.octets(
                switch (wire.octet()) {
                    case IPV4 -> 4 + 2;
                    case IPV6 -> 16 + 2;
                    case NAME -> wire.octet() + 2;
                    default -> throw noSocks();
                });
        return "the SOCKS proxy connects";
    }

    private static void logIn(Login login, Wire wire, OutputStream out)
            throws IOException, HopException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.write(1);
        byte[] user = login.user().getBytes(UTF_8);
        text.write(user.length);
        text.writeBytes(user);
        byte[] password = login.password().getBytes(UTF_8);
        text.write(password.length);
        text.writeBytes(password);
        out.write(text.toByteArray());
        out.flush();
        int version = wire.octet();
        int status = wire.octet();
        if (version != 1 || status != 0) {
            throw new HopException(
                    Step.PROXY,
                    "the SOCKS proxy refuses this user or this password",
                    "Correct them in --through socks5://USER:PASSWORD@HOST:PORT.");
        }
    }

    private static byte[] request(Endpoint to) throws IOException, HopException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.write(VERSION);
        request.write(CONNECT);
        request.write(0);
        byte[] address = address(to.host());
        if (address != null) {
            request.write(address.length == 4 ? IPV4 : IPV6);
            request.writeBytes(address);
        } else {
            byte[] name = to.host().getBytes(US_ASCII);
            if (name.length > MOST_NAME_BYTES) {
                throw new HopException(
                        Step.PROXY,
                        "the name of the host is too long for SOCKS",
                        "Write a name of at most 255 characters.");
            }
            request.write(NAME);
            request.write(name.length);
            request.writeBytes(name);
        }
        request.write(to.port() >> 8);
        request.write(to.port());
        return request.toByteArray();
    }

    /** Null for a name. */
    private static byte @Nullable [] address(String host) {
        try {
            return InetAddress.ofLiteral(host).getAddress();
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private static void checkVersion(int version) throws HopException {
        if (version != VERSION) {
            throw noSocks();
        }
    }

    private static HopException noSocks() {
        return new HopException(
                Step.PROXY,
                "it does not answer as a SOCKS5 proxy does",
                "If it is an HTTP proxy, write --through http://HOST:PORT.");
    }

    private static HopException refusal(int reply, Endpoint to) {
        String reason =
                switch (reply) {
                    case 1 -> "it failed";
                    case 2 -> "its rules forbid it";
                    case 3 -> "its network has no way there";
                    case 4 -> "it cannot reach the host, or does not know its name";
                    case 5 -> "the target refused the connection";
                    case 6 -> "the packets lived too short";
                    case 7 -> "it cannot connect";
                    case 8 -> "it does not take this kind of address";
                    default -> "its reply is " + reply;
                };
        String advice =
                switch (reply) {
                    case 2 -> "Have the administrator of the proxy allow %s.".formatted(to);
                    case 5 -> "Nothing listens on %s, or a firewall rejects it.".formatted(to);
                    default -> "Check %s from the proxy's host.".formatted(to);
                };
        return new HopException(Step.PROXY, "the SOCKS proxy does not connect: " + reason, advice);
    }
}
