package dev.culvert.daemon.metrics;

import com.sun.management.ThreadMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import dev.culvert.about.Version;
import dev.culvert.daemon.config.MetricSettings;
import dev.culvert.io.Account;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Workers;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** All meters of the daemon, and their text for Prometheus. */
public final class Metrics implements AutoCloseable {
    private final PrometheusMeterRegistry registry = registry();
    private final JvmGcMetrics collections = new JvmGcMetrics();

    /** Kept here because the registry refers to them weakly. */
    private final List<LongSupplier> counts = new ArrayList<>();

    private final LinkMetrics links = new LinkMetrics(registry);
    private final HttpMetrics http = new HttpMetrics(registry);
    private final TlsMetrics tls = new TlsMetrics(registry);
    private final JoinMetrics joins = new JoinMetrics(registry);
    private final StreamMetrics streams = new StreamMetrics(registry);
    private final TurnMetrics turns = new TurnMetrics(registry, http::onTokens);
    private final McpMetrics mcp = new McpMetrics(registry);
    private final SubjectMetrics subjects = new SubjectMetrics(registry);
    private final TunnelMetrics tunnels = new TunnelMetrics(registry);
    private final ApprovalMetrics approvals = new ApprovalMetrics(registry);
    private final ProviderMetrics providers = new ProviderMetrics(registry);
    private final FlowMetrics flows = new FlowMetrics(registry);
    private final InventoryMetrics inventory = new InventoryMetrics(registry);
    private final ReloadMetrics reloads = new ReloadMetrics(registry);
    private final LoopMetrics loops = new LoopMetrics(registry);

