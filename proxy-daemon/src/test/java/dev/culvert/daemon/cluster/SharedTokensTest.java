package dev.culvert.daemon.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.auth.Grant;
import dev.culvert.daemon.auth.MemoryTokens;
import dev.culvert.daemon.auth.Token;
import dev.culvert.daemon.auth.Tokens;
import dev.culvert.daemon.auth.Tokens.Made;
import dev.culvert.daemon.config.AuthSettings;
import dev.culvert.daemon.config.ClusterSettings;
import dev.culvert.daemon.config.Scope;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SharedTokensTest {
    private static final ClusterSettings SETTINGS =
            new ClusterSettings(
                    List.of("nats://registry"),
                    Optional.empty(),
                    Optional.of("https://host"),
                    ClusterSettings.DEFAULTS.login(),
                    "culvert",
                    Duration.ofMillis(500),
                    1,
                    10,
                    Duration.ofSeconds(30));
    private static final String BUCKET = "culvert_tokens";

    private final FakeRegistry registry = new FakeRegistry();
    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-12-01T00:00:00Z"));
    private final AtomicInteger refused = new AtomicInteger();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    private Tokens tokens() {
        return new Tokens(new MemoryTokens(), () -> AuthSettings.DEFAULTS, now::get);
    }

    private Tokens host(String name, Tokens tokens) {
        ClusterObserver observer =
                new ClusterObserver() {
                    @Override
                    public void onUpdate() {}

                    @Override
                    public void onRefused() {
                        refused.incrementAndGet();
                    }

                    @Override
                    public void onFailure() {}
                };
        Membership membership =
                new Membership(
                        SETTINGS,
                        registry,
                        () ->
                                new ClusterHost(
                                        name, "https://h", "1", name, false, Instant.EPOCH, 0, 0),
                        observer,
                        System::nanoTime,
                        List.of(new SharedTokens(SETTINGS, tokens, observer)));
        opened.add(membership);
        membership.start();
        return tokens;
    }

    private static Made make(Tokens tokens, String name) throws IOException {
        return tokens.create(
                new Grant(name, null, Set.of(Scope.ADMIN), Set.of("admin"), Grant.Limits.NONE),
                null);
    }

    private static void awaitSame(Tokens... hosts) {
        Eventually.await(() -> {
            for (Tokens each : hosts) {
                assertThat(byId(each)).isEqualTo(byId(hosts[0]));
            }
        });
    }

    private static Map<String, Token> byId(Tokens tokens) {
        Map<String, Token> all = new TreeMap<>();
        tokens.all().forEach(it -> all.put(it.id(), it));
        return all;
    }

    @Test
    void aTokenMadeOnOneHostIsKnownToAllAndEndsOnAll() throws Exception {
        Tokens a = host("a", tokens());
        Tokens b = host("b", tokens());
        Made made = make(a, "ci");
        awaitSame(a, b);
        assertThat(b.find(made.token().id())).isEqualTo(made.token());

        b.revoke(made.token().id());

        awaitSame(a, b);
        assertThat(a.count()).isZero();
    }

    @Test
    void aSecretThatWasReplacedOnOneHostIsReplacedOnAll() throws Exception {
        Tokens a = host("a", tokens());
        Tokens b = host("b", tokens());
        String id = make(a, "ci").token().id();
        awaitSame(a, b);

        Made made = Objects.requireNonNull(b.rotate(id, Duration.ofMinutes(5)));

        awaitSame(a, b);
        assertThat(a.find(id)).isEqualTo(made.token());
    }

    @Test
    void hostsThatHadTokensHaveThoseOfAllWhenTheyJoin() throws Exception {
        Tokens a = tokens();
        Tokens b = tokens();
        make(a, "admin");
        make(b, "admin");
        make(b, "ci");

        host("a", a);
        host("b", b);
        Tokens c = host("c", tokens());

        awaitSame(a, b, c);
        assertThat(c.all()).hasSize(3);
    }

    @Test
    void whatIsDoneWhileTheRegistryIsAwayIsKnownToAllWhenItIsBack() throws Exception {
        Tokens a = host("a", tokens());
        Tokens b = host("b", tokens());
        String old = make(a, "old").token().id();
        awaitSame(a, b);
        assertThat(b.all()).hasSize(1);
        registry.goAway();

        make(a, "new");
        b.revoke(old);
        assertThat(a.count()).isEqualTo(2);

        registry.comeBack();
        awaitSame(a, b);
        assertThat(a.all()).hasSize(2);
        assertThat(a.count()).isOne();
    }

    /** Also who brings back the entry of before: the hosts know better, and write it again. */
    @Test
    void aRevocationOutlastsARegistryThatLosesOrForgetsIt() throws Exception {
        Tokens a = host("a", tokens());
        Tokens b = host("b", tokens());
        Token token = make(a, "ci").token();
        awaitSame(a, b);
        byte[] before = TokenText.write(token);
        a.revoke(token.id());
        awaitSame(a, b);
        assertThat(b.count()).isZero();

        registry.goAway();
        registry.clear(BUCKET);
        registry.bucket(BUCKET).set(token.id(), before);
        registry.comeBack();

        Tokens c = host("c", tokens());
        Eventually.await(() -> assertThat(c.all()).hasSize(1));
        Eventually.await(() -> assertThat(c.count()).isZero());
        assertThat(a.count() + b.count()).isZero();
    }

    @Test
    void whatCannotBeReadIsRefusedAndCounted() throws Exception {
        Tokens a = host("a", tokens());
        make(a, "ci");
        Eventually.await(() -> assertThat(registry.bucket(BUCKET).size()).isOne());

        registry.bucket(BUCKET).set("000000000000", "nonsense".getBytes(UTF_8));
        registry.bucket(BUCKET).set("no-id", "{}".getBytes(UTF_8));

        Eventually.await(() -> assertThat(refused).hasValue(2));
        assertThat(a.all()).hasSize(1);
    }

    @Test
    void moreTokensThanThereMayBeAreLeftOutAndCounted() throws Exception {
        Token token = make(tokens(), "ci").token();
        String text = new String(TokenText.write(token), UTF_8);
        for (int i = 0; i < Tokens.MOST + 3; i++) {
            registry.bucket(BUCKET)
                    .set(
                            "%012x".formatted(i),
                            text.replace("\"ci\"", "\"ci-" + i + "\"").getBytes(UTF_8));
        }

        Tokens a = host("a", tokens());

        Eventually.await(() -> assertThat(refused).hasValueGreaterThanOrEqualTo(3));
        assertThat(a.all()).hasSize(Tokens.MOST);
    }

    @Test
    void whatEndedLongAgoIsForgottenByTheRegistry() throws Exception {
        Tokens a = host("a", tokens());
        Token old = make(a, "old").token();
        a.revoke(old.id());
        Eventually.await(
                () -> assertThat(registry.bucket(BUCKET).text(old.id())).contains("\"revoked\""));

        now.updateAndGet(it -> it.plus(Duration.ofDays(31)));
        make(a, "new");

        Eventually.await(() ->
                assertThat(registry.bucket(BUCKET).keys()).doesNotContain(old.id()).hasSize(1));
        assertThat(a.all()).hasSize(1);
    }

    /**
     * Three hosts change tokens at random, with outages in between: in the end all know the same.
     */
    @Test
    void allHostsAgreeInTheEnd() throws Exception {
        Random random = new Random(20261201);
        Tokens[] hosts = {host("a", tokens()), host("b", tokens()), host("c", tokens())};
        make(hosts[0], "first");
        for (int i = 0; i < 120; i++) {
            Tokens at = hosts[random.nextInt(3)];
            List<Token> all = List.copyOf(at.all());
            String id = all.isEmpty() ? "" : all.get(random.nextInt(all.size())).id();
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> make(at, "t" + i);
                case 3, 4 -> at.rotate(id, Duration.ofSeconds(random.nextInt(600)));
                case 5 -> at.revoke(id);
                case 6 -> registry.goAway();
                default -> registry.comeBack();
            }
            now.updateAndGet(it -> it.plusSeconds(1));
        }
        registry.comeBack();

        awaitSame(hosts);
        assertThat(hosts[0].all()).hasSizeGreaterThan(20);
        assertThat(hosts[0].count()).isLessThan(hosts[0].all().size());
    }
}
