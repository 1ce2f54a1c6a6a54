package dev.culvert.faults;

import dev.culvert.faults.Pinger.Sample;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks the daemon for {@code /livez} all the time, on two connections. A third asks a {@link
 * Control}: what that one had to wait meanwhile is not the daemon's fault, nor is what its event
 * loop waited for a CPU.
 */
final class Probe implements AutoCloseable {
    /** In which every answer must be there. */
    private static final Duration BOUND = Duration.ofMillis(100);

    /**
     * What it saw in some time.
     *
     * @param late answers that took longer than they may
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

    /** The longest of those that were under way with the other. */
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