    public Metrics() {
        Gauge.builder("culvert.build.info", () -> 1)
                .description("Always 1; the labels are the versions of the daemon and of Java.")
                .tag("version", Version.text())
                .tag("java", Runtime.version().toString())
                .register(registry);
        allocator(registry);
        heap(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        processor(registry);
        new UptimeMetrics().bindTo(registry);
        descriptors(registry);
        collections.bindTo(registry);
    }

    public LinkMetrics links() {
        return links;
    }

    public JoinMetrics joins() {
        return joins;
    }

    public TlsMetrics tls() {
        return tls;
    }

    public HttpMetrics http() {
        return http;
    }

    public StreamMetrics streams() {
        return streams;
    }

    public TurnMetrics turns() {
        return turns;
    }

    public McpMetrics mcp() {
        return mcp;
    }

    public SubjectMetrics subjects() {
        return subjects;
    }

    public TunnelMetrics tunnels() {
        return tunnels;
    }

    public ApprovalMetrics approvals() {
        return approvals;
    }

    public ProviderMetrics providers() {
        return providers;
    }

    public FlowMetrics flows() {
        return flows;
    }

    public InventoryMetrics inventory() {
        return inventory;
    }

    public ReloadMetrics reloads() {
        return reloads;
    }

    public LoopMetrics loops() {
        return loops;
    }

    /** Measures how many bytes wait, by kind, and counts what the limit ended or refused. */
    public void watch(Account account) {
        for (HeldKind kind : HeldKind.values()) {
            Gauge.builder("culvert.held", account, it -> it.heldBytes(kind))
                    .description("Bytes that wait in the daemon, by kind.")
                    .baseUnit("bytes")
                    .tag("kind", kind.label())
                    .register(registry);
            FunctionCounter.builder("culvert.held.ended", account, it -> it.ended(kind))
                    .description(
                            "Requests, streams and links that were ended because too many bytes"
                                    + " waited, by kind.")
                    .tag("kind", kind.label())
                    .register(registry);
        }
        Gauge.builder("culvert.held.limit", account, it -> it.whole().limitBytes())
                .description("How many bytes may wait in the daemon (memory.max_held_bytes).")
                .baseUnit("bytes")
                .register(registry);
        FunctionCounter.builder("culvert.held.refused", account, Account::refused)
                .description("Requests refused because too many bytes waited.")
                .register(registry);
    }

    /** Registers a gauge; {@code now} is called at each scrape. */
    public void gauge(
            String name, String description, String label, String value, Supplier<Number> now) {
        Gauge.builder(name, now)
                .description(description)
                .tags(Tags.of(label, value))
                .register(registry);
    }

    /** Registers a gauge; {@code now} is called at each scrape. */
    public void gauge(String name, String description, Supplier<Number> now) {
        Gauge.builder(name, now).description(description).register(registry);
    }

    /**
     * A number of a gauge with two labels whose values come and go.
     *
     * @param first the value of the first label
     */
    public record Labelled(String first, String second, Number value) {}

    /** Registers such a gauge; what the result is given takes the place of what was there. */
    public Consumer<List<Labelled>> gauges(
            String name, String description, String first, String second) {
        MultiGauge gauge = MultiGauge.builder(name).description(description).register(registry);
        return rows ->
                gauge.register(
                        rows.stream()
                                .map(it ->
                                        MultiGauge.Row.of(
                                                Tags.of(first, it.first(), second, it.second()),
                                                it.value()))
                                .toList(),
                        true);
    }

    /** Registers a counter; each run of the result adds 1. */
    public Runnable counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry)::increment;
    }

    /** Registers a counter; each run of the result adds 1. */
    public Runnable counter(String name, String description, String label, String value) {
        return Counter.builder(name).description(description).tag(label, value).register(registry)
                ::increment;
    }

    /** Counts turns under the names of the GenAI conventions, too, if the settings say so. */
    public void use(MetricSettings settings) {
        if (settings.genAi()) {
            GenAiMetrics genAi =
                    new GenAiMetrics(
                            registry,
                            settings.labels().contains(MetricSettings.AGENT),
                            settings.maxLabelValues());
            http.use(genAi);
            streams.use(genAi);
        }
    }

    /** Counts each run as a failure of a file of state_dir. */
    public Runnable stateFailures() {
        return counter(
                "culvert.state.dir.failures", "How often a file of state_dir could not be used.");
    }

    /** Measures how full a room of workers is. */
    public void workers(String room, Workers workers, int threads) {
        gauge(
                "culvert.workers.busy",
                "Worker threads for blocking work that are busy.",
                "room",
                room,
                workers::busy);
        gauge(
                "culvert.workers.threads",
                "Worker threads for blocking work, at most.",
                "room",
                room,
                () -> threads);
        gauge(
                "culvert.workers.waiting",
                "Requests that wait for a worker thread.",
                "room",
                room,
                workers::waiting);
        FunctionCounter.builder("culvert.workers.refused", workers, Workers::refused)
                .description("Requests refused because too many waited for a worker thread.")
                .tag("room", room)
                .register(registry);
    }

    /** Registers a counter whose value somebody else keeps. */
    public void counter(String name, String description, LongSupplier count) {
        counts.add(count);
        FunctionCounter.builder(name, count, LongSupplier::getAsLong)
                .description(description)
                .register(registry);
    }

    /** Returns all meters in Prometheus' text format 0.0.4. */
    public String scrape() {
        return registry.scrape();
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }

    /** Without two of Micrometer's meters, whose names break Prometheus' rules. */
    private static PrometheusMeterRegistry registry() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        registry.config()
                .meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"))
                .meterFilter(MeterFilter.denyNameStartsWith("system.cpu.count"));
        return registry;
    }

    private static void processor(MeterRegistry registry) {
        new ProcessorMetrics().bindTo(registry);
        FunctionCounter.builder("process.cpu", ProcessHandle.current(), Metrics::cpuSeconds)
                .description("CPU time that the process has used.")
                .baseUnit("seconds")
                .register(registry);
    }

    private static double cpuSeconds(ProcessHandle process) {
        Duration used = process.info().totalCpuDuration().orElse(Duration.ZERO);
        return used.toMillis() / 1000.0;
    }

    /** Under the names that Prometheus' own clients and its usual alerts use. */
    private static void descriptors(MeterRegistry registry) {
        if (ManagementFactory.getOperatingSystemMXBean()
                instanceof UnixOperatingSystemMXBean system) {
            Gauge.builder("process.open.fds", system::getOpenFileDescriptorCount)
                    .description("Open file descriptors.")
                    .register(registry);
            Gauge.builder("process.max.fds", system::getMaxFileDescriptorCount)
                    .description("File descriptors that may be open (LimitNOFILE).")
                    .register(registry);
        }
    }

    private static void heap(MeterRegistry registry) {
        if (ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads) {
            FunctionCounter.builder(
                            "culvert.heap.allocated",
                            threads,
                            ThreadMXBean::getTotalThreadAllocatedBytes)
                    .description("Bytes allocated on the heap since the start.")
                    .baseUnit("bytes")
                    .register(registry);
        }
    }

    private static void allocator(MeterRegistry registry) {
        if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider) {
            ByteBufAllocatorMetric used = provider.metric();
            Gauge.builder("culvert.buffers.direct", used::usedDirectMemory)
                    .description("Memory that network buffers hold outside the heap.")
                    .baseUnit("bytes")
                    .register(registry);
            Gauge.builder("culvert.buffers.heap", used::usedHeapMemory)
                    .description("Memory that network buffers hold on the heap.")
                    .baseUnit("bytes")
                    .register(registry);
        }
    }
}
