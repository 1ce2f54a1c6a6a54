package dev.culvert.faults;

import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Random choices that depend only on the numbers that they are drawn for. */
final class Draw {
    private final SplittableRandom random;

    private Draw(long seed) {
        random = new SplittableRandom(seed);
    }

    /** The same seed and numbers give the same choices. */
    static Draw of(long seed, long... numbers) {
        long mixed = seed;
        for (long number : numbers) {
            mixed = new SplittableRandom(mixed ^ number * 0x9e3779b97f4a7c15L).nextLong();
        }
        return new Draw(mixed);
    }

    /** From {@code least} to {@code most}, both included. */
    int between(int least, int most) {
        return random.nextInt(least, most + 1);
    }

    /** The same, on a logarithmic scale: 1 to 10 is as likely as 10 to 100. */
    int logBetween(int least, int most) {
        double low = Math.log(least + 1.0);
        double high = Math.log(most + 2.0);
        int drawn = (int) Math.exp(low + random.nextDouble() * (high - low)) - 1;
        return Math.clamp(drawn, least, most);
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    long number() {
        return random.nextLong();
    }

    /** One of these; all are equally likely. */
    <T> T anyOf(T[] choices) {
        return choices[between(0, choices.length - 1)];
    }

    /** One of these, by weight. */
    <T> T oneOf(T[] choices, int... weights) {
        return choices[weighted(weights)];
    }

    /** An index, by weight. */
    int weighted(int... weights) {
        int left = random.nextInt(IntStream.of(weights).sum());
        int choice = 0;
        while (left >= weights[choice]) {
            left -= weights[choice];
            choice++;
        }
        return choice;
    }
}
