package dev.culvert.daemon.api.sshkeys;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.sshkeys.RefusedException;
import dev.culvert.daemon.sshkeys.SshKey;
import dev.culvert.daemon.sshkeys.SshKeys;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;

/**
 * Works with keys on worker threads, one request after the other.
 *
 * @param keys empty without a {@code state_dir}
 * @param users what uses the key of a name, as the end of a sentence
 */
public record KeyWork(
        Optional<SshKeys> keys, Function<String, Optional<String>> users, OffLoop offLoop) {
    /** No agent can have this id. */
    private static final String KEY = "/keys";

    /** Blocks. */
    public interface Job {
        Runnable run(SshKeys keys) throws IOException, RefusedException;
    }

    public void run(Request request, Answer answer, Job job) {
        SshKeys all =
                keys.orElseThrow(() ->
                        problem(
                                CONFLICT,
                                "The daemon keeps no keys, because it has no state_dir: set"
                                        + " state_dir to a directory, and restart it."));
        offLoop.run(KEY, true, request, answer, () -> done(all, job));
    }

    private static Runnable done(SshKeys all, Job job) throws IOException {
        try {
            return job.run(all);
        } catch (RefusedException e) {
            throw problem(status(e.kind()), e.sentence());
        }
    }

    private static HttpResponseStatus status(RefusedException.Kind kind) {
        return switch (kind) {
            case MALFORMED -> BAD_REQUEST;
            case UNKNOWN -> NOT_FOUND;
            case CONFLICT -> CONFLICT;
        };
    }

    static ProblemException problem(HttpResponseStatus status, String sentence) {
        return new ProblemException(Problem.of(status, sentence));
    }

    static Runnable show(Answer answer, HttpResponseStatus status, SshKey key) {
        return () -> answer.json(status, Json.object(json -> KeyJson.writeMembers(json, key)));
    }
}
