package dev.culvert.daemon.turn;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.TurnSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.frame.Frame;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The turns of all event loops: begins, resumes, cancels and looks them up. */
public final class Turns {
    private final LiveTurns live = new LiveTurns();
    private final PastTurns past;
    private final GoingOn goingOn = new GoingOn();
    private final WatchedTurns watched = new WatchedTurns(live);
    private final Fleet fleet;
    private final TurnIds ids;
    private final Supplier<DaemonSettings> settings;
    private final TurnNeeds needs;

    public Turns(
            Fleet fleet, TurnIds ids, Supplier<DaemonSettings> settings, TurnObserver observer) {
        this.fleet = fleet;
        this.ids = ids;
        this.settings = settings;
        past = new PastTurns(() -> settings.get().turns(), System::nanoTime);
        ExchangeOpener opener = new ExchangeOpener(() -> settings.get().timeouts());
        needs =
                new TurnNeeds(
                        this::isThere, live, past, goingOn, watched, settings, opener, observer);
    }

    public TurnIds ids() {
        return ids;
    }

    /**
     * The agent of this turn; null if this daemon cannot have begun a turn of that id.
     *
     * @param caller a turn of an agent that the caller does not see is unknown, too
     */
    public @Nullable Agent agentOf(String id, Caller caller) {
        String name = TurnIds.agentOf(id);
        Agent agent = name == null ? null : fleet.seenBy(caller).find(name);
        return agent != null && ids.isOf(agent, id) ? agent : null;
    }

    /**
     * Begins a turn for a client on {@code loop}. If the turn of that id was begun before, the
     * client joins it and it does not begin twice.
     *
     * @param message retained
     */
    public LiveTurn begin(
            EventLoop loop, TurnRequest request, ByteBuf message, TurnListener listener) {
        LiveTurn turn = new LiveTurn(needs, loop, request, message.retain(), 0, listener);
        if (request.asked() == 0) {
            enter(turn);
        } else {
            enterByKey(turn);
        }
        return turn;
    }

    private void enterByKey(LiveTurn turn) {
        PastTurn before = past.find(turn.id());
        if (before == null && live.last(turn.id()) == null && past.isFullOfKeys()) {
            turn.fail(tooManyKeys());
        } else if (before != null
                && before.asked() != 0
                && before.asked() != turn.request().asked()) {
            turn.fail(Endings.KEY_REUSED);
        } else {
            if (before != null) {
                turn.wasBegunBy(before.instance());
            }
            enter(turn);
        }
    }

    private Failure tooManyKeys() {
        TurnSettings now = settings.get().turns();
        return new Failure.Overloaded(
                "nothing was sent: the daemon remembers %d Idempotency-Keys of turns that ended in the last %.0f s (turns.remember), and it may not remember more (turns.max_keys)"
                        .formatted(now.maxKeys(), now.remember().toMillis() / 1000.0));
    }

    /** Resumes a turn that a client read before, after the event numbered {@code after}. */
    public LiveTurn resume(EventLoop loop, TurnRequest request, long after, TurnListener listener) {
        LiveTurn turn = new LiveTurn(needs, loop, request, null, after, listener);
        enter(turn);
        return turn;
    }

    /**
     * Stops a turn, wherever it is read. {@code told} is told, on {@code loop}, what the agent
     * answered; null if the turn was complete.
     */
    public void delete(EventLoop loop, TurnRequest request, Consumer<@Nullable Failure> told) {
        Consumer<@Nullable Failure> toldThere = failure -> loop.execute(() -> told.accept(failure));
        LiveTurn here = live.last(request.id());
        if (here != null) {
            delete(here, toldThere);
            return;
        }
        LiveTurn elsewhere = new LiveTurn(needs, loop, request, null, 0, new Nobody());
        delete(elsewhere, toldThere);
        enter(elsewhere);
    }

    /** If the agent does not let {@code reader} read, asks the reader before it. */
    private void delete(LiveTurn reader, Consumer<@Nullable Failure> told) {
        Consumer<@Nullable Failure> ended =
                how -> {
                    LiveTurn other = Endings.isSaidToHaveEnded(how) ? null : live.last(reader.id());
                    if (other == null || other == reader) {
                        told.accept(how);
                    } else {
                        delete(other, told);
                    }
                };
        reader.onLoop(() -> reader.delete(ended));
    }

    /** Ignores the events of a turn that is only read to be stopped. */
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

