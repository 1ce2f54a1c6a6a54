package dev.culvert.nats;

import dev.culvert.io.Quoted;
import dev.culvert.registry.Registry;
import dev.culvert.registry.RegistrySession;
import dev.culvert.registry.RegistryTarget;
import dev.culvert.settings.LiveSecret;
import io.nats.client.AuthenticationException;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.ErrorListener;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A registry in NATS. A session is one connection: who loses it connects again, to any server. */
public final class NatsRegistry implements Registry {
    private final RegistryTarget target;
    private final Optional<LiveSecret> password;

    /** Found by its name. */
    public NatsRegistry(RegistryTarget target) {
        this.target = target;
        password = target.password().map(source -> new LiveSecret(source, System.getenv()));
    }

    @Override
    public RegistrySession connect(Runnable onLost) throws IOException {
        AtomicBoolean isLost = new AtomicBoolean();
        Listener listener =
                new Listener(() -> {
                    if (isLost.compareAndSet(false, true)) {
                        onLost.run();
                    }
                });
        Options options = options(listener);
        try {
            return new NatsSession(Nats.connect(options), target.timeout());
        } catch (AuthenticationException e) {
            throw new IOException(
                    "NATS at %s refuses this host (%s): correct cluster.user and cluster.password, or cluster.credentials"
                            .formatted(servers(), Quoted.message(e)),
                    e);
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            throw new IOException(
                    "no server of NATS answers at %s (%s): start one, or correct cluster.servers"
                            .formatted(servers(), why(listener, e)),
                    e);
        } catch (InterruptedException e) {
            throw NatsSession.interrupted(e);
        }
    }

    private String servers() {
        return String.join(", ", target.servers());
    }

    /** The client's own message says only that it could not connect. */
    private static String why(Listener listener, Exception e) {
        String heard = listener.problem;
        return heard == null ? Quoted.message(e) : heard;
    }

    private Options options(Listener listener) throws IOException {
        Options.Builder builder =
                new Options.Builder()
                        .servers(target.servers().toArray(new String[0]))
                        .connectionName("culvertd " + target.client())
                        .connectionTimeout(target.timeout())
                        .socketWriteTimeout(target.timeout())
                        .pingInterval(target.timeout())
                        .maxPingsOut(2)
                        .noReconnect()
                        .connectionListener(listener)
                        .errorListener(listener);
        if (target.credentials().isPresent()) {
            builder.authHandler(SeedAuth.of(target.credentials().get()));
        } else if (target.user().isPresent() && password.isPresent()) {
            builder.userInfo(
                    target.user().get().toCharArray(),
                    password.get().text().reveal().toCharArray());
        }
        if (target.ca().isPresent()) {
            builder.sslContext(trusting(target.ca().get()));
        }
        try {
            return builder.build();
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new IOException("cluster.servers: " + Quoted.message(e), e);
        }
    }

    private static SSLContext trusting(Path file) throws IOException {
        try (InputStream pem = Files.newInputStream(file)) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            int count = 0;
            for (Certificate it :
                    CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                trusted.setCertificateEntry("ca-" + count++, it);
            }
            if (count == 0) {
                throw new IOException("it has none");
            }
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IOException(
                    "cluster.ca is %s, from which no certificate can be read (%s): give a PEM file"
                            .formatted(file, Quoted.message(e)),
                    e);
        }
    }

    /** Hears why a connection failed, and that it is lost. */
    private static final class Listener implements ConnectionListener, ErrorListener {
        private final Runnable onLost;
        private volatile @Nullable String problem;

        private Listener(Runnable onLost) {
            this.onLost = onLost;
        }

        @Override
        @SuppressWarnings("deprecation") // the other one has a default, which calls this one
        public void connectionEvent(Connection connection, Events event) {
            switch (event) {
                case DISCONNECTED, CLOSED, LAME_DUCK -> onLost.run();
                default -> {}
            }
        }

        @Override
        public void errorOccurred(Connection connection, String error) {
            problem = Quoted.sentence(error);
        }

        @Override
        public void exceptionOccurred(Connection connection, Exception e) {
            problem = Quoted.message(e);
        }
    }
}
