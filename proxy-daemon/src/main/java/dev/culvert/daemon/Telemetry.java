package dev.culvert.daemon;

import dev.culvert.daemon.accesslog.AccessLog;
import dev.culvert.daemon.config.TelemetrySettings;
import dev.culvert.daemon.http.Handling;
import dev.culvert.daemon.http.HttpObserver;
import dev.culvert.daemon.http.RequestRecord;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.http.RouteObserver;
import dev.culvert.daemon.http.TokenUsage;
import dev.culvert.daemon.http.TraceContext;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.traces.Traces;
import org.jspecify.annotations.Nullable;

/** Tells metrics, access log and traces what happens on the HTTP side. Called on every loop. */
final class Telemetry implements HttpObserver, AutoCloseable {
    private final HttpObserver metrics;
    private final AccessLog accessLog;
    private final Traces traces;

    /** Whether one of them wants every request; else only a failure costs a record. */
    private volatile boolean wantsRecords;

    Telemetry(Metrics metrics, TelemetrySettings settings) {
        this.metrics = metrics.http();
        metrics.use(settings.metrics());
        accessLog = new AccessLog(settings.accessLog());
        traces = new Traces(settings.traces());
        wantsRecords = accessLog.isOn() || traces.isOn();
        metrics.counter(
                "culvert.traces.sent", "Requests whose spans a collector has taken.", traces::sent);
        metrics.counter(
                "culvert.traces.dropped", "Requests whose spans were lost.", traces::dropped);
        metrics.counter(
                "culvert.access.log.lines",
                "Lines of the access log that were written.",
                accessLog::written);
        metrics.counter(
                "culvert.access.log.dropped",
                "Lines of the access log that were lost.",
                accessLog::dropped);
    }

    /** Takes other settings, for requests to come. */
    void use(TelemetrySettings next) {
        accessLog.use(next.accessLog());
        traces.use(next.traces());
        wantsRecords = accessLog.isOn() || traces.isOn();
    }

    @Override
    public boolean wantsRecords() {
        return wantsRecords;
    }

    @Override
    public @Nullable TraceContext trace(@Nullable String traceParent) {
        return traces.begin(traceParent);
    }

    @Override
    public void onEnded(RequestRecord request) {
        accessLog.onEnded(request);
        traces.onEnded(request);
    }

    @Override
    public void onConnectionOpened() {
        metrics.onConnectionOpened();
    }

    @Override
    public void onConnectionClosed() {
        metrics.onConnectionClosed();
    }

    @Override
    public void onConnectionRefused() {
        metrics.onConnectionRefused();
    }

    @Override
    public void onStreamOpened() {
        metrics.onStreamOpened();
    }

    @Override
    public void onStreamClosed() {
        metrics.onStreamClosed();
    }

    @Override
    public void onStreamReset() {
        metrics.onStreamReset();
    }

    @Override
    public void onFlood(Flood kind) {
        metrics.onFlood(kind);
    }

    @Override
    public void onRequestRefused(int status) {
        metrics.onRequestRefused(status);
    }

    @Override
    public void onFailed(String code, int runtimeStatus) {
        metrics.onFailed(code, runtimeStatus);
    }

    @Override
    public void onLimited(String reason) {
        metrics.onLimited(reason);
    }

    @Override
    public void onTokens(Handling of, TokenUsage tokens) {
        metrics.onTokens(of, tokens);
    }

    @Override
    public void onTurn(Handling of, long nanos) {
        metrics.onTurn(of, nanos);
    }

    @Override
    public RouteObserver observe(Route route) {
        return metrics.observe(route);
    }

    @Override
    public void close() {
        accessLog.close();
        traces.close();
    }
}
