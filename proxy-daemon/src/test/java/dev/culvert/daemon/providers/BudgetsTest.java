package dev.culvert.daemon.providers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.config.BudgetLimits;
import dev.culvert.daemon.config.BudgetSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class BudgetsTest {
    private static final Instant NOON = Instant.parse("2026-11-30T12:59:50Z");
    private static final Holder AGENT = Holder.agent("a");
    private static final Holder TENANT = Holder.tenant("t");
    private static final List<Holder> BOTH = List.of(AGENT, TENANT);

    private Instant now = NOON;
    private BudgetSettings settings = tokens(100, 1000);
    private final Budgets budgets = new Budgets(() -> settings, () -> now);

    /** Of each agent an hour, and of each tenant a day. */
    private static BudgetSettings tokens(long agentAnHour, long tenantADay) {
        return settings(
                new BudgetLimits(
                        OptionalLong.of(agentAnHour),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty()),
                new BudgetLimits(
                        OptionalLong.empty(),
                        OptionalLong.of(tenantADay),
                        OptionalLong.empty(),
                        OptionalLong.empty()));
    }

    private static BudgetSettings settings(BudgetLimits agent, BudgetLimits tenant) {
        return new BudgetSettings(agent, tenant, List.of(), List.of(), 50);
    }

    private long used(Holder holder, Span span) {
        return budgets.standings().stream()
                .filter(it -> it.holder().equals(holder) && it.span() == span)
                .mapToLong(Budgets.Standing::tokens)
                .findFirst()
                .orElse(-1);
    }

    @Test
    void whatIsUsedCountsForTheAgentAndItsTenant() throws Exception {
        Lease lease = budgets.admit(BOTH, 10, 20, true);
        assertThat(lease.use(15)).isTrue();
        assertThat(used(AGENT, Span.HOUR)).isEqualTo(15);
        lease.settle(17);
        lease.settle(99);

        assertThat(used(AGENT, Span.HOUR)).isEqualTo(17);
        assertThat(used(TENANT, Span.DAY)).isEqualTo(17);
        assertThat(budgets.standings()).allMatch(it -> it.reserved() == 0 && it.requests() == 1);
    }

    @Test
    void whatIsReservedCannotBeReservedAgain() throws Exception {
        budgets.admit(BOTH, 10, 80, true);
        Lease second = budgets.admit(BOTH, 5, 80, true); // gets the 10 that are left
        assertThat(second.use(10)).isTrue();
        assertThatThrownBy(() -> budgets.admit(BOTH, 1, 1, true))
                .isInstanceOfSatisfying(
                        BudgetException.class,
                        e -> {
                            assertThat(e.sentence())
                                    .startsWith(
                                            "The agent 'a' may use 100 tokens in this hour, and requests that run have reserved what is left");
                            assertThat(e.retrySeconds()).isEqualTo(5);
                        });
        assertThat(second.use(11)).isFalse();
    }

    @Test
    void whatOneGivesBackAnotherMayUse() throws Exception {
        Lease first = budgets.admit(BOTH, 10, 80, true);
        Lease second = budgets.admit(BOTH, 5, 80, true);
        first.settle(20);
        assertThat(second.use(80)).isTrue();
        assertThat(second.use(81)).isFalse();
    }

    @Test
    void anAnswerThatCannotBeCutNeedsItsWholeReservation() throws Exception {
        budgets.admit(BOTH, 10, 40, false);
        assertThatThrownBy(() -> budgets.admit(BOTH, 10, 41, false))
                .isInstanceOf(BudgetException.class);
        budgets.admit(BOTH, 10, 40, false);
    }

    @Test
    void withoutALengthTheSettingsSayHowMuchIsReserved() throws Exception {
        budgets.admit(BOTH, 10, 0, false);
        assertThat(budgets.standings())
                .filteredOn(it -> it.holder().equals(AGENT))
                .allMatch(it -> it.reserved() == 60);
    }

    @Test
    void aUsedBudgetIsBackInTheNextHour() throws Exception {
        budgets.admit(BOTH, 10, 80, true).settle(100);
        assertThatThrownBy(() -> budgets.admit(BOTH, 1, 1, true))
                .isInstanceOfSatisfying(
                        BudgetException.class,
                        e -> {
                            assertThat(e.sentence())
                                    .isEqualTo(
                                            "The agent 'a' has used up its 100 tokens of this hour: ask again in the next one, which begins at 2026-11-30T13:00:00Z, or raise tokens_per_hour in budgets of the daemon's settings.");
                            assertThat(e.retrySeconds()).isEqualTo(10);
                        });
        now = NOON.plus(Duration.ofSeconds(10));
        budgets.admit(BOTH, 1, 1, true);
        assertThat(used(TENANT, Span.DAY)).isEqualTo(100);
    }

    @Test
    void whatRunsIntoTheNextHourCountsThere() throws Exception {
        Lease lease = budgets.admit(BOTH, 10, 80, true);
        now = NOON.plus(Duration.ofMinutes(1));
        lease.settle(33);
        assertThat(used(AGENT, Span.HOUR)).isEqualTo(33);
        assertThat(used(AGENT, Span.DAY)).isEqualTo(33);
    }

    @Test
    void requestsHaveALimitOfTheirOwn() throws Exception {
        settings =
                settings(
                        BudgetLimits.DEFAULTS,
                        new BudgetLimits(
                                OptionalLong.empty(),
                                OptionalLong.empty(),
                                OptionalLong.of(2),
                                OptionalLong.empty()));
        budgets.admit(BOTH, 1, 1, true).settle(0);
        budgets.admit(BOTH, 1, 1, true).settle(0);
        assertThatThrownBy(() -> budgets.admit(BOTH, 1, 1, true))
                .hasMessageContaining("The tenant 't' has used up its 2 requests of this hour");
    }

    @Test
    void withoutLimitsAllIsCountedAndNothingRefused() throws Exception {
        settings = BudgetSettings.DEFAULTS;
        Lease lease = budgets.admit(BOTH, 10, 0, false);
        assertThat(lease.use(1_000_000)).isTrue();
        lease.settle(1_000_000);
        assertThat(used(AGENT, Span.DAY)).isEqualTo(1_000_000);
    }

    @Test
    void rowsBringBackTheSpansThatRun() throws Exception {
        budgets.admit(BOTH, 10, 80, true).settle(40);
        List<BudgetRow> rows = budgets.rows();
        now = NOON.plus(Duration.ofMinutes(1)); // another hour of the same day
        Budgets again = new Budgets(() -> settings, () -> now);
        again.restore(rows);

        assertThat(again.rows())
                .extracting(it -> it.holder() + " " + it.span().label() + " " + it.tokens())
                .containsExactlyInAnyOrder("agent:a day 40", "tenant:t day 40");
        assertThat(again.rows()).allMatch(it -> it.requests() == 1);
    }

    @Test
    void whereTheProviderHasNotSaidWhatItUsedAllThatWasReservedCounts() throws Exception {
        budgets.admit(BOTH, 10, 40, false).settleUnknown(12);
        assertThat(used(AGENT, Span.HOUR)).isEqualTo(50);

        settings = BudgetSettings.DEFAULTS;
        budgets.admit(BOTH, 10, 40, false).settleUnknown(12);
        assertThat(used(AGENT, Span.HOUR)).as("without limits, what was seen").isEqualTo(62);
    }

    @Test
    void aRequestThatIsSentAgainReservesAsMuchAgain() throws Exception {
        Lease lease = budgets.admit(BOTH, 10, 30, false);
        assertThat(lease.again()).isTrue();
        assertThat(used(AGENT, Span.HOUR)).isEqualTo(40);
        assertThat(lease.again()).as("a third time is 120 of 100").isFalse();
        lease.settle(7);

        assertThat(used(AGENT, Span.HOUR)).isEqualTo(47);
        assertThat(budgets.standings()).allMatch(it -> it.reserved() == 0);
    }
}
