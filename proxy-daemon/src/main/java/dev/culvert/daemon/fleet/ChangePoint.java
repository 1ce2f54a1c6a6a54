package dev.culvert.daemon.fleet;

/**
 * A change of the fleet, up to which somebody knows it.
 *
 * @param epoch whose numbers these are: those of another daemon, or of another tenant, mean nothing
 * @param number from 1; 0 before the first change
 */
public record ChangePoint(String epoch, long number) {}
