package dev.culvert.daemon.api.flows;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.flows.FlowListener;
import dev.culvert.daemon.flows.RunRecord;
import dev.culvert.daemon.flows.RunView;
import dev.culvert.daemon.flows.StepRecord;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.sse.EventIds;
import dev.culvert.daemon.sse.EventType;
import dev.culvert.daemon.sse.PacedStream;
import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One client that follows a run. Confined to its event loop, except where noted. */
/* The client gets each step as it is now. So one that does not read costs the latest view, which the run has anyway. */
final class FlowWatcher implements FlowListener {
    private static final EventType RUN = EventType.of("run");
    private static final EventType STEP = EventType.of("step");

    private final FlowRunRoute route;
    private final String id;
    private final PacedStream events;
    private final EventIds ids;
    private final Map<String, StepRecord> told = new HashMap<>();
    private @Nullable RunRecord toldRun;
    private long number;

    /** Written on the run's event loop. */
    private volatile RunView latest;

    FlowWatcher(FlowRunRoute route, RunView view, Answer answer, DaemonSettings settings) {
        this.route = route;
        latest = view;
        id = view.run().id();
        ids = EventIds.of(id);
        events =
                new PacedStream(
                        answer,
                        settings.sse().keepalive(),
                        settings.turns().stallTimeout(),
                        this::forget);
    }

    /**
     * @param look gives the end of the run to {@link #onChanged}, or ends the stream
     */
    void begin(Runnable look) {
        if (!events.isOpen()) { // the client has gone, or wants only the head
            events.forget();
            return;
        }
        write();
        boolean isOver = latest.run().state().isOver();
        if (events.isOpen() && !isOver && !route.flows().follow(id, this)) {
            look.run(); // it has ended since it was looked at
        }
    }

    @Override
    public void onChanged(RunView view) {
        latest = view;
        events.execute(this::write);
    }

    private void write() {
        if (!events.isOpen() || events.awaitsClient()) {
            return;
        }
        RunView view = latest;
        boolean isOver = view.run().state().isOver();
        int written = 0;
        for (StepRecord step : view.steps()) {
            if (!step.equals(told.put(step.step(), step))) {
                written += write(STEP, Json.object(json -> FlowJson.writeStep(json, step, isOver)));
            }
        }
        if (!view.run().equals(toldRun)) {
            toldRun = view.run();
            written += write(RUN, Json.object(json -> FlowJson.writeView(json, view)));
        }
        if (isOver) {
            events.end();
        } else if (written > 0) {
            events.await(this::write);
        }
    }

    /** Takes {@code data}. */
    private int write(EventType type, ByteBuf data) {
        return events.write(type, ids, ++number, data);
    }

    /** The caller is not let in any more. Called on the event loop. */
    void deny(Problem why) {
        events.deny(why);
    }

    /** From any thread. */
    void end() {
        events.execute(events::end);
    }

    private void forget() {
        route.flows().forget(id, this);
        route.forget(this);
    }
}
