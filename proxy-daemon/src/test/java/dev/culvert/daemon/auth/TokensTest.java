package dev.culvert.daemon.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.culvert.daemon.config.AuthSettings;
import dev.culvert.daemon.config.Role;
import dev.culvert.daemon.config.Scope;
import dev.culvert.daemon.config.UnixUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tokens, and who the callers are that show them. */
class TokensTest {
    private static final Grant ADMIN =
            new Grant("root", null, Set.of(), Set.of("admin"), Grant.Limits.NONE);

    private final List<Denial> denied = new ArrayList<>();
    private Instant now = Instant.parse("2026-11-29T18:00:00Z");
    private AuthSettings settings = AuthSettings.DEFAULTS;
    private final Tokens tokens = new Tokens(new MemoryTokens(), () -> settings, () -> now);
    private final Callers callers =
            new Callers(tokens, () -> settings, new UserNames(), Quotas.none(), denied::add);

    private static Grant grant(String name, String tenant, Scope... scopes) {
        return new Grant(name, tenant, Set.of(scopes), Set.of(), Grant.Limits.of("50/s", null, 20));
    }

    private Caller caller(String secret) {
        return ((Identity.Known) callers.ofSecret(secret)).caller();
    }

    private Denial denial(String secret) {
        return ((Identity.Denied) callers.ofSecret(secret)).why();
    }

    @Test
    void everybodyMayDoEverythingUntilThereIsAToken() throws IOException {
        assertThat(callers.areOff()).isTrue();

        tokens.create(ADMIN, null);

        assertThat(callers.areOff()).isFalse();
    }

