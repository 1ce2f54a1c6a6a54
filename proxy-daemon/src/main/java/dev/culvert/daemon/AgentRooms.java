package dev.culvert.daemon;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Route;
import dev.culvert.frame.FrameType;
import dev.culvert.link.AgentLink;
import dev.culvert.link.PeerRequests;
import java.util.List;
import java.util.stream.Stream;

/** What agents ask for by themselves, over their home links. */
record AgentRooms(SubjectRoom subjects, ApprovalRoom approvals, ReachRoom reach)
        implements AutoCloseable {
    /** Serves the agent until the link is closed. Called on the link's event loop. */
    void serve(Agent agent, AgentLink link) {
        PeerRequests ofSubjects = subjects.of(agent, link);
        PeerRequests ofApprovals = approvals.of(agent, link);
        PeerRequests ofTunnels = reach.of(agent, link);
        link.serveWith(frame -> {
            FrameType type = frame.type();
            boolean isOfApprovals =
                    type == FrameType.APPROVE
                            || type == FrameType.CLAIM
                            || type == FrameType.WITHDRAW;
            PeerRequests others = type == FrameType.TUNNEL ? ofTunnels : ofSubjects;
            (isOfApprovals ? ofApprovals : others).onRequest(frame);
        });
    }

    List<Route> routes(AgentAccess access, Admission admission, OffLoop offLoop) {
        return Stream.of(
                        subjects.routes(access),
                        approvals.routes(admission, offLoop),
                        reach.routes(access, admission))
                .flatMap(List::stream)
                .toList();
    }

    /** Ends the streams that would go on for as long as their clients want. */
    @Override
    public void close() {
        subjects.close();
        approvals.close();
    }
}
