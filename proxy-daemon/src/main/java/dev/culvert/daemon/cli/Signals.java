package dev.culvert.daemon.cli;

import java.lang.reflect.Proxy;
import java.util.Objects;

/** Signals of the operating system. */
/* The JDK has them in a class that every JDK exports and the compiler refuses to be told of: so it
 * is found by its name. A shutdown hook can neither tell SIGHUP apart nor choose the exit code. */
final class Signals {
    private Signals() {}

    /**
     * Runs {@code action} at each such signal, on a thread of its own.
     *
     * @return whether it will: a process that was started with the signal ignored, as by nohup,
     *     ignores it for good
     */
    static boolean handle(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy =
                    Proxy.newProxyInstance(
                            handler.getClassLoader(),
                            new Class<?>[] {handler},
                            (_, method, _) -> {
                                if (method.getName().equals("handle")) {
                                    action.run();
                                }
                                return null;
                            });
            Object before =
                    signal.getMethod("handle", signal, handler)
                            .invoke(
                                    null,
                                    signal.getConstructor(String.class).newInstance(name),
                                    proxy);
            return !Objects.equals(before, handler.getField("SIG_IGN").get(null));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java has no signals: culvertd needs them", e);
        }
    }
}
