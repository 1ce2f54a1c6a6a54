package dev.culvert.daemon.api.agents;

import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import dev.culvert.daemon.fleet.FleetLimitException;
import dev.culvert.daemon.fleet.Visible;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import io.netty.handler.codec.http.HttpResponseStatus;

/** Runs work that holds a configuration, if all configurations together stay within their limit. */
final class ConfigRoom {
    private static final int RETRY_SECONDS = 60;

    private final OffLoop offLoop;

    ConfigRoom(OffLoop offLoop) {
        this.offLoop = offLoop;
    }

    /**
     * As {@link OffLoop#run}.
     *
     * @param bytes the size of the configuration; it counts from now until the work is done
     * @throws ProblemException when there is no room for it, or too much work waits
     */
    void run(
            Visible fleet,
            String agentId,
            boolean onDisk,
            long bytes,
            Request request,
            Answer answer,
            OffLoop.Work work) {
        try {
            fleet.reserve(bytes);
        } catch (FleetLimitException e) {
            throw refused(e);
        }
        boolean taken = false;
        try {
            offLoop.run(
                    agentId,
                    onDisk,
                    request,
                    answer,
                    () -> {
                        try {
                            return work.run();
                        } catch (FleetLimitException e) {
                            throw refused(e);
                        } finally {
                            fleet.release(bytes);
                        }
                    });
            taken = true;
        } finally {
            if (!taken) {
                fleet.release(bytes);
            }
        }
    }

    private static ProblemException refused(FleetLimitException limit) {
        HttpResponseStatus status =
                limit.isOfOne() ? REQUEST_ENTITY_TOO_LARGE : SERVICE_UNAVAILABLE;
        Problem problem =
                Problem.of(status, "There is no room for this: " + limit.getMessage() + ".");
        return new ProblemException(limit.isOfOne() ? problem : problem.retryAfter(RETRY_SECONDS));
    }
}
