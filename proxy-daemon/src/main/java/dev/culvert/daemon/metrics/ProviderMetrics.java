package dev.culvert.daemon.metrics;

import dev.culvert.daemon.egress.EgressObserver;
import dev.culvert.daemon.providers.ProviderObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;

/** What LLM services outside are asked, and what it costs. */
/* Providers are those of the settings, so there are few values of the label. */
public final class ProviderMetrics implements ProviderObserver, EgressObserver {
    private static final String PROVIDER = "provider";
    private static final int HUNDRED = 100;

    private final MeterRegistry registry;
    private final Counter refused;
    private final Map<Outcome, Counter> egress = new EnumMap<>(Outcome.class);

    ProviderMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (Outcome outcome : Outcome.values()) {
            egress.put(
                    outcome,
                    Counter.builder("culvert.egress.connections")
                            .description(
                                    "Connections that agents wanted to servers through this host, by"
                                            + " what became of them.")
                            .tag("outcome", outcome.label())
                            .register(registry));
        }
        refused =
                Counter.builder("culvert.budgets.refused")
                        .description(
                                "Requests to providers that were refused because a budget was used"
                                        + " up.")
                        .register(registry);
    }

    @Override
    public void onEnded(Outcome outcome) {
        Counter counter = egress.get(outcome);
        if (counter != null) {
            counter.increment();
        }
    }

    @Override
    public void onAnswered(String provider, int status) {
        Counter.builder("culvert.providers.answers")
                .description("Answers of providers, by the first digit of their status.")
                .tag(PROVIDER, provider)
                .tag("status", status / HUNDRED + "xx")
                .register(registry)
                .increment();
    }

    @Override
    public void onFailed(String provider) {
        Counter.builder("culvert.providers.failures")
                .description("How often a provider could not be reached, or broke off an answer.")
                .tag(PROVIDER, provider)
                .register(registry)
                .increment();
    }

    @Override
    public void onAskedAgain(String provider) {
        Counter.builder("culvert.providers.retries")
                .description(
                        "Requests that went to a provider again, or to the next one, after this"
                                + " provider had failed.")
                .tag(PROVIDER, provider)
                .register(registry)
                .increment();
    }

    @Override
    public void onTokens(String provider, long input, long output) {
        tokens(provider, "input", input);
        tokens(provider, "output", output);
    }

    private void tokens(String provider, String direction, long count) {
        Counter.builder("culvert.providers.tokens")
                .description(
                        "Tokens that models of providers have read and written, as the providers"
                                + " say, or estimated where they do not.")
                .tag(PROVIDER, provider)
                .tag("direction", direction)
                .register(registry)
                .increment((double) count);
    }

    @Override
    public void onCut(String provider) {
        Counter.builder("culvert.budgets.cuts")
                .description("Streams of providers that were ended because a budget was used up.")
                .tag(PROVIDER, provider)
                .register(registry)
                .increment();
    }

    @Override
    public void onRefused() {
        refused.increment();
    }
}
