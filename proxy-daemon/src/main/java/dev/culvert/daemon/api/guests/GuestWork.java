package dev.culvert.daemon.api.guests;

import static io.netty.handler.codec.http.HttpResponseStatus.ACCEPTED;
import static io.netty.handler.codec.http.HttpResponseStatus.BAD_GATEWAY;
import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.guests.GuestCall;
import dev.culvert.daemon.guests.Guests;
import dev.culvert.daemon.guests.Guests.Begun;
import dev.culvert.daemon.guests.Guests.Plan;
import dev.culvert.daemon.guests.RefusedException;
import dev.culvert.daemon.guests.Tasks;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.proxmox.ProxmoxException;
import dev.culvert.daemon.proxmox.Task;
import dev.culvert.io.Quoted;
import dev.culvert.io.Workers;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Works with guests on worker threads.
 *
 * @param onChanged is told the name of a server on which something was changed
 */
public record GuestWork(Guests guests, Tasks tasks, Workers workers, Consumer<String> onChanged) {
    private static final int RETRY_SECONDS = 5;

    /** Blocks. */
    interface Planning {
        Plan plan() throws ProxmoxException, RefusedException;
    }

    /** Blocks; returns what the event loop does next. */
    interface Job {
        Runnable run() throws ProxmoxException, RefusedException;
    }

    /**
     * Does something that changes a guest, or only says what it would do.
     *
     * @param key jobs of one are done one after the other
     * @param what is done, for the log
     */
    void change(
            Object key,
            Parameters parameters,
            String what,
            Request request,
            Answer answer,
            Planning planning) {
        run(
                key,
                request,
                answer,
                () -> {
                    Plan plan = planning.plan();
                    if (parameters.isDryRun()) {
                        return () -> would(answer, plan);
                    }
                    tasks.check();
                    Begun begun = guests.run(plan);
                    String upid = begun.upid();
                    if (upid == null) {
                        onChanged.accept(begun.server());
                        return () -> done(answer, begun);
                    }
                    tasks.follow(begun.server(), upid, what, request::work);
                    onChanged.accept(begun.server());
                    return () -> submitted(answer, begun, upid);
                });
    }

    /** Runs what blocks, and answers on the event loop. */
    void run(Object key, Request request, Answer answer, Job job) {
        EventLoop loop = request.eventLoop();
        try {
            workers.execute(
                    key,
                    () ->
                            request.work(() -> {
                                Runnable next = outcome(answer, job);
                                back(loop, () -> request.work(next));
                            }));
        } catch (RejectedExecutionException _) {
            answer.problem(
                    Problem.of(
                                    SERVICE_UNAVAILABLE,
                                    "Too many requests wait for Proxmox, which may be slow: try"
                                            + " again later, and see culvert_workers_waiting of"
                                            + " guests. guests.queue says how many may wait, and"
                                            + " guests.threads how many are asked at once.")
                            .retryAfter(RETRY_SECONDS));
        }
    }

    private static void back(EventLoop loop, Runnable next) {
        try {
            loop.execute(next);
        } catch (RejectedExecutionException _) {
            // the daemon has stopped
        }
    }

    private static Runnable outcome(Answer answer, Job job) {
        try {
            return job.run();
        } catch (ProxmoxException e) {
            return () -> answer.problem(problem(e));
        } catch (RefusedException e) {
            return () -> answer.problem(problem(e));
        } catch (ProblemException e) {
            return () -> answer.problem(e.problem());
        }
    }

    private static Problem problem(RefusedException refused) {
        return switch (refused.kind()) {
            case UNKNOWN -> Problem.of(NOT_FOUND, refused.sentence());
            case BAD -> Problem.of(BAD_REQUEST, refused.sentence());
            case CONFLICT -> Problem.of(CONFLICT, refused.sentence());
            case FULL ->
                    Problem.of(SERVICE_UNAVAILABLE, refused.sentence()).retryAfter(RETRY_SECONDS);
        };
    }

    /** What Proxmox refused, in its words, and what to do. */
    static Problem problem(ProxmoxException e) {
        String unknown =
                e.mayBeDone()
                        ? " It may have been done all the same: look before you try again."
                        : "";
        Problem problem =
                Problem.of(
                        status(e),
                        "Proxmox %s: %s: %s.%s"
                                .formatted(e.server(), e.sentence(), e.advice(), unknown));
        problem = problem.member("code", code(e));
        return e.errors().isEmpty()
                ? problem
                : problem.member("parameters", e.errors().keySet().stream().sorted().toList());
    }

    private static HttpResponseStatus status(ProxmoxException e) {
        return switch (e.kind()) {
            case AWAY, CERTIFICATE, LOGIN, FAILED -> BAD_GATEWAY;
            case FORBIDDEN -> FORBIDDEN;
            case BAD_PARAMETER -> BAD_REQUEST;
            case LOCKED, EXISTS -> CONFLICT;
            case NO_QUORUM -> SERVICE_UNAVAILABLE;
            case NOT_FOUND -> NOT_FOUND;
        };
    }

    private static String code(ProxmoxException e) {
        return switch (e.kind()) {
            case AWAY -> "unreachable";
            case CERTIFICATE -> "proxmox_certificate";
            case LOGIN -> "proxmox_login";
            case FORBIDDEN -> "proxmox_privilege";
            case BAD_PARAMETER -> "proxmox_parameter";
            case LOCKED -> "proxmox_locked";
            case EXISTS -> "proxmox_exists";
            case NO_QUORUM -> "proxmox_no_quorum";
            case NOT_FOUND -> "proxmox_not_found";
            case FAILED -> "proxmox_failed";
        };
    }

    private static void would(Answer answer, Plan plan) {
        GuestCall call = plan.call();
        answer.json(
                OK,
                Json.object(json -> {
                    json.writeArrayFieldStart("would");
                    json.writeStartObject();
                    json.writeStringField("method", call.method().name());
                    json.writeStringField("path", call.path());
                    json.writeObjectFieldStart("parameters");
                    for (Map.Entry<String, String> one : call.parameters().entrySet()) {
                        json.writeStringField(
                                one.getKey(),
                                Parameters.isSecret(one.getKey()) ? "…" : one.getValue());
                    }
                    json.writeEndObject();
                    json.writeEndObject();
                    json.writeEndArray();
                }));
    }

    private static void done(Answer answer, Begun begun) {
        answer.json(
                OK,
                Json.object(json -> {
                    json.writeBooleanField("done", true);
                    writeId(json, begun);
                }));
    }

    private static void submitted(Answer answer, Begun begun, String upid) {
        answer.json(
                ACCEPTED,
                Json.object(json -> {
                    json.writeObjectFieldStart("task");
                    json.writeStringField("server", begun.server());
                    json.writeStringField("upid", upid);
                    if (Task.isUpid(upid)) {
                        json.writeStringField("node", Task.parse(upid).node());
                        json.writeStringField("type", Quoted.word(Task.parse(upid).type()));
                    }
                    json.writeStringField("state", "running");
                    json.writeEndObject();
                    writeId(json, begun);
                }));
    }

    private static void writeId(JsonGenerator json, Begun begun) throws IOException {
        if (begun.vmid().isPresent()) {
            json.writeNumberField("vmid", begun.vmid().getAsInt());
        }
    }
}
