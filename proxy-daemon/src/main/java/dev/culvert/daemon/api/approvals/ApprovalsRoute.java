package dev.culvert.daemon.api.approvals;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.api.Page;
import dev.culvert.daemon.approvals.Approval;
import dev.culvert.daemon.approvals.Approvals;
import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OverMemory;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.io.Quoted;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /approvals}: lists approvals, those that were asked first before the others; to a
 * client that accepts events, streams those that wait and then each change.
 */
public final class ApprovalsRoute implements Route, AutoCloseable {
    /** The arguments on one page; what one call alone has always fits. */
    private static final int PAGE_CHARACTERS = 1024 * 1024;

    private final Approvals approvals;
    private final Admission admission;
    private final Supplier<DaemonSettings> settings;
    private final Set<ApprovalWatcher> watchers = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public ApprovalsRoute(
            Approvals approvals, Admission admission, Supplier<DaemonSettings> settings) {
        this.approvals = approvals;
        this.admission = admission;
        this.settings = settings;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/approvals");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.DECIDE;
    }

    @Override
    public void handle(Request request, Answer answer) {
        if (wantsEvents(request.header(Header.ACCEPT))) {
            watch(request, answer);
        } else {
            list(request, answer);
        }
    }

    private static boolean wantsEvents(@Nullable String accept) {
        return accept != null
                && accept.toLowerCase(Locale.ROOT).strip().startsWith("text/event-stream");
    }

    private void list(Request request, Answer answer) {
        Instant now = approvals.now();
        Approval.State state = state(request.query("state"));
        Predicate<Approval> wanted =
                wanted(request).and(it -> state == null || it.state(now) == state);
        Page asked = Page.of(request);
        List<Approval> all = approvals.all().stream().filter(wanted).toList();
        Page page = new Page(asked.after(), fitting(asked, all));
        ApprovalJson form = new ApprovalJson(now);
        answer.json(
                OK,
                Json.object(json ->
                        page.write(
                                json,
                                "approvals",
                                all.stream(),
                                ApprovalsRoute::place,
                                form::write)));
    }

    /** How many of those that are asked for fit one page; at least one. */
    private static int fitting(Page asked, List<Approval> all) {
        int fitting = 0;
        long characters = 0;
        for (Approval each : all) {
            if (place(each).compareTo(asked.start()) > 0) {
                characters += each.call().arguments().length();
                if (characters > PAGE_CHARACTERS || fitting == asked.limit()) {
                    break;
                }
                fitting++;
            }
        }
        return Math.max(1, fitting);
    }

    /** By which pages are ordered: when it was asked, always in as many digits, then the id. */
    private static String place(Approval approval) {
        Instant asked = approval.asked();
        return "%012d%09d.%s".formatted(asked.getEpochSecond(), asked.getNano(), approval.id());
    }

    private static Predicate<Approval> wanted(Request request) {
        Caller caller = request.caller();
        String agent = request.query("agent");
        return it -> caller.sees(it.tenant()) && (agent == null || agent.equals(it.agent()));
    }

    private static Approval.@Nullable State state(@Nullable String text) {
        if (text == null) {
            return null;
        }
        for (Approval.State state : Approval.State.values()) {
            if (state.label().equals(text)) {
                return state;
            }
        }
        String labels =
                Arrays.stream(Approval.State.values())
                        .map(Approval.State::label)
                        .collect(Collectors.joining(", "));
        throw ProblemException.badRequest(
                "The query parameter 'state' is '%s': it takes %s."
                        .formatted(Quoted.word(text), labels));
    }

    private void watch(Request request, Answer answer) {
        admission.check();
        OverMemory.check(answer.client());
        if (request.query("state") != null) {
            throw ProblemException.badRequest(
                    "A stream tells of approvals as their states change: leave 'state' out.");
        }
        ApprovalWatcher watcher =
                new ApprovalWatcher(
                        this,
                        approvals.feed(request.caller().tenant()),
                        wanted(request),
                        answer,
                        settings.get());
        watchers.add(watcher);
        watcher.begin(request.header(Header.LAST_EVENT_ID));
        request.onDenied(watcher::deny);
        if (closed) {
            watcher.end(); // close() may have missed it
        }
    }

    Approvals approvals() {
        return approvals;
    }

    /** Ends every stream, which would otherwise go on for as long as its client wants. */
    @Override
    public void close() {
        closed = true;
        watchers.forEach(ApprovalWatcher::end);
    }

    void forget(ApprovalWatcher watcher) {
        watchers.remove(watcher);
    }
}
