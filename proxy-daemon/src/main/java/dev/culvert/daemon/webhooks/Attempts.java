package dev.culvert.daemon.webhooks;

import dev.culvert.checks.AddressRule;
import dev.culvert.daemon.config.WebhookSettings;
import dev.culvert.daemon.outgoing.OutgoingAnswer;
import dev.culvert.daemon.outgoing.OutgoingCalls;
import dev.culvert.daemon.outgoing.OutgoingCalls.Door;
import dev.culvert.daemon.outgoing.OutgoingFailure;
import dev.culvert.daemon.outgoing.OutgoingListener;
import dev.culvert.daemon.outgoing.OutgoingRequest;
import dev.culvert.daemon.outgoing.TrustedAuthorities;
import dev.culvert.io.Quoted;
import dev.culvert.io.Workers;
import dev.culvert.settings.LiveSecret;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Signs messages and sends them, once at each call. For all threads. */
final class Attempts {
    private static final int MOST_ANSWER_BYTES = 1_024;
    private static final int GONE = 410;
    private static final int MOST_RETRY_DIGITS = 6;
    private static final Duration MOST_RETRY = Duration.ofHours(1);

    private final OutgoingCalls calls;
    private final TrustedAuthorities authorities;
    private final Workers workers;
    private final EventLoop loop;
    private final InstantSource clock;

    /**
     * @param workers read secrets and certificates
     */
    Attempts(
            OutgoingCalls calls,
            TrustedAuthorities authorities,
            Workers workers,
            EventLoop loop,
            InstantSource clock) {
        this.calls = calls;
        this.authorities = authorities;
        this.workers = workers;
        this.loop = loop;
        this.clock = clock;
    }

    /**
     * Tries once.
     *
     * @param then is told how it went, once, on any thread
     */
    void send(WebhookSettings to, Delivery delivery, Consumer<Attempt> then) {
        try {
            workers.execute("webhook/" + to.name(), () -> begin(to, delivery, then));
        } catch (RejectedExecutionException _) {
            then.accept(failed("too much work waits for the daemon's threads (workers.queue)"));
        }
    }

    private static Attempt failed(String why) {
        return new Attempt.Failed(why, Duration.ZERO);
    }

    /** Blocks. */
    private void begin(WebhookSettings to, Delivery delivery, Consumer<Attempt> then) {
        try {
            SslContext tls = "https".equals(to.url().getScheme()) ? authorities.of(to.ca()) : null;
            calls.begin(
                    loop,
                    request(to, delivery),
                    new Door(tls, AddressRule.ANY), // the settings name the receiver
                    listener(then));
        } catch (IOException e) {
            then.accept(failed(Quoted.message(e)));
        } catch (IllegalArgumentException e) {
            then.accept(failed(to.secret() + ": " + Quoted.message(e)));
        } catch (RejectedExecutionException _) {
            then.accept(failed("the daemon stops"));
        }
    }

    private OutgoingRequest request(WebhookSettings to, Delivery delivery) throws IOException {
        String secret = new LiveSecret(to.secret(), System.getenv()).text().reveal();
        Instant now = clock.instant();
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("content-type", "application/json");
        headers.put(WebhookSignature.ID, delivery.id());
        headers.put(WebhookSignature.TIMESTAMP, Long.toString(now.getEpochSecond()));
        headers.put(
                WebhookSignature.SIGNATURE,
                new WebhookSignature(secret).sign(delivery.id(), now, delivery.body()));
        return new OutgoingRequest(
                HttpMethod.POST,
                to.url(),
                headers,
                delivery.body(),
                to.timeout(),
                MOST_ANSWER_BYTES);
    }

    private static OutgoingListener listener(Consumer<Attempt> then) {
        return new OutgoingListener() {
            @Override
            public void onAnswer(OutgoingAnswer answer) {
                then.accept(of(answer));
            }

            @Override
            public void onFailed(OutgoingFailure failure) {
                then.accept(failed(failure.sentence()));
            }
        };
    }

    private static Attempt of(OutgoingAnswer answer) {
        if (answer.isSuccess()) {
            return new Attempt.Taken(answer.status());
        }
        String sentence = "the receiver answered " + answer.status() + said(answer.body());
        return answer.status() == GONE
                ? new Attempt.Unwanted(sentence)
                : new Attempt.Failed(sentence, wait(answer.header("retry-after")));
    }

    private static String said(String body) {
        return body.isBlank() ? "" : ": " + Quoted.cut(body.strip(), 200);
    }

    /** In seconds; a date counts as nothing. */
    private static Duration wait(@Nullable String retryAfter) {
        if (retryAfter == null || !retryAfter.matches("[0-9]{1," + MOST_RETRY_DIGITS + "}")) {
            return Duration.ZERO;
        }
        Duration wanted = Duration.ofSeconds(Long.parseLong(retryAfter));
        return wanted.compareTo(MOST_RETRY) < 0 ? wanted : MOST_RETRY;
    }
}
