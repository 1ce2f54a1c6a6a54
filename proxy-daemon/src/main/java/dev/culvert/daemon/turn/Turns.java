package dev.culvert.daemon.turn;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.TimeoutSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.metrics.TurnMetrics;
import dev.culvert.frame.Frame;
import dev.culvert.link.DialListener;
import dev.culvert.link.Failure;
import dev.culvert.link.Patience;
import dev.culvert.pool.LinkPool;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The turns under way, of all event loops: a turn has one reader, the one that came last. */
public final class Turns {
    private final ConcurrentMap<String, LiveTurn> live = new ConcurrentHashMap<>();
    private final Fleet fleet;
    private final LinkPool pool;
    private final TurnIds ids;
    private final Supplier<DaemonSettings> settings;
    private final TurnMetrics metrics;
    private volatile Patience patience = Patience.ofSilence(TimeoutSettings.DEFAULTS.message());

    public Turns(
            Fleet fleet,
            LinkPool pool,
            TurnIds ids,
            Supplier<DaemonSettings> settings,
            TurnMetrics metrics) {
        this.fleet = fleet;
        this.pool = pool;
        this.ids = ids;
        this.settings = settings;
        this.metrics = metrics;
    }

    public TurnIds ids() {
        return ids;
    }

    /** The agent whose turn this is; null where no turn of that id can have been begun here. */
    public @Nullable Agent agentOf(String id) {
        String name = TurnIds.agentOf(id);
        Agent agent = name == null ? null : fleet.find(name);
        return agent != null && ids.isOf(agent, id) ? agent : null;
    }

    /**
     * Begins a turn, for a client on {@code loop}. Where its id may have been used before, it is
     * joined and not begun twice.
     *
     * @param message what to ask; retained
     */
    public LiveTurn begin(EventLoop loop, Origin origin, ByteBuf message, TurnListener listener) {
        LiveTurn turn = new LiveTurn(this, loop, origin, message.retain(), 0, listener);
        enter(turn);
        return turn;
    }

    /** Goes on with a turn that a client had before, behind what it has the number of. */
    public LiveTurn resume(EventLoop loop, Origin origin, long after, TurnListener listener) {
        LiveTurn turn = new LiveTurn(this, loop, origin, null, after, listener);
        enter(turn);
        return turn;
    }

    /**
     * Stops a turn, wherever it runs. {@code told} is told, on {@code loop}, what the agent
     * answered: null where the turn had come to its end.
     */
    public void delete(EventLoop loop, Origin origin, Consumer<@Nullable Failure> told) {
        Consumer<@Nullable Failure> toldThere = failure -> loop.execute(() -> told.accept(failure));
        LiveTurn here = live.get(origin.id());
        if (here != null) {
            here.delete(toldThere);
            return;
        }
        LiveTurn elsewhere = new LiveTurn(this, loop, origin, null, 0, new Nobody());
        elsewhere.delete(toldThere);
        enter(elsewhere);
    }

    /** Reads nothing: what it stands for is only to be stopped. */
    private static final class Nobody implements TurnListener {
        @Override
        public void onChunk(Frame chunk, long number) {}

        @Override
        public void onDone(long number) {}

        @Override
        public void onFailure(Failure failure) {}

        @Override
        public void onCut() {}
    }

    public int count() {
        return live.size();
    }

    /** Ends what is still under way here, without ending it at the agents that can go on. */
    public void cutAll() {
        live.values().forEach(LiveTurn::cut);
    }

    private void enter(LiveTurn turn) {
        LiveTurn before = live.put(turn.id(), turn);
        if (before == null) {
            turn.start();
        } else {
            turn.startAfter(before);
        }
    }

    /** {@code turn} did not get to read it after all. */
    void restore(LiveTurn turn, LiveTurn before) {
        if (before.isOver()) {
            leave(turn);
        } else {
            live.replace(turn.id(), turn, before);
        }
    }

    void leave(LiveTurn turn) {
        live.remove(turn.id(), turn);
    }

    /** False once another reader has the turn. */
    boolean isReader(LiveTurn turn) {
        return live.get(turn.id()) == turn;
    }

    /** False once it was removed, or is somewhere else. */
    boolean isThere(Agent agent) {
        return fleet.find(agent.id()) == agent;
    }

    void acquire(EventLoop loop, Agent agent, DialListener listener) {
        pool.acquire(loop, agent.address(), listener);
    }

    DaemonSettings settings() {
        return settings.get();
    }

    /** With an agent that may answer for as long as it does answer; mostly the same object. */
    Patience patience() {
        Duration silence = settings().timeouts().message();
        if (!patience.silence().equals(silence)) {
            patience = Patience.ofSilence(silence);
        }
        return patience;
    }

    TurnMetrics metrics() {
        return metrics;
    }
}
