package dev.culvert.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** All samples of a run. */
final class Results {
    private final List<Sample> samples = new ArrayList<>();
    private final RoadResults road = new RoadResults();
    private final TunnelResults tunnel = new TunnelResults();

    /** Those of forwarded connections. */
    TunnelResults tunnel() {
        return tunnel;
    }

    /** Those of the whole road. */
    RoadResults road() {
        return road;
    }

    void add(Sample sample) {
        samples.add(sample);
    }

    /** The rounds of one contender in one scenario; empty if it did not take part. */
    List<Sample> of(String scenario, String contender) {
        return samples.stream()
                .filter(it -> it.scenario().equals(scenario) && it.contender().equals(contender))
                .toList();
    }

    List<String> contenders(String scenario) {
        return samples.stream()
                .filter(it -> it.scenario().equals(scenario))
                .map(Sample::contender)
                .distinct()
                .toList();
    }

    /** One figure over the rounds; NaN if there are none. */
    Spread spread(String scenario, String contender, ToDoubleFunction<Sample> figure) {
        return Spread.of(of(scenario, contender).stream().mapToDouble(figure).toArray());
    }

    List<String> csv() {
        return Stream.concat(Stream.of(Sample.csvHead()), samples.stream().map(Sample::csv))
                .toList();
    }
}
