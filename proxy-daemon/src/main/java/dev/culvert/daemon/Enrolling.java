package dev.culvert.daemon;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.api.agents.IdentityRoute;
import dev.culvert.daemon.api.enrolments.EnrollmentRoute;
import dev.culvert.daemon.api.enrolments.EnrollmentsRoute;
import dev.culvert.daemon.api.enrolments.JoinCommand;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.enrol.EnrolObserver;
import dev.culvert.daemon.enrol.Enrolments;
import dev.culvert.daemon.enrol.Guests;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.state.Stores;
import dev.culvert.identity.Refusal;
import dev.culvert.io.Workers;
import dev.culvert.transport.AgentAddress;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The guests that enrol themselves: their stores, their handshakes and their meters. */
final class Enrolling {

    private final Guests guests;
    private final Fleet fleet;
    private final Supplier<DaemonSettings> settings;
    private final Workers files;

    /** Reads the stores. Blocks. */
    Enrolling(
            Stores stores,
            Fleet fleet,
            Supplier<DaemonSettings> settings,
            Metrics metrics,
            Workers files)
            throws IOException {
        this.fleet = fleet;
        this.settings = settings;
        this.files = files;
        guests = Guests.of(stores.enrolments(), stores.identities(), fleet, observer(metrics));
        meters(metrics);
    }

    private void meters(Metrics metrics) {
        Enrolments enrolments = guests.enrolments();
        metrics.gauge(
                "culvert.enrol.connected",
                "Guests that have dialled in and proved who they are.",
                guests::connected);
        metrics.gauge(
                "culvert.enrol.identities",
                "Agents that have enrolled, and whose identity was not revoked.",
                guests.identities()::count);
        metrics.gauge(
                "culvert.enrol.enrollments", "Enrolments that are listed.", enrolments.all()::size);
        metrics.gauge(
                "culvert.enrol.enrollments.max",
                "How many there may be (fleet.max_enrollments).",
                () -> settings.get().fleet().enrol().maxEnrollments());
        metrics.gauge("culvert.enrol.tokens", "Join tokens that can be used.", enrolments::open);
    }

    private static EnrolObserver observer(Metrics metrics) {
        String joins = "Links of guests that dialled in, by whether it was the guest's first.";
        Runnable first = metrics.counter("culvert.enrol.joins", joins, "first", "yes");
        Runnable again = metrics.counter("culvert.enrol.joins", joins, "first", "no");
        Map<Refusal, Runnable> refused = new EnumMap<>(Refusal.class);
        for (Refusal why : Refusal.values()) {
            refused.put(
                    why,
                    metrics.counter(
                            "culvert.enrol.refused",
                            "Guests that dialled in and were refused, by reason.",
                            "reason",
                            why.wireName()));
        }
        Map<EnrolObserver.Copy, Runnable> copies = new EnumMap<>(EnrolObserver.Copy.class);
        for (EnrolObserver.Copy copy : EnrolObserver.Copy.values()) {
            copies.put(
                    copy,
                    metrics.counter(
                            "culvert.enrol.copies",
                            "Copies of guests that were noticed, by what became of them.",
                            "outcome",
                            copy.name().toLowerCase(Locale.ROOT)));
        }
        Runnable rotated =
                metrics.counter("culvert.enrol.rotations", "Keys of agents that were replaced.");
        Runnable revoked =
                metrics.counter(
                        "culvert.enrol.revocations", "Identities of agents that were revoked.");
        return new EnrolObserver() {
            @Override
            public void onJoined(boolean isFirst) {
                (isFirst ? first : again).run();
            }

            @Override
            public void onRefused(Refusal why) {
                refused.getOrDefault(why, () -> {}).run();
            }

            @Override
            public void onCopy(Copy copy) {
                copies.getOrDefault(copy, () -> {}).run();
            }

            @Override
            public void onRotated() {
                rotated.run();
            }

            @Override
            public void onRevoked() {
                revoked.run();
            }
        };
    }

    /**
     * What clients can ask of enrolments and identities.
     *
     * @param listeners where clients reach the daemon, and guests too
     */
    List<Route> routes(
            AgentAccess access,
            Admission open,
            OffLoop offLoop,
            Supplier<List<AgentAddress>> listeners) {
        JoinCommand command = new JoinCommand(() -> settings.get().fleet(), listeners);
        return Stream.concat(
                        Stream.of(
                                new EnrollmentsRoute(guests, open, command, offLoop),
                                new EnrollmentRoute(guests, offLoop)),
                        IdentityRoute.routes(access, guests, offLoop).stream())
                .toList();
    }

    /**
     * Makes the handshake of one link at each call.
     *
     * @param admission is told of guests that have proved who they are
     */
    Supplier<ChannelHandler> handshakes(BiConsumer<Channel, Agent> admission) {
        return guests.handshakes(() -> settings.get().fleet(), files, admission::accept)::get;
    }

    /** The agents that have enrolled before are part of the fleet from here on. Blocks. */
    void restore() throws IOException {
        guests.restore();
        guests.follow(fleet, files);
    }
}
