package dev.culvert.daemon.outgoing;

/**
 * Why there is no answer.
 *
 * @param mayBeDone whether the server may have got the request, and may have done what it says
 * @param sentence a clause without a full stop, for people
 */
public record OutgoingFailure(boolean mayBeDone, String sentence) {}
