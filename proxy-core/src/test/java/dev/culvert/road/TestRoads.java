package dev.culvert.road;

import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import dev.culvert.io.Shares;
import dev.culvert.link.Dialer;
import dev.culvert.link.LinkObserver;
import dev.culvert.pool.LinkPool;
import dev.culvert.pool.PoolLimits;
import dev.culvert.transport.AgentAddress;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;

/** Roads without sockets: a dialer of the test's makes the links. */
public final class TestRoads {
    private final Account account =
            new Account(new AccountLimits("memory.max_held_bytes", 64 << 20, 75));
    private final LinkPool pool;

    public TestRoads(EventLoop loop, Dialer dialer) {
        pool =
                new LinkPool(
                        loop,
                        _ -> dialer,
                        () -> PoolLimits.DEFAULTS,
                        LinkObserver.NONE,
                        new Shares<>(account, "memory.agent_share", () -> 100));
    }

    public Road to(AgentAddress address) {
        return new Road.Dialled(address, pool);
    }

    /** For a test that dials nothing. */
    public static Road unused(AgentAddress address) {
        EventLoop loop = new EmbeddedChannel().eventLoop();
        return new TestRoads(
                        loop,
                        (_, _) -> {
                            throw new AssertionError("this test dials nothing");
                        })
                .to(address);
    }
}
