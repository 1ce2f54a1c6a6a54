package dev.culvert.daemon.guests;

import dev.culvert.daemon.guests.RefusedException.Kind;
import dev.culvert.daemon.proxmox.Fields;
import dev.culvert.daemon.proxmox.Proxmox;
import dev.culvert.daemon.proxmox.ProxmoxException;
import dev.culvert.daemon.proxmox.Task;
import dev.culvert.daemon.proxmox.TaskState;
import dev.culvert.io.Quoted;
import dev.culvert.io.Workers;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tasks of Proxmox. Each that a client began is followed to its end, whether the client waits
 * or not. Safe for all threads.
 */
/* A task is named by its UPID alone, and Proxmox keeps it: a daemon that was restarted knows as much
 * of it as the one before. */
public final class Tasks {
    private static final Logger LOG = LoggerFactory.getLogger(Tasks.class);

    /** Clients that wait for the same task share what was seen within this time. */
    private static final Duration FRESH = Duration.ofMillis(400);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** Of a server that does not answer: its tasks are in the inventory again when it does. */
    private static final int MOST_FAILURES = 60;

    private static final int MOST_LINES = 500;

    private final Guests guests;
    private final Workers workers;
    private final EventLoop timer;
    private final InstantSource clock;
    private final TaskListener listener;
    private final int most;
    private final Set<Key> followed = ConcurrentHashMap.newKeySet();
    private final Map<Key, TaskLook> looks;

    private record Key(String server, String upid) {}

    /**
     * @param workers do what blocks
     * @param timer when the next look is due
     * @param listener is told of the end of those that are followed
     * @param most how many are followed, and of how many the last look is kept
     */
    public Tasks(
            Guests guests,
            Workers workers,
            EventLoop timer,
            InstantSource clock,
            TaskListener listener,
            int most) {
        this.guests = guests;
        this.workers = workers;
        this.timer = timer;
        this.clock = clock;
        this.listener = listener;
        this.most = most;
        looks = latest(most);
    }

    private static Map<Key, TaskLook> latest(int most) {
        return new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Key, TaskLook> eldest) {
                return size() > most;
            }
        };
    }

    /** What a worker runs one after the other: two clients that ask about one task ask once. */
    public Object key(String server, String upid) {
        return new Key(server, upid);
    }

    /** How many tasks are followed. */
    public int followed() {
        return followed.size();
    }

    /**
     * Before something is done that may begin one.
     *
     * @throws RefusedException if too many run already
     */
    public void check() throws RefusedException {
        int now = followed.size();
        if (now >= most) {
            throw new RefusedException(
                    Kind.FULL,
                    "%d tasks of Proxmox that clients began are not over yet, which is the most (guests.max_tasks): nothing was done. Try again when some have ended (culvert inventory tasks --state running)."
                            .formatted(now));
        }
    }

    /** How a task is. Blocks. */
    public TaskLook look(String server, String upid) throws ProxmoxException, RefusedException {
        Key key = new Key(server, upid);
        @Nullable TaskLook before = before(key);
        Instant now = clock.instant();
        if (before != null && (before.isOver() || now.isBefore(before.seen().plus(FRESH)))) {
            return before;
        }
        Task task = parse(upid);
        Proxmox proxmox = guests.server(server);
        TaskState state = TaskState.of(proxmox.get(path(task) + "/status").fields());
        Instant seen = clock.instant();
        boolean ranBefore = before != null && !(state instanceof TaskState.Running);
        TaskLook look = new TaskLook(server, task, state, seen, ranBefore ? seen : null);
        synchronized (looks) {
            looks.put(key, look);
        }
        return look;
    }

    private @Nullable TaskLook before(Key key) {
        synchronized (looks) {
            return looks.get(key);
        }
    }

    /**
     * Lines of a task's log. Blocks.
     *
     * @param after how many lines come before these
     */
    public TaskLook.Lines log(String server, String upid, int after)
            throws ProxmoxException, RefusedException {
        Task task = parse(upid);
        Map<String, String> range =
                Map.of("start", Integer.toString(after), "limit", Integer.toString(MOST_LINES));
        List<String> lines = new ArrayList<>();
        int next = after;
        for (Fields line :
                guests.server(server).call(HttpMethod.GET, path(task) + "/log", range).rows()) {
            int number = (int) line.number("n", 0);
            String text = line.textOr("t", "");
            // A task without a line has one that says so, in the place of the first one.
            if (number > next && !(number == 1 && text.equals("no content"))) {
                lines.add(Quoted.sentence(text));
                next = number;
            }
        }
        return new TaskLook.Lines(lines, next);
    }

    private static Task parse(String upid) throws RefusedException {
        try {
            return Task.parse(upid);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(
                    Kind.BAD,
                    "'%s' is no id of a task: %s."
                            .formatted(Quoted.word(upid), String.valueOf(e.getMessage())));
        }
    }

    private static String path(Task task) {
        return "/nodes/" + Proxmox.segment(task.node()) + "/tasks/" + Proxmox.segment(task.upid());
    }

    /**
     * Follows a task that was begun, unless it is followed already.
     *
     * @param what it does, for the log
     * @param asRun runs what is done for the operation that began it
     */
    public void follow(String server, String upid, String what, Consumer<Runnable> asRun) {
        if (followed.add(new Key(server, upid))) {
            new Following(server, upid, what, asRun).later(FIRST_PAUSE);
        }
    }

    /** One after the other on workers, so that nothing of it is used by two threads at once. */
    private final class Following {
        private final String server;
        private final String upid;
        private final String what;
        private final Consumer<Runnable> asRun;
        private Duration pause = FIRST_PAUSE;
        private int failures;

        Following(String server, String upid, String what, Consumer<Runnable> asRun) {
            this.server = server;
            this.upid = upid;
            this.what = what;
            this.asRun = asRun;
        }

        void later(Duration next) {
            try {
                var _ = timer.schedule(this::queue, next.toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException _) {
                forget(); // the daemon has stopped
            }
        }

        private void forget() {
            followed.remove(new Key(server, upid));
        }

        private void queue() {
            try {
                workers.execute(key(server, upid), () -> asRun.accept(this::step));
            } catch (RejectedExecutionException _) {
                later(LONGEST_PAUSE);
            }
        }

        private void step() {
            try {
                TaskLook look = look(server, upid);
                failures = 0;
                if (look.isOver()) {
                    over(look);
                    return;
                }
            } catch (ProxmoxException | RefusedException e) {
                failures++;
                if (failures == MOST_FAILURES || e instanceof RefusedException) {
                    lost(e);
                    return;
                }
            }
            Duration longer = pause.multipliedBy(3).dividedBy(2);
            pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
            later(pause);
        }

        private void over(TaskLook look) {
            if (look.state() instanceof TaskState.Failed(String exit)) {
                LOG.warn("{} failed in Proxmox: {} (task {})", what, Quoted.sentence(exit), upid);
            } else {
                LOG.info("{} is done: {} (task {})", what, look.state().label(), upid);
            }
            listener.onEnded(server, look.state());
            forget();
        }

        private void lost(Exception e) {
            forget();
            LOG.warn(
                    "nobody knows how {} ended, because Proxmox does not say: {} (task {}, culvert"
                            + " task {}/{})",
                    what,
                    Quoted.message(e),
                    upid,
                    server,
                    upid);
        }
    }
}
