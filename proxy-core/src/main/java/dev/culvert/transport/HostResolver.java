package dev.culvert.transport;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Callable;

/** Looks host names up with the JDK, which blocks, off the event loop. */
final class HostResolver extends AddressResolverGroup<InetSocketAddress> {

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        return new OnVirtualThread(executor).asAddressResolver();
    }

    private static final class OnVirtualThread extends InetNameResolver {
        OnVirtualThread(EventExecutor executor) {
            super(executor);
        }

        @Override
        protected void doResolve(String host, Promise<InetAddress> promise) {
            lookUp(() -> InetAddress.getByName(host), promise);
        }

        @Override
        protected void doResolveAll(String host, Promise<List<InetAddress>> promise) {
            lookUp(() -> List.of(InetAddress.getAllByName(host)), promise);
        }

        private static <T> void lookUp(Callable<T> question, Promise<T> promise) {
            Thread.startVirtualThread(() -> {
                try {
                    promise.trySuccess(question.call());
                } catch (Exception e) {
                    promise.tryFailure(e);
                }
            });
        }
    }
}
