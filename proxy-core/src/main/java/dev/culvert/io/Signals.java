package dev.culvert.io;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Objects;

/** Signals of the operating system. */
/* Every JDK exports the class for signals, but javac refuses to compile against it, so reflection
 * finds it by name. A shutdown hook cannot replace it: it cannot recognize SIGHUP or choose the
 * exit code. */
public final class Signals {
    private Signals() {}

    /**
     * Runs {@code action} at each such signal, on a thread of its own.
     *
     * @param name without SIG
     * @return false when the signal stays as it is: a process that was started with it ignored
     *     (nohup does that) ignores it for good, and {@code -Xrs} leaves it to the kernel
     */
    public static boolean handle(String name, Runnable action) {
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
        } catch (InvocationTargetException _) {
            return false;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java has no signals: Culvert needs them", e);
        }
    }
}
