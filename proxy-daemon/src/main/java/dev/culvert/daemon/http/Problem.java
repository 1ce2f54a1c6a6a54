package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_GATEWAY;
import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.GATEWAY_TIMEOUT;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;
import static io.netty.handler.codec.http.HttpResponseStatus.TOO_MANY_REQUESTS;

import dev.culvert.io.Quoted;
import dev.culvert.link.Failure;
import dev.culvert.link.Failure.AgentError;
import dev.culvert.link.Failure.BadAnswer;
import dev.culvert.link.Failure.LinkLost;
import dev.culvert.link.Failure.OverMemory;
import dev.culvert.link.Failure.Overloaded;
import dev.culvert.link.Failure.TimedOut;
import dev.culvert.link.Failure.TooLarge;
import dev.culvert.link.Failure.ToolBlocked;
import dev.culvert.link.Failure.Unreachable;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Why a request failed. The {@link ProblemFormat} of its path tells the client.
 *
 * @param error one plain sentence that says what is wrong and what to do
 * @param members further members of the JSON object, in order: numbers, texts and lists of texts
 * @param headers further headers of the answer
 * @param blame for the log
 */
public record Problem(
        HttpResponseStatus status,
        String error,
        Map<String, Object> members,
        Map<AsciiString, String> headers,
        Blame blame) {
    private static final int SOON_SECONDS = 1;

    /** Quotes text from outside: the error is shown in terminals and on pages. */
    public Problem {
        error = Quoted.page(error.endsWith("?.") ? error.substring(0, error.length() - 1) : error);
    }

    public static Problem of(HttpResponseStatus status, String error) {
        return new Problem(status, error, Map.of(), Map.of(), Blame.of(status));
    }

    /** The one place that turns a failure into an answer. */
    public static Problem of(Failure failure) {
        String what = sentence(failure.message());
        Problem problem =
                switch (failure) {
                    case Unreachable _ ->
                            of(BAD_GATEWAY, "The agent cannot be reached: " + what)
                                    .advising("Check that its VM runs and try again.");
                    case LinkLost _ ->
                            of(BAD_GATEWAY, "The agent was lost while it worked: " + what)
                                    .advising("It may have done a part; try again.");
                    case TimedOut _ ->
                            of(GATEWAY_TIMEOUT, "The agent took too long: " + what)
                                    .advising("Try again, or allow it more time.");
                    case Overloaded _ ->
                            of(TOO_MANY_REQUESTS, "There is too much at once: " + what)
                                    .advising("Try again later.");
                    case OverMemory _ -> of(SERVICE_UNAVAILABLE, what).advising("Try again later.");
                    case TooLarge large ->
                            of(REQUEST_ENTITY_TOO_LARGE, "The request is too large: " + what)
                                    .advising(
                                            large.needsParts()
                                                    ? "Send less, or update the agent's software."
                                                    : "Send less.");
                    case ToolBlocked blocked ->
                            of(FORBIDDEN, "The agent's policy ended the turn: " + what)
                                    .advising(
                                            "Allow the tool in the agent's configuration or do"
                                                    + " without.")
                                    .member("tool_name", blocked.toolName())
                                    .member("reason", blocked.reason());
                    case BadAnswer bad ->
                            of(BAD_GATEWAY, "The agent's answer cannot be used: " + what)
                                    .advising(
                                            bad.isTooLong()
                                                    ? "Ask for less."
                                                    : "Fix or update the agent's software: it breaks"
                                                            + " the protocol (messages.md).");
                    case AgentError agent -> AgentProblem.of(agent);
                };
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("code", failure.code());
        members.putAll(problem.members());
        Problem named =
                new Problem(
                        problem.status(),
                        problem.error(),
                        members,
                        problem.headers(),
                        blame(failure, problem));
        return named.mayBeTriedSoon() ? named.retryAfter(SOON_SECONDS) : named;
    }

    private static Blame blame(Failure failure, Problem problem) {
        return switch (failure) {
            case Unreachable _, LinkLost _, TimedOut _, ToolBlocked _, BadAnswer _ -> Blame.AGENT;
            case Overloaded _, OverMemory _ -> Blame.LIMIT;
            case TooLarge _ -> Blame.CLIENT;
            case AgentError _ -> problem.blame();
        };
    }

    /** Whether the status calls for a {@code Retry-After} and none is set yet. */
    private boolean mayBeTriedSoon() {
        return (status.equals(SERVICE_UNAVAILABLE) || status.equals(TOO_MANY_REQUESTS))
                && !headers.containsKey(HttpHeaderNames.RETRY_AFTER);
    }

    /** Ends {@code text}, which may come from outside, like a sentence. */
    public static String sentence(String text) {
        return text.endsWith(".") || text.endsWith("?") || text.endsWith("!") ? text : text + ".";
    }

    Problem advising(String advice) {
        return new Problem(status, error + " " + advice, members, headers, blame);
    }

    /** The log names this side as the one that ended the request. */
    public Problem blamedOn(Blame side) {
        return new Problem(status, error, members, headers, side);
    }

    public Problem member(String name, String value) {
        return with(name, value);
    }

    /** A list of texts. */
    public Problem member(String name, List<String> values) {
        return with(name, List.copyOf(values));
    }

    Problem member(String name, int value) {
        return with(name, value);
    }

    public Problem member(String name, long value) {
        return with(name, value);
    }

    private Problem with(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(members);
        more.put(name, value);
        return new Problem(status, error, more, headers, blame);
    }

    public Problem retryAfter(int seconds) {
        return header(HttpHeaderNames.RETRY_AFTER, Integer.toString(seconds));
    }

    public Problem header(AsciiString name, String value) {
        Map<AsciiString, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Problem(status, error, members, more, blame);
    }
}
