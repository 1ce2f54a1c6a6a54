package dev.culvert.daemon.turn;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Collects answers that come from several event loops, and tells once it has them all. */
final class Roll<T> {
    private final AtomicReferenceArray<@Nullable T> answers;
    private final AtomicInteger missing;
    private final Consumer<List<T>> told;

    /** If there is nobody to ask, {@code told} is called at once. */
    Roll(int size, Consumer<List<T>> told) {
        answers = new AtomicReferenceArray<>(size);
        missing = new AtomicInteger(size);
        this.told = told;
        if (size == 0) {
            told.accept(List.of());
        }
    }

    /**
     * To be called once for each place. The last call tells, in the order of the places, on its own
     * thread.
     *
     * @param answer null if there is none
     */
    void answer(int place, @Nullable T answer) {
        answers.set(place, answer);
        if (missing.decrementAndGet() == 0) {
            told.accept(all());
        }
    }

    private List<T> all() {
        return IntStream.range(0, answers.length())
                .mapToObj(answers::get)
                .filter(Objects::nonNull)
                .map(answer -> Objects.requireNonNull(answer))
                .toList();
    }
}
