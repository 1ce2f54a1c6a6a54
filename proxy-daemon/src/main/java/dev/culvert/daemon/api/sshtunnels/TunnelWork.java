package dev.culvert.daemon.api.sshtunnels;

import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.sshtunnels.RefusedException;
import dev.culvert.daemon.sshtunnels.SshTunnels;
import dev.culvert.daemon.sshtunnels.SshTunnels.View;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.util.Optional;

/**
 * Works with tunnels on worker threads, one request after the other for each.
 *
 * @param tunnels empty without a {@code state_dir}
 */
public record TunnelWork(Optional<SshTunnels> tunnels, OffLoop offLoop) {
    /** Blocks. */
    public interface Job {
        Runnable run(SshTunnels tunnels) throws IOException, RefusedException;
    }

    SshTunnels all() {
        return tunnels.orElseThrow(() ->
                problem(
                        CONFLICT,
                        "The daemon has no SSH tunnels, because it has no state_dir for their"
                                + " sockets: set state_dir to a directory, and restart it."));
    }

    /** Reads what is known, on the event loop. */
    View find(String name) {
        try {
            return all().find(name);
        } catch (RefusedException e) {
            throw problem(e);
        }
    }

    /**
     * Runs what blocks.
     *
     * @param name of the tunnel, or empty for all; no agent can have the key that is made of it
     */
    public void run(String name, Request request, Answer answer, Job job) {
        SshTunnels known = all();
        offLoop.run(
                "/tunnels/" + name,
                true,
                request,
                answer,
                () -> {
                    try {
                        return job.run(known);
                    } catch (RefusedException e) {
                        throw problem(e);
                    }
                });
    }

    private static ProblemException problem(RefusedException refused) {
        return problem(
                switch (refused.kind()) {
                    case UNKNOWN -> NOT_FOUND;
                    case CONFLICT -> CONFLICT;
                },
                refused.sentence());
    }

    static ProblemException problem(HttpResponseStatus status, String sentence) {
        return new ProblemException(Problem.of(status, sentence));
    }

    static void show(Answer answer, HttpResponseStatus status, View view) {
        answer.json(status, Json.object(json -> TunnelJson.writeMembers(json, view)));
    }
}
