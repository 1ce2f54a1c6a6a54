package dev.culvert.daemon.subjects;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.SubjectSettings;
import dev.culvert.subject.SubjectMatch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SubscribersTest {
    private final List<Integer> seen = new ArrayList<>();
    private final Subjects subjects = new Subjects(this::settings, SubjectObserver.NONE);

    /** Asked while somebody is being subscribed, as another thread may ask. */
    private SubjectSettings settings() {
        seen.add(subjects.subscribers());
        return SubjectSettings.DEFAULTS;
    }

    @Test
    void whoIsCountedIsTold() {
        Subscription one =
                requireNonNull(subjects.subscribe("acme", SubjectMatch.of("x"), () -> {}));

        assertThat(seen).isNotEmpty().containsOnly(0);
        assertThat(subjects.subscribers()).isOne();
        subjects.unsubscribe(one);
        assertThat(subjects.subscribers()).isZero();
    }
}
