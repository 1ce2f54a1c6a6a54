package dev.culvert.guest.subjects;

import dev.culvert.subject.Note;
import dev.culvert.subject.SubjectMatch;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What programs in the VM follow. The newest link whose host passes messages on carries it; when
 * that is lost, the next one does. Confined to the event loop.
 */
final class Subscriptions {
    private final EventLoop loop;
    private final Duration timeout;
    private final Supplier<String> ids;

    /** Those that pass messages on, the newest last. */
    private final List<HostSubjects> hosts = new ArrayList<>();

    private final List<Followed> all = new ArrayList<>();

    /**
     * @param ids of exchanges that the guest opens
     */
    Subscriptions(EventLoop loop, Duration timeout, Supplier<String> ids) {
        this.loop = loop;
        this.timeout = timeout;
        this.ids = ids;
    }

    void offered(HostSubjects host) {
        if (!hosts.contains(host)) {
            hosts.add(host);
            List.copyOf(all).forEach(it -> move(it, host));
        }
    }

    void lost(HostSubjects host) {
        hosts.remove(host);
        for (Followed each : List.copyOf(all)) {
            if (each.host() == host && !each.hasBegun()) {
                end(
                        each,
                        "link_lost",
                        "the link to the host was lost before it answered: try again");
            } else if (each.host() == host) {
                each.leave(now());
                if (!hosts.isEmpty()) {
                    ask(each, hosts.getLast());
                }
            }
        }
    }

    /** Follows until {@link #remove}, or until the follower is told that it is over. */
    @Nullable Followed add(SubjectMatch match, Follower follower, boolean isHostThere) {
        if (hosts.isEmpty()) {
            follower.onEnded(
                    "no_host",
                    isHostThere
                            ? "the host passes no messages on: update culvertd"
                            : "no host is connected that passes messages on: try again when culvertd"
                                    + " has connected to this agent");
            return null;
        }
        Followed added = new Followed(match.toString(), follower);
        all.add(added);
        ask(added, hosts.getLast());
        return added;
    }

    /** The program is gone. */
    void remove(Followed followed) {
        if (all.remove(followed)) {
            unsubscribe(followed);
        }
    }

    private void move(Followed followed, HostSubjects host) {
        unsubscribe(followed);
        ask(followed, host);
    }

    private void ask(Followed followed, HostSubjects host) {
        String id = ids.get();
        followed.ask(
                host,
                id,
                loop.schedule(() -> expire(followed, id), timeout.toNanos(), TimeUnit.NANOSECONDS));
        host.subscribe(id, followed.match());
    }

    private void unsubscribe(Followed followed) {
        switch (followed.state()) {
            case Followed.Asking(HostSubjects host, String id, _) -> host.unsubscribe(id);
            case Followed.Following(HostSubjects host, String id) -> host.unsubscribe(id);
            case Followed.Away _ -> {
                // no host knows of it
            }
        }
        followed.leave(now());
    }

    private void expire(Followed followed, String id) {
        HostSubjects host = followed.host();
        if (host != null && followed.isOf(host, id)) {
            host.unsubscribe(id);
            end(
                    followed,
                    "timed_out",
                    "the host did not answer within %s s (--subject-timeout)"
                            .formatted(timeout.toMillis() / 1000.0));
        }
    }

    /** The host has agreed. False if nobody waits for that. */
    boolean onAgreed(HostSubjects host, String id) {
        Followed found = find(host, id);
        if (found != null && found.state() instanceof Followed.Asking asked) {
            found.begin(asked, now());
            return true;
        }
        return false;
    }

    /** The host has refused, or ends it. False if nobody follows this. */
    boolean onError(HostSubjects host, String id, String code, String why) {
        Followed found = find(host, id);
        if (found != null) {
            end(found, code, why);
        }
        return found != null;
    }

    /** False if nobody follows this. */
    boolean onMessage(HostSubjects host, String id, Note message) {
        Followed found = find(host, id);
        if (found == null || !(found.state() instanceof Followed.Following)) {
            return false;
        }
        found.follower().onMessage(message);
        return true;
    }

    /** False if nobody follows this. */
    boolean onMissed(HostSubjects host, String id, long count) {
        Followed found = find(host, id);
        if (found != null) {
            found.follower().onMissed(count);
        }
        return found != null;
    }

    private void end(Followed followed, String code, String why) {
        followed.leave(now());
        all.remove(followed);
        followed.follower().onEnded(code, why);
    }

    private @Nullable Followed find(HostSubjects host, String id) {
        for (Followed each : all) {
            if (each.isOf(host, id)) {
                return each;
            }
        }
        return null;
    }

    private long now() {
        return loop.ticker().nanoTime();
    }
}
