package dev.culvert.bench;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * One turn: one load on one contender, once.
 *
 * @param cpuSeconds CPU time of the contender
 * @param kernelSeconds the part of it that the kernel used
 * @param p50 latency of a message or a chunk in microseconds, like the next three
 * @param residentMib memory of the contender at the end of the turn
 * @param idleResidentMib its memory before it did anything; for silent clients, with the first
 *     tenth of them
 * @param heapBytes allocated on its heap during the turn; 0 if it has none or does not tell
 * @param pauseMillis the longest pause of its garbage collector in the turn; 0 if unknown
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
            Figures seen,
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
                seen.requests(),
                seen.events(),
                seen.errors(),
                seen.seconds(),
                cpu.seconds(),
                cpu.kernelSeconds(),
                seen.p50(),
                seen.p99(),
                seen.p999(),
                seen.max(),
                rate,
                residentMib,
                idleResidentMib,
                heapBytes,
                pauseMillis);
    }

    /** Events that arrived, or messages if the load has no events. */
    double units() {
        return events > 0 ? events : requests;
    }

    /** CPU time for one of them, in microseconds. */
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

    /** For silent clients: each sent one request. */
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