    @Test
    void theFirstTokenMustBeAbleToMakeOthers() throws IOException {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokens.create(grant("ci", "acme", Scope.ADMIN), null))
                .withMessageContaining("the first token must have the role admin and no tenant")
                .withMessageContaining("culvertd init");
        tokens.create(ADMIN, null);
        tokens.create(grant("ci", "acme", Scope.AGENTS_READ), null);
        assertThat(tokens.count()).isEqualTo(2);
    }

    @Test
    void aSecretNamesItsCallerAndIsKeptAsAHashOnly() throws IOException {
        tokens.create(ADMIN, null);
        Tokens.Made made = tokens.create(grant("ci", "acme", Scope.AGENTS_READ), null);

        Caller caller = caller(made.secret());

        assertThat(caller.name()).isEqualTo("ci");
        assertThat(caller.kind()).isEqualTo(Caller.Kind.TOKEN);
        assertThat(caller.sees("acme")).isTrue();
        assertThat(caller.sees("other")).isFalse();
        assertThat(caller.may(Need.READ_AGENTS)).isTrue();
        assertThat(caller.may(Need.CHANGE_AGENTS)).isFalse();
        assertThat(made.secret()).startsWith("cvt_" + made.token().id() + "_");
        assertThat(made + " " + made.token() + " " + caller)
                .doesNotContain(made.secret().substring(20));
    }

    @Test
    void whatConcernsEveryTenantNeedsATokenWithoutOne() throws IOException {
        Caller all = caller(tokens.create(ADMIN, null).secret());
        Grant one = new Grant("boss", "acme", Set.of(), Set.of("admin"), Grant.Limits.NONE);
        Caller ofAcme = caller(tokens.create(one, null).secret());

        assertThat(all.may(Need.OPERATE)).isTrue();
        assertThat(all.may(Need.READ_METRICS)).isTrue();
        assertThat(ofAcme.may(Need.MANAGE_TOKENS)).isTrue();
        assertThat(ofAcme.may(Need.OPERATE)).isFalse();
        assertThat(ofAcme.may(Need.READ_METRICS)).isFalse();
    }

    @Test
    void whatIsNoSecretOfATokenIsRefused() throws IOException {
        Tokens.Made made = tokens.create(ADMIN, null);
        String secret = made.secret();

        assertThat(denial("")).isEqualTo(Denial.INVALID_TOKEN);
        assertThat(denial("sk-ant-whatever")).isEqualTo(Denial.INVALID_TOKEN);
        assertThat(denial("cvt_" + made.token().id())).isEqualTo(Denial.INVALID_TOKEN);
        assertThat(denial("cvt_" + made.token().id() + "_")).isEqualTo(Denial.INVALID_TOKEN);
        assertThat(denial(secret + "x")).isEqualTo(Denial.INVALID_TOKEN);
        assertThat(denial(secret.substring(0, secret.length() - 1)))
                .isEqualTo(Denial.INVALID_TOKEN);
        assertThat(denial(secret.replace("cvt_", "CVT_"))).isEqualTo(Denial.INVALID_TOKEN);
    }

    @Test
    void aTokenEndsWhenItExpiresOrIsRevoked() throws IOException {
        tokens.create(ADMIN, null);
        Tokens.Made brief = tokens.create(grant("brief", "acme", Scope.AGENTS_READ), hours(1));
        Tokens.Made lost = tokens.create(grant("lost", "acme", Scope.AGENTS_READ), null);
        Caller ofBrief = caller(brief.secret());
        Caller ofLost = caller(lost.secret());
        assertThat(tokens.nextEnd()).isEqualTo(now.plus(hours(1)));

        tokens.revoke(lost.token().id());
        now = now.plus(hours(1));

        assertThat(denial(brief.secret())).isEqualTo(Denial.TOKEN_EXPIRED);
        assertThat(callers.denial(ofBrief)).isEqualTo(Denial.TOKEN_EXPIRED);
        assertThat(denial(lost.secret())).isEqualTo(Denial.TOKEN_REVOKED);
        assertThat(callers.denial(ofLost)).isEqualTo(Denial.TOKEN_REVOKED);
        assertThat(tokens.count()).isEqualTo(1);
        assertThat(tokens.nextEnd()).isNull();
        assertThat(tokens.rotate(lost.token().id(), hours(1))).isNull();
    }

    @Test
    void afterARotationTheFormerSecretIsValidForTheOverlap() throws IOException {
        String before = tokens.create(ADMIN, null).secret();
        Caller early = caller(before);

        String after =
                Objects.requireNonNull(tokens.rotate(tokens.all().iterator().next().id(), hours(2)))
                        .secret();
        assertThat(caller(after).name()).isEqualTo("root");
        assertThat(caller(before).name()).isEqualTo("root");
        assertThat(callers.denial(early)).isNull();
        assertThat(tokens.nextEnd()).isEqualTo(now.plus(hours(2)));

        now = now.plus(hours(2));
        assertThat(denial(before)).isEqualTo(Denial.TOKEN_EXPIRED);
        assertThat(callers.denial(early)).isEqualTo(Denial.TOKEN_EXPIRED);
        assertThat(caller(after).name()).isEqualTo("root");
    }

    @Test
    void aNameBelongsToOneValidTokenOfATenant() throws IOException {
        tokens.create(ADMIN, null);
        Tokens.Made first = tokens.create(grant("ci", "acme", Scope.AGENTS_READ), null);
        assertThat(tokens.byName("ci")).isEqualTo(first.token());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokens.create(grant("ci", "acme", Scope.AGENTS_READ), null))
                .withMessageContaining("there is a token of that name already");

        tokens.create(grant("ci", "other", Scope.AGENTS_READ), null);
        assertThat(tokens.byName("ci")).as("two of that name").isNull();

        tokens.revoke(first.token().id());
        tokens.create(grant("ci", "acme", Scope.AGENTS_READ), null);
    }

    @Test
    void aCertificateStandsForTheTokenOfItsName() throws IOException {
        tokens.create(ADMIN, null);
        Tokens.Made made = tokens.create(grant("ci", "acme", Scope.AGENTS_READ), null);

        Caller caller = ((Identity.Known) callers.ofCertificate("ci")).caller();
        assertThat(caller.kind()).isEqualTo(Caller.Kind.CERTIFICATE);
        assertThat(caller.tenant()).isEqualTo("acme");
        assertThat(callers.ofCertificate("nobody"))
                .isEqualTo(new Identity.Denied(Denial.INVALID_TOKEN));

        tokens.revoke(made.token().id());
        assertThat(callers.denial(caller)).isEqualTo(Denial.TOKEN_REVOKED);
    }

    @Test
    void aUserOfAUnixSocketHasTheRightsOfTheFirstEntryThatMatches() {
        settings =
                new AuthSettings(
                        List.of(new Role("deployer", Set.of(Scope.AGENTS_WRITE))),
                        List.of(
                                new UnixUser(
                                        Optional.of(1000L),
                                        Optional.empty(),
                                        Optional.of("acme"),
                                        Set.of(Scope.AGENTS_READ),
                                        List.of("deployer")),
                                new UnixUser(
                                        Optional.empty(),
                                        Optional.of(100L),
                                        Optional.empty(),
                                        Set.of(),
                                        List.of("admin"))));
        tokens.changed();

        assertThat(callers.areOff()).isFalse();
        Caller user = Objects.requireNonNull(callers.ofUnixPeer(1000, 100));
        assertThat(user.name()).isEqualTo("uid 1000, gid 100");
        assertThat(user.tenant()).isEqualTo("acme");
        assertThat(user.scopes()).containsExactlyInAnyOrder(Scope.AGENTS_READ, Scope.AGENTS_WRITE);
        assertThat(Objects.requireNonNull(callers.ofUnixPeer(7, 100)).may(Need.OPERATE)).isTrue();
        assertThat(callers.ofUnixPeer(7, 7)).isNull();
    }

    /** PrivateUsers= would have the kernel show every user of auth.unix as 65534. */
    @Test
    void theUnitLetsTheDaemonTellUsersApart() throws IOException {
        assertThat(Files.readString(Path.of("dist/culvertd.service")).lines())
                .contains("Group=culvert")
                .noneMatch(line -> line.startsWith("PrivateUsers="));
    }

    @Test
    void aTokenThatEndedLongAgoIsForgotten() throws IOException {
        tokens.create(ADMIN, null);
        tokens.create(grant("old", "acme", Scope.AGENTS_READ), hours(1));
        now = now.plus(Duration.ofDays(32));

        tokens.create(grant("new", "acme", Scope.AGENTS_READ), null);

        assertThat(tokens.all()).extracting(Token::name).containsExactly("root", "new");
    }

    private static Duration hours(long count) {
        return Duration.ofHours(count);
    }
}
