package dev.culvert.daemon.subjects;

import dev.culvert.daemon.config.SubjectSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.subjects.SubjectObserver.Source;
import dev.culvert.link.AgentLink;
import dev.culvert.link.PeerRequests;
import dev.culvert.subject.Note;
import dev.culvert.subject.Subject;
import dev.culvert.subject.SubjectMatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The subjects of all tenants. Safe for all threads. */
public final class Subjects {
    /**
     * Whom a message reached.
     *
     * @param receivers who got it, or will once they read
     * @param missed who did not, because too much waits for them already
     */
    public record Reach(int receivers, int missed) {
        static final Reach NOBODY = new Reach(0, 0);
        static final Reach ONE = new Reach(1, 0);
    }

    private final Supplier<SubjectSettings> settings;
    private final SubjectObserver observer;
    private final Inboxes inboxes = new Inboxes();

    /** By tenant; one without subscribers is not there. */
    private final Map<String, List<Subscription>> tenants = new ConcurrentHashMap<>();

    /** Those that are subscribed, and those that are about to be. */
    private final AtomicInteger places = new AtomicInteger();

    public Subjects(Supplier<SubjectSettings> settings, SubjectObserver observer) {
        this.settings = settings;
        this.observer = observer;
    }

    public SubjectSettings settings() {
        return settings.get();
    }

    SubjectObserver observer() {
        return observer;
    }

    Inboxes inboxes() {
        return inboxes;
    }

    public int subscribers() {
        return tenants.values().stream().mapToInt(List::size).sum();
    }

    /** How many requests of agents wait for a reply. */
    public int waiting() {
        return inboxes.count();
    }

    /** A subject for one reply, which nobody can guess. */
    public Subject newInbox() {
        return inboxes.newSubject();
    }

    /** What serves the agent on this link until that is closed. */
    public PeerRequests of(Agent agent, AgentLink link) {
        AgentSubjects served = new AgentSubjects(this, agent, link);
        link.closed().addListener(_ -> served.end());
        return served;
    }

    /**
     * Subscribes a client; null if there are too many subscribers.
     *
     * @param wake called on any thread when something waits
     */
    public @Nullable Subscription subscribe(String tenant, SubjectMatch match, Runnable wake) {
        return subscribe(tenant, match, Source.CLIENT, wake);
    }

    /** The same, for whichever kind of subscriber. */
    @Nullable Subscription subscribe(String tenant, SubjectMatch match, Source who, Runnable wake) {
        if (places.incrementAndGet() > settings().maxSubscribers()) {
            places.decrementAndGet();
            return null;
        }
        Subscription subscription = new Subscription(tenant, match, who, settings, observer, wake);
        tenants.compute(
                tenant,
                (_, known) -> {
                    List<Subscription> all = known == null ? new CopyOnWriteArrayList<>() : known;
                    all.add(subscription);
                    return all;
                });
        return subscription;
    }

    /** Does nothing the second time. */
    public void unsubscribe(Subscription subscription) {
        tenants.computeIfPresent(
                subscription.tenant(),
                (_, all) -> {
                    if (all.remove(subscription)) {
                        places.decrementAndGet();
                    }
                    return all.isEmpty() ? null : all;
                });
    }

    /** Tells every subscriber of the tenant, or who waits for this reply. Borrows the data. */
    public Reach publish(String tenant, Note note, Source source) {
        observer.onPublished(source);
        Reach reach = pass(tenant, note, _ -> true);
        Subject reply = note.reply();
        if (note.subject().equals(Subject.ECHO) && reply != null) {
            Reach echoed = pass(tenant, Note.of(reply, note.data()), _ -> true);
            return new Reach(reach.receivers() + 1, reach.missed() + echoed.missed());
        }
        return reach;
    }

    /** Asks the clients of the tenant for an agent. Borrows the data. */
    /* Not the other agents: whoever follows the subject could reply, and an agent must not be able to
     * grant another one what only a person or a program of the host may. */
    Reach ask(String tenant, Note note) {
        observer.onPublished(Source.AGENT);
        return deliver(tenant, note, it -> it.who() == Source.CLIENT);
    }

    private Reach pass(String tenant, Note note, Predicate<Subscription> to) {
        boolean isAwaited =
                note.subject().isInbox() && inboxes.reply(tenant, note.subject(), note.data());
        return isAwaited ? Reach.ONE : deliver(tenant, note, to);
    }

    private Reach deliver(String tenant, Note note, Predicate<Subscription> to) {
        List<Subscription> all = tenants.get(tenant);
        if (all == null) {
            return Reach.NOBODY;
        }
        int receivers = 0;
        int missed = 0;
        ByteBuf json = null;
        for (Subscription each : all) {
            if (to.test(each) && each.match().matches(note.subject())) {
                json = json == null ? json(note) : json;
                if (each.offer(json)) {
                    receivers++;
                } else {
                    missed++;
                }
            }
        }
        return new Reach(receivers, missed);
    }

    private static ByteBuf json(Note note) {
        return note.writeTo(Unpooled.buffer(note.mostBytes()));
    }
}
