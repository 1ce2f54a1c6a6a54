package dev.culvert.daemon;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.api.subjects.RequestRoute;
import dev.culvert.daemon.api.subjects.SubjectRoute;
import dev.culvert.daemon.api.subjects.SubjectsRoute;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.subjects.Subjects;
import dev.culvert.link.AgentLink;
import dev.culvert.link.PeerRequests;
import java.util.List;
import java.util.function.Supplier;

/** The subjects, with their routes and their meters. */
final class SubjectRoom implements AutoCloseable {
    private final Subjects subjects;
    private final Admission admission;
    private final SubjectsRoute followers;

    SubjectRoom(Supplier<DaemonSettings> settings, Metrics metrics, Admission admission) {
        this.admission = admission;
        subjects = new Subjects(() -> settings.get().subjects(), metrics.subjects());
        followers = new SubjectsRoute(subjects, admission, settings);
        metrics.gauge(
                "culvert.subjects.subscribers",
                "Subscriptions of clients and agents.",
                subjects::subscribers);
        metrics.gauge(
                "culvert.subjects.subscribers.max",
                "How many of these there may be (subjects.max_subscribers).",
                () -> settings.get().subjects().maxSubscribers());
        metrics.gauge(
                "culvert.subjects.waiting",
                "Requests of agents that wait for a reply.",
                subjects::waiting);
        metrics.gauge(
                "culvert.subjects.waiting.max",
                "How many of these there may be (subjects.max_waiting).",
                () -> settings.get().subjects().maxWaiting());
    }

    Subjects subjects() {
        return subjects;
    }

    /** What serves the agent on its home link. Called on the link's event loop. */
    PeerRequests of(Agent agent, AgentLink link) {
        return subjects.of(agent, link);
    }

    List<Route> routes(AgentAccess access) {
        return List.of(
                followers,
                new SubjectRoute(subjects, admission),
                new RequestRoute(access, subjects));
    }

    /** Ends the streams of subscribers. */
    @Override
    public void close() {
        followers.close();
    }
}
