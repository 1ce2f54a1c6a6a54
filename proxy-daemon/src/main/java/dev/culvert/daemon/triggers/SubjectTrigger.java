package dev.culvert.daemon.triggers;

import dev.culvert.daemon.config.TriggerSettings;
import dev.culvert.daemon.subjects.Subjects;
import dev.culvert.daemon.subjects.Subscription;
import dev.culvert.settings.Jsonc;
import dev.culvert.settings.Node;
import dev.culvert.subject.SubjectMatch;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A flow that starts when something is said on a subject. Confined to its event loop. */
final class SubjectTrigger implements Trigger {
    private static final Logger LOG = LoggerFactory.getLogger(Triggers.class);
    private static final int RETRY_SECONDS = 30;

    private final TriggerSettings settings;
    private final SubjectMatch subject;
    private final Subjects subjects;
    private final Fire fire;
    private final EventLoop loop;
    private final Seldom seldom = new Seldom(System::nanoTime);
    private @Nullable Subscription subscription;
    private boolean stopped;

    /** A message is looked at: those after it wait in the subscription, which is bounded. */
    private boolean busy;

    SubjectTrigger(
            TriggerSettings settings,
            SubjectMatch subject,
            Subjects subjects,
            Fire fire,
            EventLoop loop) {
        this.settings = settings;
        this.subject = subject;
        this.subjects = subjects;
        this.fire = fire;
        this.loop = loop;
    }

    void begin() {
        if (stopped) {
            return;
        }
        subscription = subjects.subscribe(settings.tenant(), subject, this::wake);
        if (subscription == null) {
            LOG.warn(
                    "the trigger {} does not follow {} yet: too many follow subjects already (subjects.max_subscribers). It tries again every {} s",
                    settings.name(),
                    subject,
                    RETRY_SECONDS);
            var _ = loop.schedule(this::begin, RETRY_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** On any thread. */
    private void wake() {
        try {
            loop.execute(this::read);
        } catch (RejectedExecutionException _) {
            // the daemon is stopping
        }
    }

    private void read() {
        Subscription from = subscription;
        if (from == null || stopped || busy) {
            return;
        }
        Subscription.Item item = from.next();
        while (item != null && !busy) {
            switch (item) {
                case Subscription.Message(ByteBuf json) -> {
                    busy = true;
                    fire.fire(null, value(json), this::next);
                }
                case Subscription.Missed(long count) -> missed(count);
            }
            item = busy ? null : from.next();
        }
    }

    /** On any thread: the message before was looked at. */
    private void next() {
        try {
            loop.execute(() -> {
                busy = false;
                read();
            });
        } catch (RejectedExecutionException _) {
            // the daemon is stopping
        }
    }

    private void missed(long count) {
        int before = seldom.take();
        if (before >= 0) {
            LOG.warn(
                    "the trigger {} missed {} messages on {}, and others {} times before, because too many came at once (subjects.max_queued)",
                    settings.name(),
                    count,
                    subject,
                    before);
        }
    }

    private static @Nullable Node value(ByteBuf json) {
        try {
            return Jsonc.read(json.toString(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException _) {
            return null; // what agents send was checked before
        }
    }

    @Override
    public void stop() {
        stopped = true;
        if (subscription != null) {
            subjects.unsubscribe(subscription);
        }
    }
}
