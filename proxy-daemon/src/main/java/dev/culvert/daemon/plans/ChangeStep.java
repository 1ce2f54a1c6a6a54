package dev.culvert.daemon.plans;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.flows.Param;
import dev.culvert.daemon.flows.StepEnd;
import dev.culvert.daemon.flows.StepFailure;
import dev.culvert.daemon.flows.StepInput;
import dev.culvert.daemon.flows.StepKind;
import dev.culvert.daemon.flows.Values;
import dev.culvert.daemon.guests.GuestAction;
import dev.culvert.daemon.guests.GuestKind;
import dev.culvert.daemon.guests.Guests;
import dev.culvert.daemon.guests.RefusedException;
import dev.culvert.daemon.guests.TaskLook;
import dev.culvert.daemon.guests.Tasks;
import dev.culvert.daemon.inventory.Inventory;
import dev.culvert.daemon.operations.Schema;
import dev.culvert.daemon.proxmox.ProxmoxException;
import dev.culvert.daemon.proxmox.TaskState;
import dev.culvert.infra.Change;
import dev.culvert.infra.Happened;
import dev.culvert.infra.Observed;
import dev.culvert.infra.Reality;
import dev.culvert.io.Quoted;
import dev.culvert.io.Workers;
import dev.culvert.settings.Node;
import dev.culvert.value.Value;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A step that makes one call of a plan, and waits until the task of Proxmox has ended. A daemon
 * that was killed looks first whether it has happened, so that nothing is done twice.
 */
public final class ChangeStep implements StepKind {
    static final String NAME = "change";

    private static final long PAUSE_MS = 250;
    private static final String LAST = "last";

    private final Guests guests;
    private final Tasks tasks;
    private final Workers workers;
    private final Reality reality;
    private final DesiredStates states;
    private final Consumer<String> onChanged;

    /**
     * @param workers that may wait for Proxmox
     * @param onChanged is told the name of a server on which something was changed
     */
    public ChangeStep(
            Guests guests,
            Tasks tasks,
            Workers workers,
            Inventory inventory,
            DesiredStates states,
            Consumer<String> onChanged) {
        this.guests = guests;
        this.tasks = tasks;
        this.workers = workers;
        reality = new ServersReality(inventory, true);
        this.states = states;
        this.onChanged = onChanged;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "Make one call of a plan of infrastructure; the operation `infra.apply` writes it";
    }

    @Override
    public List<Param> params() {
        return List.of(
                Param.of("state", Schema.TEXT, "The desired state that the plan is of").required(),
                Param.of(NAME, Schema.OBJECT, "The change, with this one call").required(),
                Param.of(LAST, Schema.BOOLEAN, "Whether the change is complete after it"));
    }

    @Override
    public List<Param> results() {
        return List.of(
                Param.of("guest", Schema.TEXT, "Which guest, `SERVER/ID`"),
                Param.of("upid", Schema.TEXT, "The task of Proxmox; empty if there was none"));
    }

    @Override
    public boolean mayBeCached() {
        return false;
    }

    /** It looks whether it has happened. */
    @Override
    public boolean isIdempotent(Node.Members params) {
        return true;
    }

    @Override
    public Runnable run(StepInput input, StepEnd end) {
        if (!input.caller().may(Need.CHANGE_GUESTS)) {
            end.failed(
                    new StepFailure(
                            "forbidden",
                            "only callers with the scope guests change guests of Proxmox",
                            false));
            return () -> {};
        }
        Change change;
        try {
            Node given = input.params().nodes().get(NAME);
            change = Change.of(Value.parse(given == null ? "{}" : given.json()));
            if (change.steps().size() != 1) {
                throw new IllegalArgumentException("it has one call");
            }
        } catch (IOException | RuntimeException e) {
            end.failed(
                    new StepFailure(
                            "bad_parameter",
                            "change.change is no change of a plan: " + Quoted.message(e),
                            false));
            return () -> {};
        }
        boolean isLast =
                input.params().nodes().get(LAST) instanceof Node.Scalar last
                        && last.text().equals("true");
        Work work = new Work(input, end, change, isLast);
        work.soon(work::begin);
        return work::stop;
    }

