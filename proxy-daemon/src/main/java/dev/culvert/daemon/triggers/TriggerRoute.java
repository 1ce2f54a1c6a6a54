package dev.culvert.daemon.triggers;

import static io.netty.handler.codec.http.HttpResponseStatus.ACCEPTED;
import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;
import static io.netty.handler.codec.http.HttpResponseStatus.UNAUTHORIZED;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.TriggerSettings;
import dev.culvert.daemon.config.TriggerSettings.Cause;
import dev.culvert.daemon.flows.FlowRefusal;
import dev.culvert.daemon.flows.RunView;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.webhooks.WebhookSignature;
import dev.culvert.settings.Jsonc;
import dev.culvert.settings.Node;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /flows/{flow}/trigger}: starts a flow for whoever knows the secret of a trigger. The
 * same message starts it once.
 */
public final class TriggerRoute implements Route {
    private static final String REFUSED = "This request starts nothing: ";

    private final Triggers triggers;
    private final Admission admission;
    private final OffLoop offLoop;
    private final InstantSource clock;
    private final TriggerSecrets secrets = new TriggerSecrets(System.getenv(), System::nanoTime);

    public TriggerRoute(
            Triggers triggers, Admission admission, OffLoop offLoop, InstantSource clock) {
        this.triggers = triggers;
        this.admission = admission;
        this.offLoop = offLoop;
        this.clock = clock;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/flows/{flow}/trigger");
    }

    /** The signature is what counts. */
    @Override
    public Need need(HttpMethod method) {
        return Need.NOTHING;
    }

    @Override
    public void handle(Request request, Answer answer) {
        admission.check();
        String flow = request.parameter("flow");
        List<TriggerSettings> candidates = triggers.signed(flow);
        WebhookSignature.Headers headers =
                new WebhookSignature.Headers(
                        request.header(Header.WEBHOOK_ID),
                        request.header(Header.WEBHOOK_TIMESTAMP),
                        request.header(Header.WEBHOOK_SIGNATURE));
        String why = WebhookSignature.refusal(headers, clock.instant());
        if (why != null || candidates.isEmpty()) {
            throw refused(why == null ? WebhookSignature.FOREIGN : why);
        }
        byte[] body = ByteBufUtil.getBytes(request.body());
        offLoop.run( // one at a time: whoever has no secret holds one thread
                "trigger of " + flow,
                false,
                request,
                answer,
                () -> start(candidates, new Signed(headers, body), request, answer));
    }

    /** What came. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares two of these
    private record Signed(WebhookSignature.Headers headers, byte[] body) {}

    private Runnable start(
            List<TriggerSettings> candidates, Signed signed, Request request, Answer answer) {
        TriggerSettings trigger = signer(candidates, signed);
        Node payload = payload(signed.body());
        try {
            Starter.Began began =
                    triggers.starter()
                            .start(
                                    trigger,
                                    String.valueOf(signed.headers().id()),
                                    payload,
                                    view -> onStarted(view, request, answer));
            if (began instanceof Starter.Began.Busy(String run)) {
                throw new ProblemException(
                        Problem.of(
                                        CONFLICT,
                                        "The flow '%s' runs already, as %s: send it again when that has ended. triggers.overlaps lets several run."
                                                .formatted(trigger.flow(), run))
                                .member("code", "already_running")
                                .member("run", run));
            }
            return () -> {}; // the answer comes when the journal has the run
        } catch (FlowRefusal e) {
            throw new ProblemException(
                    Problem.of(
                                    e.why() == FlowRefusal.Why.TOO_MANY
                                            ? SERVICE_UNAVAILABLE
                                            : BAD_REQUEST,
                                    e.sentence())
                            .member("code", "not_started"));
        }
    }

    /** The trigger whose secret the request knows. */
    private TriggerSettings signer(List<TriggerSettings> candidates, Signed signed) {
        String why = WebhookSignature.FOREIGN;
        Instant now = clock.instant();
        for (TriggerSettings each : candidates) {
            String refusal = refusal(each, signed, now);
            if (refusal == null) {
                return each;
            }
            why = refusal;
        }
        throw refused(why);
    }

    private static ProblemException refused(String why) {
        return new ProblemException(
                Problem.of(
                                UNAUTHORIZED,
                                REFUSED
                                        + why
                                        + ". Sign it as docs/triggers.md says, with the secret of a trigger of this flow.")
                        .member("code", "bad_signature"));
    }

    private @Nullable String refusal(TriggerSettings of, Signed signed, Instant now) {
        if (!(of.cause() instanceof Cause.Signed(var source))) {
            return "it is no trigger of requests";
        }
        WebhookSignature signature = secrets.of(of, source);
        return signature == null
                ? "the secret of the trigger cannot be read, and the log of the daemon says why"
                : signature.refusal(signed.headers(), signed.body(), now);
    }

    private static @Nullable Node payload(byte[] body) {
        if (body.length == 0) {
            return null;
        }
        try {
            return Jsonc.read(new String(body, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException _) {
            throw new ProblemException(
                    Problem.of(BAD_REQUEST, REFUSED + "its body is neither empty nor JSON."));
        }
    }

    private static void onStarted(RunView view, Request request, Answer answer) {
        try {
            request.eventLoop()
                    .execute(() -> {
                        if (answer.isOpen()) {
                            answer.json(
                                    ACCEPTED,
                                    Json.object(json -> {
                                        json.writeStringField("run", view.run().id());
                                        json.writeStringField("flow", view.run().flow());
                                        json.writeStringField("state", view.run().state().label());
                                    }));
                        }
                    });
        } catch (RejectedExecutionException _) {
            // the daemon is stopping
        }
    }
}
