package dev.culvert.daemon;

import dev.culvert.daemon.http.tls.TestCertificates;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;

/** A guest, a daemon behind TLS, and a client that speaks HTTP/2 with it, as SDKs do. */
record OverHttp2(ScriptedGuest guest, TestDaemon daemon, HttpClient client, String path)
        implements AutoCloseable {

    /**
     * @param made in this directory
     * @param path that is asked
     */
    static OverHttp2 start(TestCertificates made, Path directory, int eventLoops, String path)
            throws Exception {
        Path cert = Files.writeString(directory.resolve("cert.pem"), made.chain("server"));
        Path key = Files.writeString(directory.resolve("key.pem"), made.key("server"));
        String settings =
                """
                "event_loops": %d,
                "http": {
                  "listen": ["tcp://127.0.0.1:0", "tls://127.0.0.1:0"],
                  "tls": {"cert": "%s", "key": "%s"}
                },
                """
                        .formatted(eventLoops, cert, key);
        ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
        return new OverHttp2(
                guest,
                TestDaemon.with(settings, guest),
                HttpClient.newBuilder().sslContext(made.client(false)).build(),
                path);
    }

    HttpRequest request(String body) {
        AgentAddress.Tcp address = (AgentAddress.Tcp) daemon.daemon().addresses().getLast();
        URI uri = URI.create("https://127.0.0.1:" + address.port() + path);
        return HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString(body)).build();
    }

    @Override
    public void close() throws IOException {
        client.shutdownNow();
        daemon.close();
        guest.close();
    }
}
