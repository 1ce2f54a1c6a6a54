package dev.culvert.daemon.api.guests;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.guests.TaskLook;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.io.Quoted;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * {@code GET /inventory/tasks/{server}/{upid}} shows a task of Proxmox. With {@code wait} it is
 * answered when the task is over, has written more, or the time is up.
 */
public final class TaskRoute implements Route {
    private static final int MOST_WAIT_SECS = 60;
    private static final long PAUSE_MS = 500;

    private final GuestWork work;

    public TaskRoute(GuestWork work) {
        this.work = work;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/inventory/tasks/{server}/{upid}");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.READ_INVENTORY;
    }

    @Override
    public void handle(Request request, Answer answer) {
        long wait = number(request, "wait", MOST_WAIT_SECS);
        int after = (int) number(request, "log_after", Integer.MAX_VALUE);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(wait);
        new Waiting(
                        request.parameter("server"),
                        request.parameter("upid"),
                        after,
                        until,
                        request,
                        answer)
                .look();
    }

    private static long number(Request request, String name, long most) {
        String text = request.query(name);
        if (text == null) {
            return 0;
        }
        long number = text.matches("[0-9]{1,10}") ? Long.parseLong(text) : -1;
        if (number < 0 || number > most) {
            throw new ProblemException(
                    Problem.of(
                            BAD_REQUEST,
                            "The query parameter '%s' is '%s': it takes 0 to %d."
                                    .formatted(name, Quoted.word(text), most)));
        }
        return number;
    }

    /** One client that waits. No thread waits for it meanwhile. */
    private final class Waiting {
        private final String server;
        private final String upid;
        private final int after;
        private final long until;
        private final Request request;
        private final Answer answer;

        Waiting(String server, String upid, int after, long until, Request request, Answer answer) {
            this.server = server;
            this.upid = upid;
            this.after = after;
            this.until = until;
            this.request = request;
            this.answer = answer;
        }

        void look() {
            work.run(
                    work.tasks().key(server, upid),
                    request,
                    answer,
                    () -> {
                        TaskLook look = work.tasks().look(server, upid);
                        TaskLook.Lines lines = work.tasks().log(server, upid, after);
                        return () -> seen(look, lines);
                    });
        }

        private void seen(TaskLook look, TaskLook.Lines lines) {
            if (!answer.isOpen()) {
                return;
            }
            if (look.isOver() || !lines.lines().isEmpty() || System.nanoTime() - until >= 0) {
                answer.json(OK, Json.object(json -> TaskJson.write(json, look, lines)));
            } else {
                var _ =
                        request.eventLoop()
                                .schedule(this::lookAgain, PAUSE_MS, TimeUnit.MILLISECONDS);
            }
        }

        private void lookAgain() {
            if (answer.isOpen()) {
                look();
            }
        }
    }
}
