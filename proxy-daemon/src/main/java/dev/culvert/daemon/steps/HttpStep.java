package dev.culvert.daemon.steps;

import dev.culvert.checks.AddressRule;
import dev.culvert.checks.PublicAddresses;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.CheckSettings;
import dev.culvert.daemon.flows.Param;
import dev.culvert.daemon.flows.StepEnd;
import dev.culvert.daemon.flows.StepFailure;
import dev.culvert.daemon.flows.StepInput;
import dev.culvert.daemon.flows.StepKind;
import dev.culvert.daemon.flows.Values;
import dev.culvert.daemon.operations.Schema;
import dev.culvert.daemon.outgoing.OutgoingAnswer;
import dev.culvert.daemon.outgoing.OutgoingCalls;
import dev.culvert.daemon.outgoing.OutgoingCalls.Door;
import dev.culvert.daemon.outgoing.OutgoingFailure;
import dev.culvert.daemon.outgoing.OutgoingListener;
import dev.culvert.daemon.outgoing.OutgoingRequest;
import dev.culvert.daemon.outgoing.TrustedAuthorities;
import dev.culvert.io.Quoted;
import dev.culvert.io.Workers;
import dev.culvert.settings.Jsonc;
import dev.culvert.settings.Node;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A step that sends an HTTP request to a server elsewhere. */
public final class HttpStep implements StepKind {
    private static final List<String> METHODS =
            List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");
    private static final Set<String> REPEATABLE = Set.of("GET", "HEAD", "PUT", "DELETE");
    private static final Set<Integer> MAY_PASS = Set.of(408, 425, 429, 500, 502, 503, 504);
    private static final int MOST_SHOWN = 200;

    /** Of the connection, which the daemon sets: two lengths would be read in two ways. */
    private static final Set<String> OWN_HEADERS =
            Set.of(
                    "connection",
                    "content-length",
                    "expect",
                    "host",
                    "keep-alive",
                    "proxy-connection",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade");

    private static final String KEY = "idempotency-key";

    private final OutgoingCalls calls;
    private final TrustedAuthorities authorities = new TrustedAuthorities();
    private final Workers workers;
    private final Supplier<CheckSettings> reach;
    private final IntSupplier mostBytes;

    /**
     * @param workers read certificates
     * @param reach what may be reached besides public addresses
     * @param mostBytes of an answer
     */
    public HttpStep(
            OutgoingCalls calls,
            Workers workers,
            Supplier<CheckSettings> reach,
            IntSupplier mostBytes) {
        this.calls = calls;
        this.workers = workers;
        this.reach = reach;
        this.mostBytes = mostBytes;
    }

    @Override
    public String name() {
        return "http";
    }

    @Override
    public String summary() {
        return "Send an HTTP request to a server elsewhere";
    }

    @Override
    public List<Param> params() {
        return List.of(
                Param.of("url", Schema.TEXT, "http://… or https://…").required(),
                Param.of("method", Schema.oneOf(METHODS), "`GET` by default"),
                Param.of("headers", Schema.OBJECT, "A text for each name"),
                Param.of(
                        "body",
                        Schema.ANY,
                        "A text is sent as it is, any other value as JSON with its content type"),
                Param.of(
                        "statuses",
                        Schema.listOf(Schema.number(100, 599)),
                        "Those that are no failure; by default all below 400"),
                Param.of(
                        "idempotent",
                        Schema.BOOLEAN,
                        "Whether the same request may be sent twice; by default so for GET, HEAD,"
                                + " PUT and DELETE. With true, others have an `Idempotency-Key`"));
    }

    @Override
    public List<Param> results() {
        return List.of(
                Param.of("status", Schema.number(100, 599), "Of the answer"),
                Param.of("headers", Schema.OBJECT, "By their names in lower case"),
                Param.of("body", Schema.ANY, "A value if it is JSON, else a text"),
                Param.of(
                        "cut",
                        Schema.BOOLEAN,
                        "Whether the body was longer than `flows.max_output_bytes` allows"));
    }

    @Override
    public boolean isIdempotent(Node.Members params) {
        return Params.isTrue(params, "idempotent", REPEATABLE.contains(method(params)));
    }

    private static String method(Node.Members params) {
        String method = Params.text(params, "method");
        return method.isEmpty() ? "GET" : method;
    }

    @Override
    public Runnable run(StepInput input, StepEnd end) {
        OutgoingRequest request;
        try {
            request = request(input);
        } catch (IllegalArgumentException e) {
            end.failed(new StepFailure("bad_parameter", Quoted.message(e), false));
            return () -> {};
        }
        AtomicReference<@Nullable Runnable> stop = new AtomicReference<>();
        Attempt attempt = new Attempt(input, request, end);
        if (request.isSecure()) {
            try {
                workers.execute(
                        input.run(),
                        () -> {
                            Runnable call = attempt.beginSecurely();
                            stop.set(call);
                            if (attempt.over && call != null) {
                                call.run(); // whoever stopped it may have found nothing to stop
                            }
                        });
            } catch (RejectedExecutionException _) {
                end.failed(
                        new StepFailure(
                                "overloaded",
                                "too much work waits for the daemon's threads (workers.queue): try again later",
                                true));
            }
        } else {
            stop.set(attempt.begin(null));
        }
        return () -> {
            attempt.over = true;
            Runnable call = stop.get();
            if (call != null) {
                call.run();
            }
        };
    }

    private OutgoingRequest request(StepInput input) {
        URI url;
        try {
            url = URI.create(input.text("url", ""));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("http.url is no URL: " + e.getMessage(), e);
        }
        boolean isHttp = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!isHttp || url.getHost() == null || url.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "http.url must be http://HOST… or https://HOST… without a user and a password: these belong in 'headers'");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        Node body = Params.member(input.params(), "body");
        boolean isText = body instanceof Node.Scalar scalar && scalar.form() == Node.Form.STRING;
        if (body != null && !isText) {
            headers.put("content-type", "application/json");
        }
        if (Params.member(input.params(), "headers") instanceof Node.Members given) {
            for (Map.Entry<String, Node> each : given.nodes().entrySet()) {
                String name = each.getKey().toLowerCase(Locale.ROOT);
                if (OWN_HEADERS.contains(name)) {
                    throw new IllegalArgumentException(
                            "http.headers has '%s', which the daemon sets itself: leave it out"
                                    .formatted(name));
                }
                headers.put(name, Params.text(each.getValue()));
            }
        }
        if (!REPEATABLE.contains(method(input.params())) && isIdempotent(input.params())) {
            headers.putIfAbsent(KEY, input.key());
        }
        return new OutgoingRequest(
                HttpMethod.valueOf(method(input.params())),
                url,
                headers,
                body == null ? "" : isText ? Params.text(body) : body.json(),
                input.patience(),
                mostBytes.getAsInt());
    }

