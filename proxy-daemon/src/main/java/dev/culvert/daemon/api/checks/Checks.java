package dev.culvert.daemon.api.checks;

import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import dev.culvert.checks.AddressRule;
import dev.culvert.checks.Authorities;
import dev.culvert.checks.BadCheckException;
import dev.culvert.checks.CheckResult;
import dev.culvert.checks.Checker;
import dev.culvert.checks.PublicAddresses;
import dev.culvert.checks.Target;
import dev.culvert.checks.Through;
import dev.culvert.checks.Verdict;
import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.CheckSettings;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.io.Quoted;
import dev.culvert.io.Workers;
import io.netty.channel.EventLoop;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Runs checks on threads of their own. Safe for all threads. */
public final class Checks {
    /** The APIs of both providers: without a key they answer 401, and are reachable. */
    public static final List<String> USUAL =
            List.of("https://api.openai.com/v1/models", "https://api.anthropic.com/v1/models");

    /** What one request can have checked. */
    public static final int MOST = 16;

    private static final int RETRY_SECONDS = 5;

    /** So that one caller leaves threads to others. */
    private static final int AT_ONCE_OF_A_CALLER = 4;

    /** The place of a caller's check in the row: those of one place run one after the other. */
    private record Place(String caller, int number) {}

    private final Supplier<CheckSettings> settings;
    private final Workers workers;
    private final Consumer<Verdict> counter;
    private final CallerPlaces ofCallers = new CallerPlaces();
    private volatile Tunnels tunnels =
            name -> {
                throw new BadCheckException("there is no tunnel '" + Quoted.word(name) + "'");
            };

    /** The SSH tunnels of the daemon. */
    public interface Tunnels {
        /**
         * The way through the tunnel of that name.
         *
         * @throws BadCheckException when there is none
         */
        Through find(String name) throws BadCheckException;
    }

    /**
     * @param counter is told each verdict, on a worker thread
     */
    public Checks(Supplier<CheckSettings> settings, Workers workers, Consumer<Verdict> counter) {
        this.settings = settings;
        this.workers = workers;
        this.counter = counter;
    }

    /** From now on, checks go through these where it is asked for. */
    public void through(Tunnels known) {
        tunnels = known;
    }

    /** Tunnels are of the host, so callers of a tenant may not use them. */
    Through tunnel(Caller caller, String name) throws BadCheckException {
        if (!caller.may(Need.REACH_HOSTS)) {
            throw new BadCheckException(
                    "tunnels are for callers without a tenant that have the scope reach");
        }
        return tunnels.find(name);
    }

    CheckSettings settings() {
        return settings.get();
    }

    /**
     * Checks without anything between, each as long as the settings say. As the other one.
     *
     * @throws ProblemException when too many checks wait
     */
    public void run(
            List<Target> targets,
            Caller caller,
            EventLoop loop,
            Consumer<List<CheckResult>> listener) {
        run(
                new CheckBody(targets, "", Through.DIRECT, false, settings().timeout()),
                caller,
                loop,
                listener);
    }

    /**
     * Runs what a caller asks for, and tells {@code listener} the results in the same order, on
     * {@code loop}.
     *
     * @throws ProblemException when too many checks wait
     */
    void run(CheckBody asked, Caller caller, EventLoop loop, Consumer<List<CheckResult>> listener) {
        CheckSettings now = settings.get();
        Checker checker = new Checker(new Authorities(now.caFile()));
        AddressRule rule =
                asked.isOurs() || caller.may(Need.OPERATE)
                        ? AddressRule.ANY
                        : new PublicAddresses(now.networks());
        String who = caller.label() + " " + caller.tenant();
        enter(who, asked.targets().size(), now);
        Round round = new Round(asked.targets().size(), listener);
        for (int i = 0; i < asked.targets().size(); i++) {
            int place = i;
            Target target = asked.targets().get(i);
            try {
                execute(
                        new Place(who, i % AT_ONCE_OF_A_CALLER),
                        () -> {
                            CheckResult result;
                            try {
                                result =
                                        checker.run(target, asked.through(), rule, asked.timeout());
                            } finally {
                                ofCallers.leave(who, 1);
                            }
                            counter.accept(result.verdict());
                            loop.execute(() -> round.add(place, result));
                        });
            } catch (ProblemException e) {
                ofCallers.leave(who, asked.targets().size() - i);
                throw e;
            }
        }
    }

    /** The checks of one caller leave room in the queue for those of others. */
    private void enter(String who, int more, CheckSettings now) {
        int most = AT_ONCE_OF_A_CALLER + Math.max(MOST, now.queue() / 2);
        if (!ofCallers.enter(who, more, most)) {
            throw new ProblemException(
                    Problem.of(
                                    SERVICE_UNAVAILABLE,
                                    "Too many checks of yours wait, %d with this request at most: try again when they have ended. One caller has half of checks.queue."
                                            .formatted(most))
                            .retryAfter(RETRY_SECONDS));
        }
    }

    private void execute(Place place, Runnable check) {
        try {
            workers.execute(place, check);
        } catch (RejectedExecutionException _) {
            throw new ProblemException(
                    Problem.of(
                                    SERVICE_UNAVAILABLE,
                                    "Too many checks wait: try again later. checks.queue says how"
                                            + " many may wait, checks.threads how many run at once.")
                            .retryAfter(RETRY_SECONDS));
        }
    }

    /** The results that have come. Confined to its event loop. */
    private static final class Round {
        private final CheckResult[] results;
        private final Consumer<List<CheckResult>> listener;
        private int missing;

        Round(int count, Consumer<List<CheckResult>> listener) {
            results = new CheckResult[count];
            missing = count;
            this.listener = listener;
        }

        void add(int place, CheckResult result) {
            results[place] = result;
            if (--missing == 0) {
                listener.accept(Arrays.asList(results));
            }
        }
    }
}
