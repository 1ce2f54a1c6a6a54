package dev.culvert.nats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.registry.Bucket;
import dev.culvert.registry.BucketEntry;
import dev.culvert.registry.BucketWatcher;
import dev.culvert.registry.RegistrySession;
import dev.culvert.registry.RegistryTarget;
import dev.culvert.registry.RevisionException;
import dev.culvert.settings.SecretSource;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NatsRegistryTest {
    private static final Duration KEEP = Duration.ofSeconds(30);
    private static final String SEED = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";
    private static final String ID = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";

    @TempDir private Path folder;

    private static RegistryTarget target(String server) {
        return new RegistryTarget(
                "a",
                List.of(server),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(5));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void aValueIsWrittenOnlyOnceAndReplacedOnlyByWhoHasItsRevision() throws Exception {
        try (NatsProcess nats = NatsProcess.start(folder, "");
                RegistrySession session = new NatsRegistry(target(nats.url())).connect(() -> {})) {
            Bucket bucket = session.bucket("culvert_hosts", KEEP, 1);
            assertThat(bucket.find("web-1.example.org")).isEmpty();

            long first = bucket.create("web-1.example.org", bytes("1"));
            assertThatThrownBy(() -> bucket.create("web-1.example.org", bytes("2")))
                    .isInstanceOf(RevisionException.class);
            long second = bucket.update("web-1.example.org", bytes("3"), first);
            assertThatThrownBy(() -> bucket.update("web-1.example.org", bytes("4"), first))
                    .isInstanceOf(RevisionException.class);

            assertThat(second).isGreaterThan(first);
            assertThat(bucket.find("web-1.example.org").orElseThrow().value())
                    .isEqualTo(bytes("3"));
            bucket.delete("web-1.example.org", first);
            assertThat(bucket.find("web-1.example.org")).isPresent();
            bucket.delete("web-1.example.org", second);
            assertThat(bucket.find("web-1.example.org")).isEmpty();
            assertThat(bucket.create("web-1.example.org", bytes("5"))).isGreaterThan(second);
            assertThat(session.server()).isEqualTo(nats.url());
        }
    }

    @Test
    void everyValueIsToldAndThenEveryChange() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        try (NatsProcess nats = NatsProcess.start(folder, "");
                RegistrySession session = new NatsRegistry(target(nats.url())).connect(() -> {})) {
            Bucket bucket = session.bucket("culvert_hosts", KEEP, 1);
            long a = bucket.create("a", bytes("1"));
            bucket.create("b", bytes("1"));
            bucket.watch(recorder(told));
            Eventually.await(() -> assertThat(told).containsExactly("a=1", "b=1", "whole"));

            bucket.delete("a", bucket.update("a", bytes("2"), a));

            Eventually.await(
                    () -> assertThat(told).containsExactly("a=1", "b=1", "whole", "a=2", "a gone"));
        }
    }

    @Test
    void anEmptyBucketIsWholeAtOnce() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        try (NatsProcess nats = NatsProcess.start(folder, "");
                RegistrySession session = new NatsRegistry(target(nats.url())).connect(() -> {})) {
            session.bucket("culvert_hosts", KEEP, 1).watch(recorder(told));
            Eventually.await(() -> assertThat(told).containsExactly("whole"));
        }
    }

    private static BucketWatcher recorder(List<String> told) {
        return new BucketWatcher() {
            @Override
            public void onValue(BucketEntry entry) {
                told.add(entry.key() + "=" + new String(entry.value(), UTF_8));
            }

            @Override
            public void onRemoved(String key) {
                told.add(key + " gone");
            }

            @Override
            public void onWhole() {
                told.add("whole");
            }
        };
    }

    @Test
    void aValueIsGoneAfterItsTime() throws Exception {
        try (NatsProcess nats = NatsProcess.start(folder, "");
                RegistrySession session = new NatsRegistry(target(nats.url())).connect(() -> {})) {
            Bucket bucket = session.bucket("culvert_hosts", Duration.ofSeconds(1), 1);
            bucket.create("a", bytes("1"));
            Eventually.await(() -> assertThat(found(bucket, "a")).isEmpty());
        }
    }

    private static Optional<BucketEntry> found(Bucket bucket, String key) {
        try {
            return bucket.find(key);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void hostsThatDoNotAgreeOnTheTimeAreToldSo() throws Exception {
        try (NatsProcess nats = NatsProcess.start(folder, "");
                RegistrySession session = new NatsRegistry(target(nats.url())).connect(() -> {})) {
            session.bucket("culvert_hosts", KEEP, 1);
            assertThatThrownBy(() -> session.bucket("culvert_hosts", Duration.ofSeconds(15), 1))
                    .hasMessageContaining("keeps each value for 30 s")
                    .hasMessageContaining("set cluster.heartbeat");
        }
    }

    @Test
    void aLostConnectionIsToldOnce() throws Exception {
        CountDownLatch lost = new CountDownLatch(1);
        List<String> told = new CopyOnWriteArrayList<>();
        try (NatsProcess nats = NatsProcess.start(folder, "");
                RegistrySession session =
                        new NatsRegistry(target(nats.url()))
                                .connect(() -> {
                                    told.add("lost");
                                    lost.countDown();
                                })) {
            Bucket bucket = session.bucket("culvert_hosts", KEEP, 1);
            nats.kill();
            assertThat(lost.await(20, TimeUnit.SECONDS)).isTrue();
            assertThatThrownBy(() -> bucket.create("a", bytes("1")))
                    .isInstanceOf(IOException.class);
        }
        assertThat(told).containsExactly("lost");
    }

    @Test
    void whereNoServerIsTheMessageSaysWhereItLooked() {
        assertThatThrownBy(() -> new NatsRegistry(target("nats://127.0.0.1:1")).connect(() -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no server of NATS answers at nats://127.0.0.1:1")
                .hasMessageContaining("cluster.servers");
    }

    @Test
    void aServerWithoutJetStreamIsNamedAsSuch() throws Exception {
        Path file = Files.createDirectory(folder.resolve("plain"));
        try (NatsProcess nats = NatsProcess.start(file, "jetstream: disabled");
                RegistrySession session = new NatsRegistry(target(nats.url())).connect(() -> {})) {
            assertThatThrownBy(() -> session.bucket("culvert_hosts", KEEP, 1))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aFileWithoutACertificateIsSaidBeforeAnybodyIsAsked() throws Exception {
        Path empty = Files.createFile(folder.resolve("ca.pem"));
        NatsRegistry registry =
                new NatsRegistry(
                        new RegistryTarget(
                                "host-1",
                                List.of("tls://127.0.0.1:1"),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(empty),
                                Duration.ofSeconds(2)));

        assertThatThrownBy(() -> registry.connect(() -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no certificate can be read (it has none): give a PEM file");
    }

    @Test
    void aPasswordIsReadAtEachConnection() throws Exception {
        Path password = Files.writeString(folder.resolve("password"), "wrong\n");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        try (NatsProcess nats =
                NatsProcess.start(folder, "authorization {user: culvert, password: secret}")) {
            NatsRegistry registry =
                    new NatsRegistry(
                            new RegistryTarget(
                                    "a",
                                    List.of(nats.url()),
                                    Optional.of("culvert"),
                                    Optional.of(new SecretSource.FromFile(password)),
                                    Optional.empty(),
                                    Optional.empty(),
                                    Duration.ofSeconds(2)));
            assertThatThrownBy(() -> registry.connect(() -> {}))
                    .hasMessageContaining("refuses this host")
                    .hasMessageContaining("cluster.password")
                    .hasMessageNotContaining("wrong");

            Files.writeString(password, "secret\n");
            try (RegistrySession session = registry.connect(() -> {})) {
                session.bucket("culvert_hosts", KEEP, 1);
            }
        }
    }

    @Test
    void aSeedProvesWhoTheHostIs() throws Exception {
        Path credentials = Files.writeString(folder.resolve("seed"), SEED + "\n");
        try (NatsProcess nats =
                        NatsProcess.start(
                                folder, "authorization {users: [{nkey: %s}]}".formatted(ID));
                RegistrySession session =
                        new NatsRegistry(
                                        new RegistryTarget(
                                                "a",
                                                List.of(nats.url()),
                                                Optional.empty(),
                                                Optional.empty(),
                                                Optional.of(credentials),
                                                Optional.empty(),
                                                Duration.ofSeconds(5)))
                                .connect(() -> {})) {
            session.bucket("culvert_hosts", KEEP, 1).create("a", bytes("1"));
        }
    }
}
