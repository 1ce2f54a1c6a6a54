package dev.culvert.daemon.continuations;

import io.netty.buffer.ByteBuf;

/**
 * The turn that goes on.
 *
 * @param message for the agent, on the heap
 */
public record Next(Taken taken, ByteBuf message) {}
