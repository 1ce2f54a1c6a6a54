package dev.culvert.daemon.steps;

import dev.culvert.daemon.flows.Param;
import dev.culvert.daemon.flows.StepEnd;
import dev.culvert.daemon.flows.StepFailure;
import dev.culvert.daemon.flows.StepInput;
import dev.culvert.daemon.flows.StepKind;
import dev.culvert.daemon.flows.Values;
import dev.culvert.daemon.operations.Schema;
import dev.culvert.settings.Node;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.concurrent.Future;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A step that starts, stops or tests an SSH tunnel of the host, by its name. */
public final class TunnelStep implements StepKind {
    private static final String START = "start";
    private static final String STOP = "stop";
    private static final String RESTART = "restart";
    private static final String TEST = "test";
    private static final String STATE = "state";
    private static final String UP = "up";

    /** Before the step's own time is over, so that the failure says at what the tunnel fails. */
    private static final Duration MARGIN = Duration.ofMillis(500);

    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final long MOST_WAIT_MILLIS = 60_000;

    /** What only a person can mend. */
    private static final Set<String> LASTING = Set.of("host_key", "auth");

    private final OwnAnswer own;

    public TunnelStep(OwnAnswer own) {
        this.own = own;
    }

    @Override
    public String name() {
        return "tunnel";
    }

    @Override
    public String summary() {
        return "Start, stop, restart or test an SSH tunnel of the host";
    }

    @Override
    public List<Param> params() {
        return List.of(
                Param.of(
                                "name",
                                Schema.TEXT,
                                "The name of the tunnel, as `culvert tunnel list` has it")
                        .required(),
                Param.of(
                        "do",
                        Schema.oneOf(List.of(START, STOP, RESTART, TEST)),
                        "`start` by default, which also waits until the tunnel is up"),
                Param.of(
                        "must",
                        Schema.BOOLEAN,
                        "Whether the step fails if the tunnel is not up then, which is so by"
                                + " default; not for `stop`"));
    }

    @Override
    public List<Param> results() {
        return List.of(
                Param.of("name", Schema.TEXT, "The name of the tunnel"),
                Param.of(STATE, Schema.TEXT, "`up`, `down`, `connecting`, `probing` or `waiting`"),
                Param.of(UP, Schema.BOOLEAN, "Whether bytes get through"),
                Param.of("already", Schema.BOOLEAN, "Whether it had been started before"),
                Param.of("listen", Schema.TEXT, "Where callers come in, as a URL"),
                Param.of("host", Schema.TEXT, "The host of `listen`"),
                Param.of("port", Schema.number(0, 65_535), "Its port"),
                Param.of("through", Schema.TEXT, "What `through` of a `check` takes"),
                Param.of("hop", Schema.TEXT, "Where it fails, empty if it does not"),
                Param.of("trouble", Schema.TEXT, "Why, and what to do"));
    }

    /** A tunnel that is up stays up, and one that is stopped stays stopped. */
    @Override
    public boolean isIdempotent(Node.Members params) {
        return true;
    }

    @Override
    public Runnable run(StepInput input, StepEnd end) {
        Work work = new Work(input, end);
        work.begin();
        return work::stop;
    }

    /** One step. Confined to its run's event loop. */
    private final class Work {
        private final StepInput input;
        private final StepEnd end;
        private final String what;
        private final String place;
        private final boolean must;
        private final long deadline;
        private boolean already;
        private @Nullable Runnable asking;
        private @Nullable Future<?> timer;

        Work(StepInput input, StepEnd end) {
            this.input = input;
            this.end = end;
            what = input.text("do", START);
            place =
                    "/api/v1/tunnels/"
                            + URLEncoder.encode(input.text("name", ""), StandardCharsets.UTF_8)
                                    .replace("+", "%20");
            must = Params.isTrue(input.params(), "must", true);
            deadline =
                    System.nanoTime()
                            + Math.max(
                                    input.patience().minus(MARGIN).toNanos(),
                                    input.patience().toNanos() / 2);
        }

