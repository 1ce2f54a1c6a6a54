package dev.culvert.daemon.proxmox.fake;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.value.Value;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Asks the fake, and sees the whole answer: the JDK's client hides the reason in the line of the
 * status.
 */
final class Client {
    /**
     * An answer.
     *
     * @param reason what follows the status in its line
     */
    record Reply(int status, String reason, String text) {
        Value body() {
            try {
                return text.isEmpty() ? Value.nothing() : Value.parse(text);
            } catch (IOException e) {
                throw new AssertionError(text, e);
            }
        }

        Value data() {
            return body().at("data");
        }

        String error(String name) {
            return body().at("errors").text(name);
        }
    }

    private final FakeProxmox pve;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private @Nullable String trusted;

    Client(FakeProxmox pve) {
        this.pve = pve;
    }

    static Client ofRoot(FakeProxmox pve) {
        return new Client(pve).with("Authorization", pve.authorization());
    }

    static Client of(FakeProxmox pve, String token) {
        return new Client(pve).with("Authorization", FakeProxmox.authorization(token));
    }

    Client with(String header, String value) {
        headers.put(header, value);
        return this;
    }

    /** Trusts this certificate, and not the one that the fake shows now. */
    Client trusting(String pem) {
        trusted = pem;
        return this;
    }

    Reply get(String path) throws Exception {
        return ask("GET", path, Map.of());
    }

    Reply post(String path, Map<String, String> parameters) throws Exception {
        return ask("POST", path, parameters);
    }

    Reply post(String path) throws Exception {
        return ask("POST", path, Map.of());
    }

    Reply put(String path, Map<String, String> parameters) throws Exception {
        return ask("PUT", path, parameters);
    }

    Reply delete(String path) throws Exception {
        return ask("DELETE", path, Map.of());
    }

    /** What a task ended with. */
    String outcome(Reply begun) throws Exception {
        assert begun.status() == 200 : begun;
        String upid = begun.data().text();
        pve.finishTasks();
        return get("/nodes/%s/tasks/%s/status".formatted(upid.split(":", -1)[1], upid))
                .data()
                .text("exitstatus");
    }

    private Reply ask(String method, String path, Map<String, String> parameters) throws Exception {
        byte[] body =
                parameters.entrySet().stream()
                        .map(one ->
                                URLEncoder.encode(one.getKey(), UTF_8)
                                        + "="
                                        + URLEncoder.encode(one.getValue(), UTF_8))
                        .collect(Collectors.joining("&"))
                        .getBytes(UTF_8);
        StringBuilder head =
                new StringBuilder(
                        "%s /api2/json%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                .formatted(method, path));
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        if (body.length > 0) {
            head.append("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ")
                    .append(body.length)
                    .append("\r\n");
        }
        head.append("\r\n");
        try (Socket socket =
                context(trusted == null ? pve.certificatePem() : trusted)
                        .getSocketFactory()
                        .createSocket(InetAddress.getLoopbackAddress(), pve.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(head.toString().getBytes(UTF_8));
            socket.getOutputStream().write(body);
            String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
            String[] line = answer.lines().findFirst().orElse("").split(" ", 3);
            return new Reply(
                    Integer.parseInt(line[1]),
                    line[2],
                    answer.substring(answer.indexOf("\r\n\r\n") + 4));
        }
    }

    private static SSLContext context(String pem) throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry(
                "fake",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(pem.getBytes(UTF_8))));
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