    /**
     * Tells, on {@code loop}, the state of a turn as far as this daemon knows it; null if it knows
     * nothing.
     */
    public void look(EventLoop loop, String id, Consumer<@Nullable TurnStatus> told) {
        look(
                live.last(id),
                null,
                status -> {
                    PastTurn before = status == null ? past.find(id) : null;
                    TurnStatus known = before == null ? status : TurnStatus.of(before);
                    loop.execute(() -> told.accept(known));
                });
    }

    /** Asks one reader after another, each on its event loop. */
    private void look(
            @Nullable LiveTurn reader,
            @Nullable TurnStatus soFar,
            Consumer<@Nullable TurnStatus> told) {
        if (reader == null) {
            told.accept(soFar);
        } else {
            reader.onLoop(() -> {
                TurnStatus status = reader.status();
                look(reader.before, soFar == null ? status : soFar.and(status), told);
            });
        }
    }

    /** The turns of an agent that are known here and that clients can come back to, by id. */
    public Collection<TurnStatus> of(Agent agent) {
        Map<String, TurnStatus> found = new TreeMap<>();
        past.forEach(turn -> {
            if (turn.agent().equals(agent.id())) {
                found.put(turn.id(), TurnStatus.of(turn));
            }
        });
        live.forEach(reader -> {
            TurnRequest request = reader.request();
            if (request.agent() == agent && request.isAddressed()) {
                found.merge(
                        request.id(),
                        TurnStatus.live(reader, TurnStatus.State.RUNNING, -1, false),
                        (before, now) -> now.after(before));
            }
        });
        return found.values();
    }

    /**
     * Tells, on {@code loop}, how the turns in progress are doing, by id. Each is asked on its own
     * event loop.
     *
     * @param seen tells of which agents
     * @param after the id before the first
     */
    public void inProgress(
            EventLoop loop,
            Predicate<Agent> seen,
            String after,
            int limit,
            Consumer<List<TurnReading>> told) {
        List<LiveTurn> readers =
                live.latest().stream()
                        .filter(it -> it.id().compareTo(after) > 0)
                        .filter(it -> seen.test(it.request().agent()))
                        .sorted(Comparator.comparing(LiveTurn::id))
                        .limit(limit)
                        .toList();
        Roll<TurnReading> roll =
                new Roll<>(readers.size(), all -> loop.execute(() -> told.accept(all)));
        for (int i = 0; i < readers.size(); i++) {
            int place = i;
            LiveTurn reader = readers.get(i);
            reader.onLoop(() -> roll.answer(place, reader.reading()));
        }
    }

    /** How many turns are remembered that nobody reads any more, with a key or without. */
    public int remembered(boolean withKey) {
        return past.count(withKey);
    }

    public int count() {
        return live.count();
    }

    /** Lets {@code watcher} read a turn along with its readers, if it has any here. */
    public Watching watch(String id, TurnWatcher watcher) {
        return watched.watch(id, watcher);
    }

    /** How many watch turns. */
    public int countWatchers() {
        return watched.count();
    }

    /** Whether this daemon knows that the turn has ended. */
    public boolean hasEnded(String id) {
        PastTurn before = past.find(id);
        return before != null && before.outcome() != null;
    }

    /** Whether this daemon reads the turn, or remembers it. */
    public boolean isKnown(String id) {
        return live.last(id) != null || past.find(id) != null;
    }

    /** How many turns are in progress that go on if their clients leave. */
    public int countGoingOn() {
        return goingOn.count();
    }

    /** Completes when no turn is in progress that goes on if its client leaves. */
    public CompletableFuture<Void> noneGoesOn() {
        return goingOn.none();
    }

    /** How many readings each agent has that has any. */
    public Map<String, Integer> countByAgent() {
        Map<String, Integer> counts = new HashMap<>();
        live.forEach(turn -> counts.merge(turn.request().agent().id(), 1, Integer::sum));
        return counts;
    }

    /** Ends every reading here. A turn that can be resumed goes on at its agent. */
    public void cutAll() {
        live.forEach(turn -> turn.onLoop(turn::cut));
    }

    private void enter(LiveTurn turn) {
        LiveTurn before = live.enter(turn);
        watched.entered(turn);
        if (before == null) {
            turn.start();
        } else {
            turn.startAfter(before);
        }
    }

    private boolean isThere(Agent agent) {
        return fleet.find(agent.id()) == agent;
    }
}
