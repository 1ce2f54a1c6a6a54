package dev.culvert.daemon.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.auth.Quota.Limit;
import dev.culvert.daemon.auth.Quota.Of;
import dev.culvert.daemon.auth.Quota.Reached;
import dev.culvert.daemon.config.ByteRate;
import dev.culvert.daemon.config.CallerLimits;
import dev.culvert.daemon.config.LimitSettings;
import dev.culvert.daemon.config.LimitSettings.TenantLimits;
import dev.culvert.daemon.config.Rate;
import dev.culvert.daemon.config.Scope;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class QuotasTest {
    private static final CallerLimits OFF = CallerLimits.DEFAULTS;

    private long now = Long.MAX_VALUE - 5; // System.nanoTime() may overflow at any time
    private LimitSettings settings = LimitSettings.DEFAULTS;
    private final List<Reached> refused = new ArrayList<>();
    private final Quotas quotas = new Quotas(() -> settings, () -> now, refused::add);

    private static CallerLimits limits(@Nullable String rate, int burst, int turns) {
        return new CallerLimits(
                Optional.ofNullable(rate).map(Rate::parse), burst, Optional.empty(), turns);
    }

    private static CallerLimits bytes(String rate) {
        return new CallerLimits(Optional.empty(), 0, Optional.of(ByteRate.parse(rate)), 0);
    }

    private static Token token(String id, @Nullable String rate, int turns) {
        return token(id, Grant.Limits.of(rate, null, turns));
    }

    private static Token token(String id, Grant.Limits limits) {
        Grant grant = new Grant("ci", "acme", Set.of(Scope.ADMIN), Set.of(), limits);
        SecretHash hash = SecretHash.of(id);
        return new Token(id, grant, hash, Instant.EPOCH, null, null, null);
    }

    private CallerQuota of(@Nullable String tenant, @Nullable Token token) {
        return Objects.requireNonNull(quotas.of(tenant, token));
    }

    private static int taken(CallerQuota quota) {
        int taken = 0;
        while (taken < 1_000 && quota.takeRequest() == null) {
            taken++;
        }
        return taken;
    }

    private void pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Test
    void callersWithoutLimitsHaveNoQuota() {
        assertThat(quotas.of("acme", token("1", null, 0))).isNull();
        assertThat(quotas.of(null, null)).isNull();
        settings = new LimitSettings(limits("1/s", 0, 1), OFF, List.of());
        assertThat(quotas.of(null, token("1", null, 0))).isNull();
    }

    @Test
    void aRateAllowsWhatItNamesAtOnceAndThenEvenly() {
        settings = new LimitSettings(limits("50/s", 0, 0), OFF, List.of());
        CallerQuota quota = of("acme", null);

        assertThat(taken(quota)).isEqualTo(50);
        assertThat(refused.getLast().limit()).isEqualTo(Limit.RATE);
        assertThat(refused.getLast().waitNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(20));
        pass(19);
        assertThat(taken(quota)).isZero();
        pass(1);
        assertThat(taken(quota)).isEqualTo(1);
        pass(10_000);
        assertThat(taken(quota)).isEqualTo(50);
    }

    @Test
    void aBurstIsHowManyMayComeAtOnce() {
        settings = new LimitSettings(limits("600/m", 3, 0), OFF, List.of());
        CallerQuota quota = of("acme", null);

        assertThat(taken(quota)).isEqualTo(3);
        pass(200);
        assertThat(taken(quota)).isEqualTo(2);
    }

    @Test
    void theLargestRateAllowsSomething() {
        settings = new LimitSettings(limits("999999999/h", 0, 0), OFF, List.of());
        Quota quota = of("acme", null).quotas().getFirst();

        assertThat(quota.requestsLeft(now)).isBetween(999_999_998L, 999_999_999L);
        assertThat(quota.takeRequest(now)).isNull();
    }

    @Test
    void aTenantHasItsOwnLimitsAndSharesThemAmongItsTokens() {
        settings =
                new LimitSettings(
                        limits("9/s", 0, 0),
                        OFF,
                        List.of(new TenantLimits("acme", limits("3/s", 0, 0))));

        assertThat(of("acme", token("1", null, 0)).takeRequest()).isNull();
        assertThat(taken(of("acme", token("2", null, 0)))).isEqualTo(2);
        assertThat(refused.getLast().quota().of()).isEqualTo(Of.TENANT);
        assertThat(refused.getLast().quota().name()).isEqualTo("acme");
        assertThat(taken(of("other", null))).isEqualTo(9);
    }

    @Test
    void aTokenHasItsOwnLimitElseThatOfEachToken() {
        settings = new LimitSettings(OFF, limits("2/s", 0, 0), List.of());

        assertThat(taken(of("acme", token("1", "5/s", 0)))).isEqualTo(5);
        assertThat(taken(of("acme", token("2", null, 0)))).isEqualTo(2);
        assertThat(refused.getLast().quota().of()).isEqualTo(Of.TOKEN);
        assertThat(refused.getLast().quota().name()).isEqualTo("ci");
    }

    @Test
    void bytesOfASecondMayBeUsedAtOnceAndWhatIsMoreIsOwed() {
        settings = new LimitSettings(bytes("1KiB/s"), OFF, List.of());
        CallerQuota quota = of("acme", null);
        assertThat(quota.limitsBytes()).isTrue();

        quota.useBytes(1024);
        assertThat(quota.owedNanos()).isZero();
        assertThat(quota.takeRequest()).isNull();
        quota.useBytes(3 * 1024);
        assertThat(quota.owedNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(3));
        Reached reached = Objects.requireNonNull(quota.takeRequest());
        assertThat(reached.limit()).isEqualTo(Limit.BYTES);
        assertThat(reached.waitNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(2));
        assertThat(quota.quotas().getFirst().bytesLeft(now)).isZero();
        pass(2_000);
        assertThat(quota.takeRequest()).as("while no more than a second is owed").isNull();
        assertThat(quota.owedNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(1));
        pass(1_000);
        assertThat(quota.owedNanos()).isZero();
        pass(500);
        assertThat(quota.quotas().getFirst().bytesLeft(now)).isEqualTo(512);
        pass(60_000);
        assertThat(quota.quotas().getFirst().bytesLeft(now)).isEqualTo(1024);
    }

    @Test
    void theBytesOfATokenCountForItsTenantToo() {
        settings = new LimitSettings(bytes("1MiB/s"), bytes("4KiB/s"), List.of());
        CallerQuota own = of("acme", token("1", Grant.Limits.of(null, "2MiB/s", 0)));
        CallerQuota each = of("acme", token("2", null, 0));

        own.useBytes(4 << 20);
        assertThat(own.owedNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(3));
        assertThat(Objects.requireNonNull(each.takeRequest()).quota().of()).isEqualTo(Of.TENANT);
        pass(3_000);
        each.useBytes(16 << 10);
        assertThat(Objects.requireNonNull(each.takeRequest()).quota().of()).isEqualTo(Of.TOKEN);
    }

    @Test
    void aCallerWithOtherLimitsOnlyCountsNoBytes() {
        settings = new LimitSettings(limits("5/s", 0, 0), OFF, List.of());
        CallerQuota quota = of("acme", null);
        quota.useBytes(Integer.MAX_VALUE);

        assertThat(quota.limitsBytes()).isFalse();
        assertThat(quota.owedNanos()).isZero();
        assertThat(quota.quotas().getFirst().bytesLeft(now)).isEqualTo(-1);
    }

    @Test
    void turnsAreLimitedUntilTheyEndAndARefusedOneTakesNone() {
        settings = new LimitSettings(limits(null, 0, 2), OFF, List.of());
        CallerQuota first = of("acme", token("1", null, 1));
        CallerQuota second = of("acme", token("2", null, 9));

        assertThat(first.takeTurn()).isNull();
        assertThat(Objects.requireNonNull(first.takeTurn()).quota().of()).isEqualTo(Of.TOKEN);
        assertThat(second.takeTurn()).isNull();
        assertThat(Objects.requireNonNull(second.takeTurn()).quota().of()).isEqualTo(Of.TENANT);
        first.endTurn();
        assertThat(second.takeTurn()).isNull();
        second.endTurn();
        second.holdTurn();
        assertThat(refused).extracting(Reached::limit).containsExactly(Limit.TURNS, Limit.TURNS);
        assertThat(first.takeTurn()).isNotNull();
    }

    @Test
    void otherLimitsCountTheTurnsThatRunAlready() {
        settings = new LimitSettings(limits(null, 0, 5), OFF, List.of());
        CallerQuota before = of("acme", null);
        assertThat(before.takeTurn()).isNull();
        assertThat(of("acme", null).quotas()).isEqualTo(before.quotas());

        settings = new LimitSettings(limits(null, 0, 1), OFF, List.of());
        CallerQuota after = of("acme", null);
        assertThat(after.takeTurn()).isNotNull();
        before.endTurn();
        assertThat(after.takeTurn()).isNull();
    }
}
