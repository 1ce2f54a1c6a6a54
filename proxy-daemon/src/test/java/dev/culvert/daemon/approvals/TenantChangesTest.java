package dev.culvert.daemon.approvals;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TenantChangesTest {
    private final TenantChanges changes = new TenantChanges();

    @Test
    void aTenantOfWhichNothingIsLeftTakesNoRoom() {
        for (int i = 0; i < 1_000; i++) {
            changes.add("tenant-" + i, "ap_" + i);
            changes.add("tenant-" + i, "ap_other_" + i);
            changes.forget("tenant-" + i, "ap_" + i);
            assertThat(changes.size()).isEqualTo(1);
            changes.forget("tenant-" + i, "ap_other_" + i);
        }

        assertThat(changes.size()).isZero();
    }

    @Test
    void whoReadsThemSeesWhatComesAfterAllHasGone() {
        ChangeNumbers read = changes.of("a");
        changes.add("a", "ap_1");
        changes.forget("a", "ap_1");
        long seen = read.newest();

        changes.add("a", "ap_2");

        assertThat(read.after(seen)).isEqualTo(new ChangeNumbers.Change(2, "ap_2"));
        assertThat(changes.of("a")).isSameAs(read);
    }

    @Test
    void tenantsHaveNumbersOfTheirOwn() {
        changes.add("a", "ap_1");
        changes.add("b", "ap_2");

        assertThat(changes.of("b").newest()).isEqualTo(1);
        assertThat(changes.of("a").epoch()).isNotEqualTo(changes.of("b").epoch());
    }
}
