package dev.culvert.transport;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;

/** Netty's handler of epoll, whose channels can wait for nothing at all and go on afterwards. */
/* A channel that is not read from, and whose peer has closed its side, waits for nothing. Netty 4.2.18
 * then takes it out of epoll, but believes that it is still there: the next wait, for the socket to
 * take more or for the reader to be ready again, fails, and the connection is closed with bytes in it.
 * So such a channel stays in epoll, and waits once for what epoll reports without being asked: that the
 * connection broke. Once, for a socket that both sides have closed would be reported without end. */
final class EpollHandler implements IoHandler {
    private static final EpollIoOps NOTHING = EpollIoOps.valueOf(1 << 30); // EPOLLONESHOT

    private final IoHandler epoll;

    private EpollHandler(IoHandler epoll) {
        this.epoll = epoll;
    }

    static IoHandlerFactory newFactory() {
        IoHandlerFactory factory = EpollIoHandler.newFactory();
        return loop -> new EpollHandler(factory.newHandler(loop));
    }

    @Override
    public void initialize() {
        epoll.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return epoll.run(context);
    }

    @Override
    public void prepareToDestroy() {
        epoll.prepareToDestroy();
    }

    @Override
    public void destroy() {
        epoll.destroy();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return new Registration(epoll.register(handle));
    }

    @Override
    public void wakeup() {
        epoll.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return epoll.isCompatible(handleType);
    }

    private static final class Registration implements IoRegistration {
        private final IoRegistration registration;
        private boolean added;

        Registration(IoRegistration registration) {
            this.registration = registration;
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // as Netty declares it
        public <T> T attachment() {
            return registration.attachment();
        }

        @Override
        public long submit(IoOps ops) {
            if (added && ops instanceof EpollIoOps epollOps && epollOps.value() == 0) {
                return registration.submit(NOTHING);
            }
            added = true;
            return registration.submit(ops);
        }

        @Override
        public boolean isValid() {
            return registration.isValid();
        }

        @Override
        public boolean cancel() {
            return registration.cancel();
        }
    }
}
