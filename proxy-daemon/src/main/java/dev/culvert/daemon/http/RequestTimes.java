package dev.culvert.daemon.http;

/**
 * How long a request took, by phase. What did not happen or was not measured is -1.
 *
 * @param headNanos from the first byte of its head to the last
 * @param bodyNanos from the end of the head to the end of the body
 * @param handlingNanos until a link to the agent was asked for
 * @param dialNanos from then until the agent was sent the request
 * @param firstNanos from when the route was called until the first part of the answer
 * @param wholeNanos from when the route was called until the end
 */
public record RequestTimes(
        long headNanos,
        long bodyNanos,
        long handlingNanos,
        long dialNanos,
        long firstNanos,
        long wholeNanos) {
    static RequestTimes unmeasured(long wholeNanos) {
        return new RequestTimes(-1, -1, -1, -1, -1, wholeNanos);
    }
}
