package dev.culvert.identity;

/**
 * What a guest says of one of its joins.
 *
 * @param counter how often its identity has joined, this time too
 * @param instance random for each guest process
 * @param generation of the virtual machine; empty if the guest cannot read it
 */
public record Joining(long counter, String instance, String generation) {}
