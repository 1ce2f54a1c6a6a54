package dev.culvert.daemon.approvals;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every store of approvals does. */
public interface ApprovalStoreContract {
    Instant NOW = Instant.parse("2026-11-30T08:00:00.123Z");

    Decision ALLOW = new Decision(true, "anna \"a\" \u00e4", "it is\nfine", NOW.plusSeconds(7));

    /** Has a value in each place where one may be missing. */
    Approval WHOLE =
            approval("ap_0123456789abcdefghi-_Z", NOW)
                    .with(new Standing.Used(ALLOW, "c".repeat(22), NOW.plusSeconds(8)));

    /** An empty store, or the same one again as a later process opens it. */
    ApprovalStore open() throws IOException;

    static Approval approval(String id, Instant asked) {
        return new Approval(
                id,
                "web-1",
                "acme",
                new ParkedCall(
                        "turn-1",
                        "call-1",
                        "run_command",
                        "{\"argv\": [\"git\",\"push\"], \"x\":\"\\u0000\u00e4\"}",
                        "sha256:" + "0".repeat(64),
                        "v7",
                        "pushes",
                        "a push can be seen by others"),
                asked,
                asked.plusSeconds(900),
                new Standing.Pending());
    }

    @Test
    default void isEmptyAtFirst() throws IOException {
        assertThat(open().read()).isEmpty();
        assertThat(open().find("ap_1")).isNull();
    }

    @Test
    default void keepsAllThatItIsGiven() throws IOException {
        List<Approval> all =
                List.of(
                        approval("ap_6", NOW),
                        approval("ap_5", NOW.plusSeconds(1)).with(new Standing.Decided(ALLOW)),
                        approval("ap_4", NOW.plusSeconds(2))
                                .with(new Standing.Decided(new Decision(false, "ben", "", NOW))),
                        approval("ap_3", NOW.plusSeconds(3))
                                .with(new Standing.Used(ALLOW, "claim", NOW)),
                        approval("ap_2", NOW.plusSeconds(4)).with(new Standing.Expired(NOW)),
                        approval("ap_1", NOW.plusSeconds(5))
                                .with(new Standing.Withdrawn("the turn was cancelled", NOW)));
        ApprovalStore store = open();

        for (Approval each : all.reversed()) {
            assertThat(store.add(each)).isTrue();
        }

        assertThat(store.read()).containsExactlyElementsOf(all);
        assertThat(store.find("ap_3")).isEqualTo(all.get(3));
        if (store.isKept()) {
            assertThat(open().read()).containsExactlyElementsOf(all);
        }
    }

    @Test
    default void addsNoneWhoseIdIsTaken() throws IOException {
        ApprovalStore store = open();
        store.add(approval("ap_1", NOW));

        assertThat(store.add(approval("ap_1", NOW.plusSeconds(1)))).isFalse();

        assertThat(store.read()).containsExactly(approval("ap_1", NOW));
    }

    @Test
    default void ofTwoDecisionsOnlyTheFirstCounts() throws IOException {
        ApprovalStore store = open();
        Approval pending = approval("ap_1", NOW);
        Approval denied = pending.with(new Standing.Decided(new Decision(false, "ben", "", NOW)));
        store.add(pending);
        store.add(approval("ap_2", NOW.plusSeconds(1)));

        assertThat(store.replace(pending, denied)).isTrue();
        assertThat(store.replace(pending, pending.with(new Standing.Decided(ALLOW)))).isFalse();

        assertThat(store.read()).containsExactly(denied, approval("ap_2", NOW.plusSeconds(1)));
        assertThat(store.replace(approval("ap_3", NOW), denied)).isFalse();
    }

    @Test
    default void deletesSomeAndNoOther() throws IOException {
        ApprovalStore store = open();
        store.add(approval("ap_1", NOW));
        store.add(approval("ap_2", NOW));
        store.add(approval("ap_3", NOW));

        store.delete(List.of("ap_1", "ap_3", "ap_4"));
        store.delete(List.of());

        assertThat(store.read()).containsExactly(approval("ap_2", NOW));
    }
}
