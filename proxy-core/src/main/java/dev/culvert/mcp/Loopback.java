package dev.culvert.mcp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;

/**
 * How servers of HTTP on this machine are reached.
 *
 * @param loop where connections are handled
 * @param channels for TCP, which fit the loop
 */
public record Loopback(EventLoop loop, ChannelFactory<? extends Channel> channels) {}
