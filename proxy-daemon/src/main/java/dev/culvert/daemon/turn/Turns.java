package dev.culvert.daemon.turn;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.TimeoutSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.metrics.TurnMetrics;
import dev.culvert.frame.Frame;
import dev.culvert.link.Failure;
import dev.culvert.link.Patience;
import dev.culvert.pool.LinkPool;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The turns under way, of all event loops. */
public final class Turns {
    private final Readers readers = new Readers();
    private final Fleet fleet;
    private final TurnIds ids;
    private final Supplier<DaemonSettings> settings;
    private final TurnNeeds needs;
    private volatile Patience patience = Patience.ofSilence(TimeoutSettings.DEFAULTS.message());

    public Turns(
            Fleet fleet,
            LinkPool pool,
            TurnIds ids,
            Supplier<DaemonSettings> settings,
            TurnMetrics metrics) {
        this.fleet = fleet;
        this.ids = ids;
        this.settings = settings;
        needs =
                new TurnNeeds(
                        pool::acquire, this::isThere, readers, settings, this::patience, metrics);
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
        LiveTurn turn = new LiveTurn(needs, loop, origin, message.retain(), 0, listener);
        enter(turn);
        return turn;
    }

    /** Goes on with a turn that a client had before, after the frame of which it has the number. */
    public LiveTurn resume(EventLoop loop, Origin origin, long after, TurnListener listener) {
        LiveTurn turn = new LiveTurn(needs, loop, origin, null, after, listener);
        enter(turn);
        return turn;
    }

    /**
     * Stops a turn, wherever it runs. {@code told} is told, on {@code loop}, what the agent
     * answered: null where the turn had come to its end.
     */
    public void delete(EventLoop loop, Origin origin, Consumer<@Nullable Failure> told) {
        Consumer<@Nullable Failure> toldThere = failure -> loop.execute(() -> told.accept(failure));
        LiveTurn here = readers.last(origin.id());
        if (here != null) {
            delete(here, toldThere);
            return;
        }
        LiveTurn elsewhere = new LiveTurn(needs, loop, origin, null, 0, new Nobody());
        delete(elsewhere, toldThere);
        enter(elsewhere);
    }

    /** Where the agent does not let that one read, it is for the one before to say it. */
    private void delete(LiveTurn reader, Consumer<@Nullable Failure> told) {
        reader.delete(how -> {
            LiveTurn other = Endings.isSaidToHaveEnded(how) ? null : readers.last(reader.id());
            if (other == null || other == reader) {
                told.accept(how);
            } else {
                delete(other, told);
            }
        });
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
        return readers.count();
    }

    /** Ends what is still under way here, without ending it at the agents that can go on. */
    public void cutAll() {
        readers.forEach(LiveTurn::cut);
    }

    private void enter(LiveTurn turn) {
        LiveTurn before = readers.enter(turn);
        if (before == null) {
            turn.start();
        } else {
            turn.startAfter(before);
        }
    }

    private boolean isThere(Agent agent) {
        return fleet.find(agent.id()) == agent;
    }

    /** Mostly the same object. */
    private Patience patience() {
        Duration silence = settings.get().timeouts().message();
        if (!patience.silence().equals(silence)) {
            patience = Patience.ofSilence(silence);
        }
        return patience;
    }
}
