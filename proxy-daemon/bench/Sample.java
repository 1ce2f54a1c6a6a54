import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What one slice showed: one load on one contender, once.
 *
 * @param cpuSeconds of the contender
 * @param kernelSeconds of these, what the kernel used
 * @param p50 latencies in microseconds: of a message, or of a chunk
 * @param residentMib of the contender, at the end of the slice
 * @param idleResidentMib of the contender, before it did anything; where clients are silent, with
 *     the first tenth of them
 * @param heapBytes taken on its heap in the slice; 0 where it has none or does not tell
 * @param pauseMillis the longest of its garbage collector in the slice; 0 where there is none or it
 *     is not known
 */
record Sample(
        String scenario,
        String contender,
        int round,
        double requests,
        double events,
        double errors,
        double seconds,
        double cpuSeconds,
        double kernelSeconds,
        double p50,
        double p99,
        double p999,
        double max,
        double rate,
        double residentMib,
        double idleResidentMib,
        double heapBytes,
        double pauseMillis) {

    static Sample of(
            String scenario,
            String contender,
            int round,
            Map<String, Double> seen,
            double rate,
            Child.Cpu cpu,
            double residentMib,
            double idleResidentMib,
            double heapBytes,
            double pauseMillis) {
        return new Sample(
                scenario,
                contender,
                round,
                seen.get("requests"),
                seen.get("events"),
                seen.get("errors"),
                seen.get("seconds"),
                cpu.seconds(),
                cpu.kernelSeconds(),
                seen.get("p50"),
                seen.get("p99"),
                seen.get("p999"),
                seen.get("max"),
                rate,
                residentMib,
                idleResidentMib,
                heapBytes,
                pauseMillis);
    }

    /** What was asked for and came: events, or messages where there are none. */
    double units() {
        return events > 0 ? events : requests;
    }

    /** CPU for one of them; in microseconds, which is milliseconds for a thousand. */
    double cpuMicros() {
        return cpuSeconds * 1e6 / units();
    }

    double kernelShare() {
        return kernelSeconds / cpuSeconds;
    }

    double heapBytesPerUnit() {
        return heapBytes / units();
    }

    double perSecond() {
        return units() / seconds;
    }

    /** Where the clients are silent, and each of them was one request. */
    double kibPerClient() {
        return (residentMib - idleResidentMib) * 1024 / requests;
    }

    static String csvHead() {
        return Arrays.stream(Sample.class.getRecordComponents())
                .map(RecordComponent::getName)
                .collect(Collectors.joining(","));
    }

    String csv() {
        return "%s,\"%s\",%d,%.0f,%.0f,%.0f,%.4f,%.2f,%.2f,%.1f,%.1f,%.1f,%.1f,%.0f,%.1f,%.1f,%.0f,%.3f"
                .formatted(
                        scenario,
                        contender,
                        round,
                        requests,
                        events,
                        errors,
                        seconds,
                        cpuSeconds,
                        kernelSeconds,
                        p50,
                        p99,
                        p999,
                        max,
                        rate,
                        residentMib,
                        idleResidentMib,
                        heapBytes,
                        pauseMillis);
    }
}
