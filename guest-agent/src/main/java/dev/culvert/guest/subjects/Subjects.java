package dev.culvert.guest.subjects;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.FrameType;
import dev.culvert.guest.config.SubjectSettings;
import dev.culvert.subject.Note;
import dev.culvert.subject.Subject;
import dev.culvert.subject.SubjectMatch;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is said on subjects in this guest: over all links, and by all programs in the VM. Confined
 * to the event loop.
 */
public final class Subjects {
    /** A {@code publish} or {@code request} of the guest that waits for its answer. */
    private record Asked(HostSubjects host, Hearer hearer, Future<?> timeout) {}

    /** A {@code request} of a host that waits for a program. */
    private record Question(
            HostSubjects host,
            String id,
            Subject subject,
            Subject inbox,
            Responder responder,
            Future<?> timeout) {}

    private final EventLoop loop;
    private final SubjectSettings settings;

    /** Those that take what the guest says, the newest last: it is least likely to be dead. */
    private final List<HostSubjects> hosts = new ArrayList<>();

    /** In the order in which they are asked next. */
    private final List<Responder> responders = new ArrayList<>();

    private final Map<String, Asked> asked = new HashMap<>();
    private final Subscriptions subscriptions;
    private final Map<String, Question> questions = new HashMap<>();
    private long lastId;

    public Subjects(EventLoop loop, SubjectSettings settings) {
        this.loop = loop;
        this.settings = settings;
        subscriptions = new Subscriptions(loop, settings.timeout(), this::nextKey);
    }

    /** For the link of that channel. */
    public HostSubjects over(Channel channel) {
        return new HostSubjects(this, channel);
    }

    public SubjectSettings settings() {
        return settings;
    }

    Subscriptions subscriptions() {
        return subscriptions;
    }

    void offered(HostSubjects host) {
        if (!hosts.contains(host)) {
            hosts.add(host);
        }
    }

    /** The link of that host is gone: nobody there answers or waits any longer. */
    void lost(HostSubjects host) {
        subscriptions.lost(host);
        hosts.remove(host);
        List<String> unanswered = keys(asked, it -> it.host == host);
        for (String id : unanswered) {
            heard(
                    host,
                    id,
                    hearer ->
                            hearer.onError(
                                    "link_lost",
                                    "the link to the host was lost before it answered"));
        }
        keys(questions, it -> it.host == host).forEach(this::forgetQuestion);
    }

    private interface Test<T> {
        boolean holds(T it);
    }

