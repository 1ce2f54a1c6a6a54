package dev.culvert.guest.runtime;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A runtime that speaks OpenAI's or Anthropic's API over plain HTTP/1.1. */
public final class HttpRuntime implements LlmRuntime {

    private static final Logger log = LoggerFactory.getLogger(HttpRuntime.class);

    private final RuntimeSettings settings;
    private final ChannelFactory<? extends Channel> channels;
    private final List<InetSocketAddress> addresses;

    /** Each pool is confined to its loop; only the map is shared. */
    private final Map<EventLoop, ConnectionPool> pools = new ConcurrentHashMap<>();

    private final Map<EventLoop, RuntimeProbe> probes = new ConcurrentHashMap<>();

    /**
     * Resolves the runtime's host once.
     *
     * @param channels makes TCP channels for the loops of the generations
     * @throws IllegalArgumentException if the host has no address
     */
    public HttpRuntime(RuntimeSettings settings, ChannelFactory<? extends Channel> channels) {
        this.settings = settings;
        this.channels = channels;
        addresses = resolve(settings);
        log.debug("runtime {} is at {}", settings, addresses);
    }

    @Override
    public Generation start(
            EventLoop loop, GenerationRequest request, GenerationListener listener) {
        if (!loop.inEventLoop()) {
            throw new IllegalStateException("a generation is started on its own loop");
        }
        ConnectionPool pool =
                pools.computeIfAbsent(
                        loop, its -> new ConnectionPool(its, channels, settings, addresses));
        HttpGeneration generation = new HttpGeneration(loop, pool, settings, request, listener);
        loop.execute(generation::begin);
        return generation;
    }

    @Override
    public void probe(EventLoop loop, Duration within, Consumer<ProbeAnswer> told) {
        probes.computeIfAbsent(loop, this::newProbe).ask(within, told);
    }

    @Override
    public void reach(EventLoop loop, Duration within, Consumer<@Nullable String> told) {
        newProbe(loop).reach(within, answer -> told.accept(answer.trouble()));
    }

    private RuntimeProbe newProbe(EventLoop loop) {
        return new RuntimeProbe(loop, channels, settings, addresses);
    }

    @Override
    public void close() {
        pools.forEach((loop, pool) -> {
            if (!loop.isShuttingDown()) {
                loop.execute(pool::close);
            }
        });
    }

    /**
     * Tries both loopback addresses for {@code localhost}: a runtime may listen on one of them
     * only, and the image of a VM may have no hosts file.
     */
    private static List<InetSocketAddress> resolve(RuntimeSettings settings) {
        String host = settings.base().getHost();
        try {
            InetAddress[] found =
                    host.equalsIgnoreCase("localhost")
                            ? new InetAddress[] {NetUtil.LOCALHOST4, NetUtil.LOCALHOST6}
                            : InetAddress.getAllByName(host);
            return Stream.of(found)
                    .map(address -> new InetSocketAddress(address, settings.port()))
                    .toList();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    "the runtime's host "
                            + host
                            + " has no address; set --runtime to a host that has one",
                    e);
        }
    }
}
