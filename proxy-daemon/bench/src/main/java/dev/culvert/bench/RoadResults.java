package dev.culvert.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What was measured on the whole road, each contender beside "no proxy". */
final class RoadResults {
    private static final String HEAD =
            """
            | | first chunk after the request, µs: p50 | p99 | gap between chunks, µs: p50 | p99 | runtime's connection closes after the client left, µs: p50 | p99 | memory per silent stream, KiB: culvertd | culvert-agent |
            |---|--:|--:|--:|--:|--:|--:|--:|--:|
            """;

    /** What one more silent stream takes of the daemon's memory, and of the guest's. */
    record Memory(String contender, int streams, double daemonKib, double guestKib) {}

    private final List<RoadSample> samples = new ArrayList<>();
    private final List<Memory> memory = new ArrayList<>();

    void add(RoadSample sample) {
        samples.add(sample);
    }

    void addAll(List<Memory> held) {
        memory.addAll(held);
    }

    private List<RoadSample> of(String contender) {
        return samples.stream().filter(it -> it.contender().equals(contender)).toList();
    }

    /** The median of the rounds; NaN if there are none. */
    double median(String contender, ToDoubleFunction<RoadSample> figure) {
        return Spread.of(of(contender).stream().mapToDouble(figure).toArray()).median();
    }

    /**
     * What the road adds to a figure: the median of the differences to "no proxy" in the same
     * round; NaN if one of them did not take part.
     */
    double added(String contender, ToDoubleFunction<RoadSample> figure) {
        return Spread.of(
                        of(contender).stream()
                                .flatMap(it ->
                                        of(Peer.DIRECT.title).stream()
                                                .filter(bare -> bare.round() == it.round())
                                                .map(bare ->
                                                        figure.applyAsDouble(it)
                                                                - figure.applyAsDouble(bare)))
                                .mapToDouble(Double::doubleValue)
                                .toArray())
                .median();
    }

    /** NaN if it was not measured. */
    double memory(String contender, ToDoubleFunction<Memory> figure) {
        return memory.stream()
                .filter(it -> it.contender().equals(contender))
                .mapToDouble(figure)
                .findFirst()
                .orElse(Double.NaN);
    }

    String table(String title) {
        String rows =
                samples.stream()
                        .map(RoadSample::contender)
                        .distinct()
                        .map(this::row)
                        .collect(Collectors.joining("\n"));
        return "### %s\n\n%s%s\n".formatted(title, HEAD, rows);
    }

    private String row(String contender) {
        double errors = of(contender).stream().mapToDouble(RoadSample::errors).sum();
        return "| %s | %s | %s | %s | %s | %s | %s | %s | %s |"
                .formatted(
                        errors == 0 ? contender : "%s (%,.0f errors)".formatted(contender, errors),
                        time(contender, RoadSample::firstP50),
                        time(contender, RoadSample::firstP99),
                        time(contender, RoadSample::gapP50),
                        time(contender, RoadSample::gapP99),
                        time(contender, RoadSample::leftP50),
                        time(contender, RoadSample::leftP99),
                        kib(memory(contender, Memory::daemonKib)),
                        kib(memory(contender, Memory::guestKib)));
    }

    /** A time, and after it what the road adds. */
    private String time(String contender, ToDoubleFunction<RoadSample> figure) {
        double whole = median(contender, figure);
        double added = added(contender, figure);
        return contender.equals(Peer.DIRECT.title) || Double.isNaN(added)
                ? "%,.0f".formatted(whole)
                : "%,.0f (**%+,.0f**)".formatted(whole, added);
    }

    private static String kib(double value) {
        return Double.isNaN(value) ? "–" : "%.1f".formatted(value);
    }

    List<String> csv() {
        return Stream.concat(Stream.of(RoadSample.CSV_HEAD), samples.stream().map(RoadSample::csv))
                .toList();
    }
}
