package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.util.List;
import java.util.Set;

/**
 * The section {@code metrics}. Only a restart changes it: a time series cannot change its labels.
 *
 * @param genAi whether turns are counted under the names of OpenTelemetry's GenAI conventions, too
 * @param labels which further labels those get: {@code agent}
 * @param maxLabelValues how many names of agents there may be; any further one is {@code other}
 */
public record MetricSettings(boolean genAi, List<String> labels, int maxLabelValues) {
    public static final String AGENT = "agent";

    public static final MetricSettings DEFAULTS = new MetricSettings(false, List.of(), 100);

    private static final Set<String> KNOWN = Set.of(AGENT);

    public MetricSettings {
        labels = List.copyOf(labels);
        for (int i = 0; i < labels.size(); i++) {
            Check.that(
                    KNOWN.contains(labels.get(i)),
                    "labels[" + i + "]",
                    '"' + labels.get(i) + '"',
                    "the only label that can be added is \"agent\"");
        }
        Check.between("max_label_values", maxLabelValues, 1, 100_000);
    }

    static MetricSettings read(Section in) {
        return new MetricSettings(
                in.get("gen_ai", Kind.BOOLEAN, DEFAULTS.genAi),
                in.list("labels", Kind.TEXT, DEFAULTS.labels),
                in.get("max_label_values", Kind.INT, DEFAULTS.maxLabelValues));
    }
}
