package dev.culvert.daemon.turn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CreditWindowTest {
    @Test
    void grantsHalfOfItAtATime() {
        CreditWindow window = new CreditWindow(9);
        assertThat(window.credit()).isEqualTo(9);
        window.came(9);

        assertThat(window.taken(4)).isZero();
        assertThat(window.taken(1)).isEqualTo(5);
        assertThat(window.taken(4)).isZero();
    }

    @Test
    void beginsAnewWithWhatIsNotTaken() {
        CreditWindow window = new CreditWindow(9);
        window.came(12);
        assertThat(window.credit()).isZero();

        assertThat(window.taken(4)).isZero();
        assertThat(window.credit()).isEqualTo(1);
        assertThat(window.taken(4)).as("what was owed before is in the credit").isZero();
    }

    @Test
    void mayBeAsLargeAsAnIntIs() {
        CreditWindow window = new CreditWindow(Integer.MAX_VALUE);
        window.came(10);

        assertThat(window.taken(10)).isZero();
    }
}