    /** One request. */
    private final class Attempt implements OutgoingListener {
        private final StepInput input;
        private final OutgoingRequest request;
        private final StepEnd end;
        private volatile boolean over;

        Attempt(StepInput input, OutgoingRequest request, StepEnd end) {
            this.input = input;
            this.request = request;
            this.end = end;
        }

        /** Blocks. */
        @Nullable Runnable beginSecurely() {
            try {
                return over ? null : begin(authorities.of(Optional.empty()));
            } catch (IOException e) {
                end.failed(new StepFailure("no_authorities", Quoted.message(e), false));
                return null;
            }
        }

        Runnable begin(@Nullable SslContext tls) {
            AddressRule rule =
                    input.caller().may(Need.OPERATE)
                            ? AddressRule.ANY
                            : new PublicAddresses(reach.get().networks());
            return calls.begin(input.loop(), request, new Door(tls, rule), this)::cancel;
        }

        @Override
        public void onAnswer(OutgoingAnswer answer) {
            if (isGood(answer.status())) {
                end.done(output(answer));
            } else {
                boolean mayPass =
                        MAY_PASS.contains(answer.status()) && isIdempotent(input.params());
                end.failed(
                        new StepFailure(
                                "http_" + answer.status(),
                                "%s %s answered %d%s"
                                        .formatted(
                                                request.method(),
                                                request.origin(),
                                                answer.status(),
                                                shown(answer.body())),
                                mayPass));
            }
        }

        private boolean isGood(int status) {
            List<Node> good = Params.items(input.params(), "statuses");
            return good.isEmpty()
                    ? status < 400
                    : good.stream()
                            .anyMatch(it -> Params.text(it).equals(Integer.toString(status)));
        }

        @Override
        public void onFailed(OutgoingFailure failure) {
            end.failed(
                    new StepFailure(
                            failure.mayBeDone() ? "no_answer" : "unreachable",
                            failure.sentence(),
                            !failure.mayBeDone() || isIdempotent(input.params())));
        }
    }

    private static String shown(String body) {
        return body.isBlank() ? "" : ": " + Quoted.cut(body.strip(), MOST_SHOWN);
    }

    private static Node output(OutgoingAnswer answer) {
        Map<String, Node> headers = new LinkedHashMap<>();
        answer.headers().forEach((name, value) -> headers.put(name, Values.text(value)));
        headers.remove("set-cookie");
        Map<String, Node> output = new LinkedHashMap<>();
        output.put("status", Values.number(answer.status()));
        output.put("headers", Values.members(headers));
        output.put("body", body(answer));
        output.put("cut", Values.bool(answer.isCut()));
        return Values.members(output);
    }

    private static Node body(OutgoingAnswer answer) {
        String type = String.valueOf(answer.header("content-type"));
        if (!answer.isCut() && type.matches("(?i)[^;]*\\bjson\\b.*")) {
            try {
                return Jsonc.read(answer.body());
            } catch (IllegalArgumentException _) {
                return Values.text(answer.body());
            }
        }
        return Values.text(answer.body());
    }
}
