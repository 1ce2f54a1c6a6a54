package dev.culvert.checks;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** An issuer of certificates, made by the JDK's keytool: each call of it takes half a second. */
final class TestAuthority {
    private static final String PASSWORD = "changeit";

    private final Path store;

    TestAuthority(Path folder) throws Exception {
        store = folder.resolve("keys.p12");
        keytool("issuer", "CN=Test authority", "-ext", "bc:c");
        keytool(
                "good",
                "CN=localhost",
                "-signer",
                "issuer",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1");
        keytool(
                "expired",
                "CN=localhost",
                "-signer",
                "issuer",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-startdate",
                "-30d",
                "-validity",
                "10");
        keytool(
                "future",
                "CN=localhost",
                "-signer",
                "issuer",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-startdate",
                "+30d");
        keytool("other", "CN=other", "-signer", "issuer", "-ext", "san=dns:other.example");
    }

    private void keytool(String alias, String name, String... more) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-J-XX:TieredStopAtLevel=1",
                                "-genkeypair",
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                PASSWORD,
                                "-keyalg",
                                "EC",
                                "-groupname",
                                "secp256r1",
                                "-alias",
                                alias,
                                "-dname",
                                name));
        command.addAll(Arrays.asList(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError("keytool: " + said);
        }
    }

    private KeyStore load() throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }

    /** Its own certificate, as a file in PEM. */
    Path file() throws Exception {
        String text =
                Base64.getMimeEncoder()
                        .encodeToString(load().getCertificate("issuer").getEncoded());
        return Files.writeString(
                store.resolveSibling("authority.pem"),
                "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n");
    }

    /** A listener on loopback that shows the certificate of that alias. */
    ServerSocket listen(String alias) throws Exception {
        KeyStore all = load();
        KeyStore one = KeyStore.getInstance("PKCS12");
        one.load(null, null);
        char[] password = PASSWORD.toCharArray();
        one.setKeyEntry(
                alias, all.getKey(alias, password), password, all.getCertificateChain(alias));
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(one, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context.getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }
}