        void begin() {
            if (input.text("name", "").isEmpty()) {
                end.failed(
                        new StepFailure(
                                "bad_parameter",
                                "tunnel.name is empty: it takes the name of a tunnel, as culvert tunnel list has it",
                                false));
                return;
            }
            boolean waits = what.equals(START) || what.equals(RESTART);
            String body =
                    waits
                            ? "{\"wait\": \"%dms\"}"
                                    .formatted(
                                            Math.clamp(
                                                    TimeUnit.NANOSECONDS.toMillis(
                                                            deadline - System.nanoTime()),
                                                    1,
                                                    MOST_WAIT_MILLIS))
                            : "";
            ask(
                    HttpMethod.POST,
                    place + "/" + what,
                    body,
                    answer -> {
                        already = Params.isTrue(answer, "already", false);
                        if (what.equals(TEST)) {
                            look();
                        } else {
                            judge(answer);
                        }
                    });
        }

        private void look() {
            ask(HttpMethod.GET, place, "", this::judge);
        }

        private void ask(HttpMethod method, String uri, String body, Consumer<Node> next) {
            StepEnd answered =
                    new StepEnd() {
                        @Override
                        public void done(Node answer) {
                            next.accept(answer);
                        }

                        @Override
                        public void failed(StepFailure why) {
                            end.failed(why);
                        }
                    };
            asking =
                    own.ask(
                            input,
                            new OwnAnswer.Question(method, uri, body, false),
                            answered,
                            answer -> answer);
        }

        private void judge(Node answer) {
            boolean isUp = Params.text(answer, STATE).equals(UP);
            boolean isStopped = Params.text(answer, STATE).equals("down");
            String hop = Params.text(answer, "hop");
            if (what.equals(STOP) || isUp) {
                end.done(output(answer));
            } else if (what.equals(TEST)
                    || isStopped
                    || LASTING.contains(hop)
                    || System.nanoTime() - deadline >= 0) {
                if (must) {
                    end.failed(notUp(answer, hop, isStopped));
                } else {
                    end.done(output(answer));
                }
            } else {
                long left = deadline - System.nanoTime();
                timer =
                        input.loop()
                                .schedule(
                                        this::look,
                                        Math.clamp(left, 0, PAUSE.toNanos()),
                                        TimeUnit.NANOSECONDS);
            }
        }

        private StepFailure notUp(Node answer, String hop, boolean isStopped) {
            String name = input.text("name", "");
            String trouble = Params.text(answer, "trouble");
            String why =
                    isStopped
                            ? "it is stopped: culvert tunnel start %s starts it".formatted(name)
                            : trouble.isEmpty()
                                    ? "it has not come up in time: culvert tunnel status %s shows how it is"
                                            .formatted(name)
                                    : trouble;
            return new StepFailure(
                    "tunnel_down",
                    "the tunnel %s is not up: %s".formatted(name, why),
                    !isStopped && !LASTING.contains(hop));
        }

        private Node output(Node answer) {
            Map<String, Node> output = new LinkedHashMap<>();
            String name = Params.text(answer, "name");
            String listen = Params.text(answer, "listen");
            output.put("name", Values.text(name));
            output.put(STATE, Values.text(Params.text(answer, STATE)));
            output.put(UP, Values.bool(Params.text(answer, STATE).equals(UP)));
            output.put("already", Values.bool(already));
            output.put("listen", Values.text(listen));
            URI at = listen.startsWith("tcp://") ? URI.create(listen) : URI.create("tcp:///");
            output.put("host", Values.text(at.getHost() == null ? "" : at.getHost()));
            output.put("port", Values.number(Math.max(0, at.getPort())));
            output.put("through", Values.text("tunnel:" + name));
            output.put("hop", Values.text(Params.text(answer, "hop")));
            output.put("trouble", Values.text(Params.text(answer, "trouble")));
            return Values.members(output);
        }

        void stop() {
            if (timer != null) {
                timer.cancel(false);
            }
            if (asking != null) {
                asking.run();
            }
        }
    }
}
