package dev.culvert.daemon.proxmox;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.http.tls.TestCertificates;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A server with TLS that answers each request with the same words, and keeps what it was asked. */
final class WordForWord implements AutoCloseable {
    final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
    final String fingerprint;
    final TestCertificates certificates;
    private final ServerSocket socket;
    private volatile String answer;

    private WordForWord(TestCertificates certificates, String answer) throws Exception {
        this.certificates = certificates;
        this.answer = answer;
        socket =
                certificates
                        .server()
                        .getServerSocketFactory()
                        .createServerSocket(0, 5, InetAddress.getLoopbackAddress());
        byte[] encoded =
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(
                                new ByteArrayInputStream(
                                        certificates.chain("server").getBytes(UTF_8)))
                        .getEncoded();
        fingerprint =
                HexFormat.ofDelimiter(":")
                        .withUpperCase()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(encoded));
    }

    static WordForWord saying(TestCertificates certificates, String answer) throws Exception {
        WordForWord server = new WordForWord(certificates, answer);
        Thread.ofVirtual().start(server::serve);
        return server;
    }

    /** An answer of this status, with these words and this body. */
    static String answer(String status, String body) {
        return "HTTP/1.1 %s\r\nContent-Type: application/json;charset=UTF-8\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                .formatted(status, body.getBytes(UTF_8).length, body);
    }

    void says(String next) {
        answer = next;
    }

    private void serve() {
        while (!socket.isClosed()) {
            try (Socket client = socket.accept()) {
                asked.add(request(client.getInputStream()));
                client.getOutputStream().write(answer.getBytes(UTF_8));
                client.getOutputStream().flush();
            } catch (IOException _) {
                // the test is over, or the client did not like the certificate
            }
        }
    }

    private static String request(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        int length = -1;
        while (length < 0 || head.length() < length) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("it left");
            }
            head.append((char) next);
            if (length < 0 && head.indexOf("\r\n\r\n") >= 0) {
                int at = head.indexOf("content-length: ");
                length =
                        head.length()
                                + (at < 0
                                        ? 0
                                        : Integer.parseInt(
                                                head.substring(at + 16, head.indexOf("\r", at))));
            }
        }
        return head.toString();
    }

    String url() {
        return "https://127.0.0.1:" + socket.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