    private static <T> List<String> keys(Map<String, T> all, Test<T> test) {
        return all.entrySet().stream()
                .filter(it -> test.holds(it.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * Follows subjects for a program.
     *
     * @return ends it; to be run when the program is gone
     */
    public Runnable follow(SubjectMatch match, Follower follower) {
        Followed followed = subscriptions.add(match, follower, !hosts.isEmpty());
        return followed == null ? () -> {} : () -> subscriptions.remove(followed);
    }

    /** Tells the host something; it answers how many heard it. Borrows what is said. */
    public void publish(Note note, Hearer hearer) {
        say(FrameType.PUBLISH, note, hearer);
    }

    /** Asks the host something. Borrows what is said. */
    public void ask(Note note, Hearer hearer) {
        say(FrameType.REQUEST, note, hearer);
    }

    private void say(FrameType type, Note note, Hearer hearer) {
        if (note.data().readableBytes() > settings.maxDataBytes()) {
            hearer.onError(ErrorCode.MESSAGE_TOO_LARGE.wireName(), tooLarge(note));
        } else if (hosts.isEmpty()) {
            hearer.onError(
                    "no_host",
                    "no host is connected that takes messages on subjects: try again when culvertd"
                            + " has connected to this agent");
        } else if (isFull()) {
            hearer.onError(ErrorCode.OVERLOADED.wireName(), full());
        } else {
            HostSubjects host = hosts.getLast();
            String id = nextKey();
            asked.put(id, new Asked(host, hearer, after(() -> expireAsked(host, id))));
            host.send(type, id, note);
        }
    }

    private void expireAsked(HostSubjects host, String id) {
        heard(
                host,
                id,
                hearer ->
                        hearer.onError(
                                "timed_out",
                                "the host did not answer within "
                                        + seconds()
                                        + " s (--subject-timeout)"));
    }

    /** Ends what waits for this answer. False if nothing does. */
    boolean heard(HostSubjects host, String id, Consumer<Hearer> word) {
        Asked waiting = asked.get(id);
        if (waiting == null || waiting.host != host) {
            return false;
        }
        asked.remove(id);
        waiting.timeout.cancel(false);
        word.accept(waiting.hearer);
        return true;
    }

    /** From now on it is asked what it answers. */
    public void add(Responder responder) {
        responders.add(responder);
    }

    /** It is gone: what it was asked fails. */
    public void remove(Responder responder) {
        responders.remove(responder);
        for (String key : keys(questions, it -> it.responder.equals(responder))) {
            fail(responder, key, "the program that answers has gone");
        }
    }

    /** Asks a program what the host asks. */
    void respond(HostSubjects host, String id, Note note) {
        List<Responder> able =
                responders.stream().filter(it -> it.answers(note.subject())).toList();
        Responder next = able.stream().filter(Responder::isReady).findFirst().orElse(null);
        if (able.isEmpty()) {
            host.fail(
                    id,
                    ErrorCode.NO_RESPONDER,
                    "no program in the VM answers the subject '"
                            + note.subject()
                            + "' now (culvert-agent answer)");
        } else if (note.data().readableBytes() > settings.maxDataBytes()) {
            host.fail(id, ErrorCode.MESSAGE_TOO_LARGE, tooLarge(note));
        } else if (isFull()) {
            host.fail(id, ErrorCode.OVERLOADED, full());
        } else if (next == null) {
            host.fail(
                    id,
                    ErrorCode.OVERLOADED,
                    "the program that answers the subject '"
                            + note.subject()
                            + "' does not read its requests");
        } else {
            responders.remove(next);
            responders.add(next);
            String key = nextKey();
            Future<?> timeout = after(() -> expireQuestion(key));
            Subject inbox = note.reply() == null ? note.subject() : note.reply();
            questions.put(key, new Question(host, id, note.subject(), inbox, next, timeout));
            next.onRequest(key, note);
        }
    }

    private void expireQuestion(String key) {
        Question late = forgetQuestion(key);
        if (late != null) {
            late.host.fail(
                    late.id,
                    ErrorCode.RESPONDER_TIMEOUT,
                    "the program that answers the subject '"
                            + late.subject
                            + "' did not answer within "
                            + seconds()
                            + " s (--subject-timeout)");
        }
    }

    /** Answers the host. Borrows the data. False if nobody waits for it any longer. */
    public boolean reply(Responder responder, String key, ByteBuf data) {
        Question answered = take(responder, key);
        if (answered == null) {
            return false;
        }
        if (data.readableBytes() > settings.maxDataBytes()) {
            answered.host.fail(
                    answered.id,
                    ErrorCode.RESPONDER_ERROR,
                    "the answer has %d bytes, and the agent takes at most %d (--subject-bytes)"
                            .formatted(data.readableBytes(), settings.maxDataBytes()));
        } else {
            answered.host.reply(answered.id, answered.inbox, data);
        }
        return true;
    }

    /** Tells the host that there is no answer. False if nobody waits for it any longer. */
    public boolean fail(Responder responder, String key, String why) {
        Question failed = take(responder, key);
        if (failed != null) {
            failed.host.fail(failed.id, ErrorCode.RESPONDER_ERROR, why);
        }
        return failed != null;
    }

    private @Nullable Question take(Responder responder, String key) {
        Question question = questions.get(key);
        return question == null || !question.responder.equals(responder)
                ? null
                : forgetQuestion(key);
    }

    private @Nullable Question forgetQuestion(String key) {
        Question question = questions.remove(key);
        if (question != null) {
            question.timeout.cancel(false);
        }
        return question;
    }

    private boolean isFull() {
        return asked.size() + questions.size() >= settings.maxRequests();
    }

    private String full() {
        return settings.maxRequests()
                + " requests wait for an answer, the most that may (--subject-requests)";
    }

    private String tooLarge(Note note) {
        return "the data has %d bytes, and the agent takes at most %d (--subject-bytes)"
                .formatted(note.data().readableBytes(), settings.maxDataBytes());
    }

    private String seconds() {
        return String.valueOf(settings.timeout().toMillis() / 1000.0);
    }

    private String nextKey() {
        return "s-" + ++lastId;
    }

    private Future<?> after(Runnable action) {
        return loop.schedule(action, settings.timeout().toNanos(), TimeUnit.NANOSECONDS);
    }
}
