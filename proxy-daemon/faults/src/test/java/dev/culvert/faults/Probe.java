package dev.culvert.faults;

import dev.culvert.faults.Pinger.Sample;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks the daemon for {@code /livez} continuously on two connections. A third connection asks a
 * {@link Control}. The daemon is not blamed for the time that the third one waited, nor for the
 * time that an event loop waited for a CPU.
 */
final class Probe implements AutoCloseable {
    /** Every answer must arrive within this time. */
    private static final Duration BOUND = Duration.ofMillis(100);

    /**
     * What it saw in a period.
     *
     * @param late answers that took too long
     */
    record Seen(int asked, long worstMillis, long controlMillis, int late, int unanswered) {
        @Override
        public String toString() {
            return "/livez asked %d times, worst %d ms (control %d ms), %d late, %d unanswered"
                    .formatted(asked, worstMillis, controlMillis, late, unanswered);
        }
    }

    private final List<Pinger> daemon = new ArrayList<>();
    private final Control control = new Control();
    private final Pinger controlled = new Pinger(control.endpoint(), "/", () -> new long[0]);

    Probe(Endpoint endpoint, LoopWaits waits) throws IOException {
        daemon.add(new Pinger(endpoint, "/livez", waits::now));
        daemon.add(new Pinger(endpoint, "/livez", waits::now));
    }

    Seen seen(long fromNanos, long toNanos) {
        List<Sample> samples = new ArrayList<>();
        daemon.forEach(pinger -> samples.addAll(pinger.samples(fromNanos, toNanos)));
        List<Sample> fair = controlled.samples(fromNanos, toNanos);
        int late = 0;
        int unanswered = 0;
        for (Sample sample : samples) {
            if (!sample.answered()) {
                unanswered++;
            } else if (sample.tookNanos() - excused(fair, sample) > BOUND.toNanos()) {
                late++;
            }
        }
        return new Seen(
                samples.size(), millis(worst(samples)), millis(worst(fair)), late, unanswered);
    }

    private static long excused(List<Sample> fair, Sample sample) {
        return Math.max(sample.waitedNanos(), worst(fair, sample));
    }

    /** The longest of the control's requests that overlap this one. */
    private static long worst(List<Sample> samples, Sample other) {
        return worst(
                samples.stream()
                        .filter(it -> it.overlaps(other.beganNanos(), other.endedNanos()))
                        .toList());
    }

    private static long worst(List<Sample> samples) {
        return samples.stream().mapToLong(Sample::tookNanos).max().orElse(0);
    }

    private static long millis(long nanos) {
        return Duration.ofNanos(nanos).toMillis();
    }

    @Override
    public void close() throws IOException {
        for (Pinger pinger : daemon) {
            pinger.close();
        }
        controlled.close();
        control.close();
    }
}