    /** One of them. No thread waits for the task meanwhile. */
    private final class Work {
        private final StepInput input;
        private final StepEnd end;
        private final Change change;
        private final Change.Step call;
        private final boolean isLast;
        private volatile boolean isStopped;

        Work(StepInput input, StepEnd end, Change change, boolean isLast) {
            this.input = input;
            this.end = end;
            this.change = change;
            this.isLast = isLast;
            call = change.steps().getFirst();
        }

        private interface Part {
            void run() throws IOException, ProxmoxException, RefusedException;
        }

        /** What Proxmox does goes on. */
        void stop() {
            isStopped = true;
        }

        void soon(Part part) {
            try {
                workers.execute(this, () -> guarded(part));
            } catch (RejectedExecutionException _) {
                later(part);
            }
        }

        private void later(Part part) {
            try {
                var _ = input.loop().schedule(() -> soon(part), PAUSE_MS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException _) {
                isStopped = true; // the daemon has stopped
            }
        }

        private void guarded(Part part) {
            if (isStopped) {
                return;
            }
            try {
                part.run();
            } catch (ProxmoxException e) {
                failed("proxmox", "%s: %s".formatted(e.sentence(), e.advice()));
            } catch (RefusedException e) {
                failed("refused", e.sentence());
            } catch (IOException e) {
                failed("unknown_guest", Quoted.message(e));
            }
        }

        private void failed(String code, String sentence) {
            end.failed(
                    new StepFailure(
                            code,
                            "%s of %s %s failed: %s"
                                    .formatted(call.what(), change.id(), change.name(), sentence),
                            false));
        }

        /** A task of before, or of somebody else, may work on the guest: that ends first. */
        void begin() throws IOException, ProxmoxException, RefusedException {
            if (Happened.is(change, call, reality)) {
                over("");
                return;
            }
            Optional<Observed> guest = reality.guest(change.id());
            if (guest.isPresent() && Happened.isLocked(guest.get())) {
                later(this::begin);
                return;
            }
            Guests.Begun begun = guests.run(plan());
            onChanged.accept(begun.server());
            String upid = begun.upid();
            if (upid == null) {
                over("");
                return;
            }
            tasks.follow(
                    begun.server(),
                    upid,
                    "%s of %s".formatted(call.what(), change.id()),
                    Runnable::run);
            later(() -> look(begun.server(), upid));
        }

        private Guests.Plan plan() throws ProxmoxException, RefusedException {
            Map<String, String> given = new LinkedHashMap<>();
            call.body().map().forEach((name, value) -> given.put(name, parameter(value)));
            String[] path = call.path().substring(Reality.GUESTS.length() + 1).split("/", -1);
            String server = URLDecoder.decode(path[0], StandardCharsets.UTF_8);
            if (path.length == 1) {
                String kind = String.valueOf(given.remove("kind"));
                String node = String.valueOf(given.remove("node"));
                return guests.create(
                        server, kind.equals("ct") ? GuestKind.CT : GuestKind.VM, node, given);
            }
            GuestAction action = GuestAction.valueOf(call.action().toUpperCase(Locale.ROOT));
            return guests.plan(server, path[1], action, Optional.empty(), given);
        }

        private static String parameter(Value value) {
            return value instanceof Value.Truth(boolean truth) ? (truth ? "1" : "0") : value.text();
        }

        private void look(String server, String upid)
                throws IOException, ProxmoxException, RefusedException {
            @Nullable TaskLook seen;
            try {
                seen = tasks.look(server, upid);
            } catch (ProxmoxException e) {
                if (e.kind() != ProxmoxException.Kind.AWAY) {
                    throw e;
                }
                seen = null; // it goes on, and is seen when the server answers again
            }
            if (seen == null || !seen.isOver()) {
                later(() -> look(server, upid));
            } else if (seen.state() instanceof TaskState.Failed(String exit)
                    && !Happened.is(change, call, reality)) {
                failed("task_failed", Quoted.sentence(exit) + " (task " + upid + ")");
            } else {
                onChanged.accept(server);
                over(upid);
            }
        }

        private void over(String upid) throws IOException {
            if (isLast) {
                states.made(input.text("state", ""), change);
            }
            end.done(
                    Values.members(
                            Map.of(
                                    "guest", Values.text(change.id().toString()),
                                    "upid", Values.text(upid))));
        }
    }
}
